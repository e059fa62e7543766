package org.samfast.cli.download;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.model.ModelException;

/** The way to a server: direct, or through an HTTP proxy with exceptions by host name. */
public final class ProxyRoute extends ProxySelector {
    private final @Nullable InetSocketAddress proxy;
    private final List<String> directHosts;

    private ProxyRoute(@Nullable InetSocketAddress proxy, List<String> directHosts) {
        this.proxy = proxy;
        this.directHosts = directHosts;
    }

    /** No proxy at all. */
    public static ProxyRoute direct() {
        return new ProxyRoute(null, List.of());
    }

    /** Everything through that {@code HOST:PORT}, as {@code --proxy} says. */
    public static ProxyRoute through(String hostAndPort) throws ModelException {
        return new ProxyRoute(address("--proxy", hostAndPort), List.of());
    }

    /**
     * What {@code https_proxy}, {@code http_proxy} and {@code no_proxy} say for that server, in the conventions of
     * curl: lower case first, and {@code HTTP_PROXY} ignored because web servers set it from a request's header.
     */
    public static ProxyRoute fromEnvironment(Map<String, String> environment, URI server) throws ModelException {
        String scheme = Objects.requireNonNullElse(server.getScheme(), "https").toLowerCase(Locale.ROOT);
        String variable = scheme + "_proxy";
        String value = environment.getOrDefault(variable, "");
        if (value.isBlank() && scheme.equals("https")) {
            variable = "HTTPS_PROXY";
            value = environment.getOrDefault(variable, "");
        }
        return value.isBlank() ? direct() : new ProxyRoute(address(variable, value), directHosts(environment));
    }

    @Override
    public List<Proxy> select(URI uri) {
        boolean straight = proxy == null || isDirect(uri.getHost().toLowerCase(Locale.ROOT));
        return List.of(straight ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, proxy));
    }

    /** The client reports the failure itself. */
    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}

    /** {@code  through the proxy HOST:PORT}, or nothing. */
    String description() {
        return proxy == null ? "" : " through the proxy " + proxy.getHostString() + ":" + proxy.getPort();
    }

    private boolean isDirect(String host) {
        return directHosts.stream()
                .anyMatch(direct -> direct.equals("*") || host.equals(direct) || host.endsWith("." + direct));
    }

    private static List<String> directHosts(Map<String, String> environment) {
        String list = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        return Arrays.stream(list.toLowerCase(Locale.ROOT).split("[,\\s]+"))
                .map(host -> host.startsWith(".") ? host.substring(1) : host)
                .filter(host -> !host.isEmpty())
                .toList();
    }

    private static InetSocketAddress address(String origin, String value) throws ModelException {
        try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() != null && uri.getPort() > 0 && isPlainHttp(uri)) {
                return new InetSocketAddress(uri.getHost(), uri.getPort());
            }
        } catch (IllegalArgumentException e) {
            throw unusable(origin, e);
        }
        throw unusable(origin, null);
    }

    private static boolean isPlainHttp(URI proxy) {
        return proxy.getScheme().equals("http") && proxy.getUserInfo() == null;
    }

    /** Without the value: it may hold a password. */
    private static ModelException unusable(String origin, @Nullable Throwable cause) {
        return new ModelException(
                origin + ": expected an HTTP proxy as HOST:PORT or http://HOST:PORT, without a password", cause);
    }
}
