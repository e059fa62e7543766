package org.samfast.cli.download;

import java.io.IOException;

/** A server that cannot go on where the download stopped: start again from the first byte. */
final class RangeException extends IOException {
    RangeException(String message) {
        super(message);
    }
}
