package org.samfast.image;

import java.io.IOException;

/** An image file that cannot be used; the message is one sentence for the user. */
public final class ImageException extends IOException {
    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
