package org.samfast.cli.download;

import java.net.URI;
import java.time.Duration;

/**
 * Where from and how patiently to download.
 *
 * @param base the folder on the server; file names are resolved against it
 * @param route the way there
 * @param silence how long to wait for a connection, an answer or the next bytes
 * @param attempts how many in a row may fail without a new byte
 * @param pause before the second attempt; doubled before each further one
 */
public record DownloadSettings(URI base, ProxyRoute route, Duration silence, int attempts, Duration pause) {
    /** For people: half a minute of silence, and four attempts within seven seconds of pauses. */
    public static DownloadSettings of(URI base, ProxyRoute route) {
        return new DownloadSettings(base, route, Duration.ofSeconds(30), 4, Duration.ofSeconds(1));
    }
}
