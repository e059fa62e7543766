package org.samfast.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.model.ModelException;

/** The server of a file: asks for the rest of it and sorts the answers into bytes, try again, and give up. */
final class DownloadServer implements AutoCloseable {
    private final DownloadSettings settings;
    private final HttpClient client;

    DownloadServer(DownloadSettings settings) {
        this.settings = settings;
        this.client = HttpClient.newBuilder()
                .proxy(settings.route())
                .connectTimeout(settings.silence())
                // follows to https and from http to http, never from https back to http
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
    }

    /**
     * Asks for a file from that byte on, if it is still that version.
     *
     * @throws TransferException where another attempt may help
     * @throws ModelException where none will
     */
    RestOfFile open(String fileName, long from, Optional<String> version) throws IOException {
        URI address = settings.base().resolve(fileName);
        HttpResponse<InputStream> response = send(request(address, from, version));
        if (RestOfFile.isOne(response, from)) {
            return new RestOfFile(response, from);
        }
        response.body().close();
        throw refusal(address, response);
    }

    private HttpRequest request(URI address, long from, Optional<String> version) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(settings.silence())
                .header("User-Agent", "sam")
                .header("Accept-Encoding", "identity");
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
            version.ifPresent(known -> request.header("If-Range", known));
        }
        return request.build();
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException("the download was interrupted", e);
        } catch (SSLException e) {
            throw new ModelException(unreachable(request) + "no secure connection: " + e.getMessage(), e);
        } catch (ConnectException e) {
            throw unconnected(request, e);
        } catch (IOException e) {
            throw new TransferException(unreachable(request) + reason(e), e);
        }
    }

    /** An unknown name stays unknown, so it is not asked for again. */
    private IOException unconnected(HttpRequest request, ConnectException error) {
        String advice = "; is there a network, and does it need --proxy HOST:PORT or --mirror URL?";
        boolean unknown = error.getCause() instanceof UnresolvedAddressException
                || rootCause(error) instanceof UnresolvedAddressException;
        return unknown
                ? new ModelException(unreachable(request) + "its name is unknown" + advice, error)
                : new TransferException(unreachable(request) + reason(error) + advice, error);
    }

    private String unreachable(HttpRequest request) {
        return "cannot reach " + request.uri().getAuthority() + settings.route().description() + ": ";
    }

    private static IOException refusal(URI address, HttpResponse<?> response) {
        int status = response.statusCode();
        return switch (status) {
            case 404, 410 -> new ModelException(address + ": not found (" + status + "); is the --mirror right?");
            case 301, 302, 303, 307, 308 ->
                new ModelException(address + ": refused: it redirects "
                        + response.headers()
                                .firstValue("Location")
                                .map(to -> "from " + response.uri() + " to " + to)
                                .orElse("to nowhere"));
            case 408, 425, 429, 500, 502, 503, 504 ->
                new TransferException(address + ": the server is not able to answer now (" + status + ")");
            case 206, 416 -> new RangeException(address + ": the server sent another part than asked for");
            default -> new ModelException(address + ": the server answered " + status + " where 200 was expected");
        };
    }

    private static Throwable rootCause(Throwable error) {
        Throwable cause = error;
        for (@Nullable Throwable next = cause; next != null; next = next.getCause()) {
            cause = next;
        }
        return cause;
    }

    private static String reason(IOException error) {
        return error.getMessage() == null ? "no connection" : error.getMessage();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
