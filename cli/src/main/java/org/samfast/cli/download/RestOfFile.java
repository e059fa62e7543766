package org.samfast.cli.download;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes a server sends: the whole file, or the rest that was asked for.
 *
 * @param from where in the file they begin
 * @param total size of the whole file, where the server says it
 * @param version what the server calls this version of the file, as If-Range takes it
 */
record RestOfFile(InputStream body, long from, OptionalLong total, Optional<String> version) implements AutoCloseable {
    // RFC 9110, 14.4: bytes FIRST-LAST/TOTAL, the total perhaps *
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    RestOfFile(HttpResponse<InputStream> response, long asked) {
        this(
                response.body(),
                response.statusCode() == 206 ? asked : 0,
                response.statusCode() == 206
                        ? totalOfRange(response)
                        : response.headers().firstValueAsLong("Content-Length"),
                version(response));
    }

    /** Whether the answer is what was asked for: all of it, or exactly the part from there. */
    static boolean isOne(HttpResponse<?> response, long asked) {
        if (response.statusCode() != 206) {
            return response.statusCode() == 200;
        }
        Matcher range = range(response);
        return range.matches() && Long.parseLong(range.group(1)) == asked;
    }

    private static OptionalLong totalOfRange(HttpResponse<?> response) {
        Matcher range = range(response);
        return range.matches() && !range.group(2).equals("*")
                ? OptionalLong.of(Long.parseLong(range.group(2)))
                : OptionalLong.empty();
    }

    private static Matcher range(HttpResponse<?> response) {
        return CONTENT_RANGE.matcher(
                response.headers().firstValue("Content-Range").orElse(""));
    }

    /** RFC 9110, 13.1.5: a weak ETag must not stand in If-Range. */
    private static Optional<String> version(HttpResponse<?> response) {
        return response.headers()
                .firstValue("ETag")
                .filter(tag -> !tag.startsWith("W/"))
                .or(() -> response.headers().firstValue("Last-Modified"));
    }

    @Override
    public void close() throws java.io.IOException {
        body.close();
    }
}
