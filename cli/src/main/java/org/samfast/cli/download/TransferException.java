package org.samfast.cli.download;

import java.io.IOException;

/** A failure of the network or the server that another attempt may not meet. */
final class TransferException extends IOException {
    TransferException(String message) {
        super(message);
    }

    TransferException(String message, Throwable cause) {
        super(message, cause);
    }
}
