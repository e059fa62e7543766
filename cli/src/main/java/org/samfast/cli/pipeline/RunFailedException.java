package org.samfast.cli.pipeline;

/** Wraps what ends a whole run and is no fault of one of its inputs, such as a backend that does not open. */
final class RunFailedException extends RuntimeException {
    RunFailedException(Exception cause) {
        super(cause);
    }
}
