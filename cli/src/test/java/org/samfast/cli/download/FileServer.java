package org.samfast.cli.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on the loopback interface that misbehaves as told, one behaviour per request, then serves one file well. */
final class FileServer implements AutoCloseable {
    /** What one request gets. */
    interface Behaviour {
        void answer(HttpExchange exchange, byte[] file, String etag) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<Behaviour> script = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private byte[] file;
    private String etag = "\"v1\"";

    FileServer(byte[] file) throws IOException {
        this.file = file;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** The folder whose files it serves. */
    URI base() {
        return URI.create("http://127.0.0.1:" + port() + "/sam/");
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The next requests get these, in this order; later ones are served well. */
    synchronized FileServer first(Behaviour... behaviours) {
        script.addAll(List.of(behaviours));
        return this;
    }

    synchronized void replace(byte[] newFile, String newEtag) {
        file = newFile;
        etag = newEtag;
    }

    /** Path and Range of every request so far: {@code /sam/a.pth}, {@code /sam/a.pth bytes=100- if "v1"}. */
    synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    static Behaviour status(int code) {
        return (exchange, _, _) -> exchange.sendResponseHeaders(code, -1);
    }

    static Behaviour redirect(String to) {
        return (exchange, _, _) -> {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /** Announces the whole file and closes the connection after so many bytes. */
    static Behaviour cutAfter(int bytes) {
        return (exchange, file, etag) -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file, 0, bytes);
            exchange.getResponseBody().flush();
            // the client drops what it has not yet read when it learns of the cut
            pause(300);
        };
    }

    /** Sends so many bytes and then nothing, without closing. */
    static Behaviour stallAfter(int bytes) {
        return (exchange, file, etag) -> {
            cutAfter(bytes).answer(exchange, file, etag);
            pause(60_000);
        };
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Knows no ranges: always the whole file. */
    static Behaviour whole() {
        return (exchange, file, etag) -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
        };
    }

    /** One byte of it is wrong. */
    static Behaviour corrupt() {
        return (exchange, file, etag) -> {
            byte[] wrong = file.clone();
            wrong[wrong.length / 2] ^= 1;
            whole().answer(exchange, wrong, etag);
        };
    }

    /** Answers a range with one that begins elsewhere. */
    static Behaviour wrongRange() {
        return (exchange, file, _) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 7-" + (file.length - 1) + "/" + file.length);
            exchange.sendResponseHeaders(206, file.length - 7);
            exchange.getResponseBody().write(file, 7, file.length - 7);
        };
    }

    /** Announces that many bytes, and sends some until the client has seen enough and closes the connection. */
    static Behaviour announcing(long bytes) {
        return (exchange, _, _) -> {
            exchange.sendResponseHeaders(200, bytes);
            byte[] megabyte = new byte[1 << 20];
            for (int sent = 0; sent < 64; sent++) {
                exchange.getResponseBody().write(megabyte);
            }
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            next(exchange).answer(exchange, file, etag);
        }
    }

    private synchronized Behaviour next(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String version = exchange.getRequestHeaders().getFirst("If-Range");
        requests.add(exchange.getRequestURI()
                + (range == null ? "" : " " + range)
                + (version == null ? "" : " if " + version));
        return script.isEmpty() ? FileServer::serve : script.remove();
    }

    /** As RFC 9110 says: the part, or the whole file where If-Range names another version. */
    private static void serve(HttpExchange exchange, byte[] file, String etag) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String version = exchange.getRequestHeaders().getFirst("If-Range");
        if (range == null || (version != null && !version.equals(etag))) {
            whole().answer(exchange, file, etag);
            return;
        }
        int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        exchange.getResponseHeaders().set("ETag", etag);
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (file.length - 1) + "/" + file.length);
        exchange.sendResponseHeaders(206, file.length - from);
        exchange.getResponseBody().write(Arrays.copyOfRange(file, from, file.length));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
