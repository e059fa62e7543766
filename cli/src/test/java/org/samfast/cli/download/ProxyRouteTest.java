package org.samfast.cli.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cli.model.ModelException;

class ProxyRouteTest {
    private static final URI SERVER = URI.create("https://dl.example.org/sam/");

    @Test
    void goesDirectWithoutAnyVariable() throws Exception {
        assertThat(proxy(Map.of(), SERVER)).isEqualTo(Proxy.NO_PROXY);
    }

    @ParameterizedTest
    @CsvSource({
        "https_proxy, https, proxy.example",
        "HTTPS_PROXY, https, proxy.example",
        "http_proxy, http, proxy.example",
        "HTTP_PROXY, http,",
        "http_proxy, https,",
    })
    void takesTheVariableOfTheScheme(String variable, String scheme, String expected) throws Exception {
        Proxy proxy = proxy(Map.of(variable, "http://proxy.example:3128/"), URI.create(scheme + "://dl.example.org/"));
        assertThat(expected == null ? proxy.address() == null : isProxy(proxy, expected))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "dl.example.org, true",
        "example.org, true",
        ".example.org, true",
        "'localhost, EXAMPLE.org', true",
        "*, true",
        "ample.org, false",
        "other.org, false",
    })
    void goesDirectToTheHostsOfNoProxy(String hosts, boolean direct) throws Exception {
        Proxy proxy = proxy(Map.of("https_proxy", "proxy.example:3128", "no_proxy", hosts), SERVER);
        assertThat(proxy.equals(Proxy.NO_PROXY)).isEqualTo(direct);
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "proxy:", ":3128", "proxy:port", "http://user:secret@proxy:1", "socks5://proxy:1"})
    void refusesWhatIsNoHttpProxyWithoutRepeatingIt(String value) {
        assertThatThrownBy(() -> ProxyRoute.through(value))
                .isInstanceOf(ModelException.class)
                .hasMessage("--proxy: expected an HTTP proxy as HOST:PORT or http://HOST:PORT, without a password");
    }

    private static Proxy proxy(Map<String, String> environment, URI server) throws Exception {
        return ProxyRoute.fromEnvironment(environment, server).select(server).getFirst();
    }

    private static boolean isProxy(Proxy proxy, String host) {
        return proxy.address() instanceof InetSocketAddress address
                && address.getHostString().equals(host)
                && address.getPort() == 3128;
    }
}
