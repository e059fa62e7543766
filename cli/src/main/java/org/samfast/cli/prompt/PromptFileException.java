package org.samfast.cli.prompt;

import java.io.IOException;

/** A file of prompts that cannot be used; the message is one sentence that names the file and, where there is one, the line. */
public final class PromptFileException extends IOException {
    PromptFileException(String message) {
        super(message);
    }
}
