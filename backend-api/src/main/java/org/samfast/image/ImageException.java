package org.samfast.image;

import java.io.IOException;

/** An image file that cannot be used; the message is one sentence for the user. */
public final class ImageException extends IOException {
    /**
     * A file that is no usable image.
     *
     * @param message one sentence for the user
     */
    public ImageException(String message) {
        super(message);
    }

    /**
     * The same where another error shows it.
     *
     * @param message one sentence for the user
     * @param cause that error
     */
    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
