package org.samfast.cli.prompt;

/** A prompt on the command line that cannot be understood; the message is one sentence with an example. */
public final class PromptSyntaxException extends Exception {
    PromptSyntaxException(String message) {
        super(message);
    }
}
