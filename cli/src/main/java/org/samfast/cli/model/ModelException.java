package org.samfast.cli.model;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A model that is unknown, not there or cannot be fetched; the message is one sentence for the user. */
public final class ModelException extends IOException {
    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
