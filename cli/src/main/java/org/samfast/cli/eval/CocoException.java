package org.samfast.cli.eval;

import java.io.IOException;

/** A COCO file that cannot be used; the message is one sentence for the user. */
public final class CocoException extends IOException {
    CocoException(String message) {
        super(message);
    }

    CocoException(String message, Throwable cause) {
        super(message, cause);
    }
}
