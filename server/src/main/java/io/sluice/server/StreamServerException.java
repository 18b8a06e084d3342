package io.sluice.server;

import org.jspecify.annotations.Nullable;

/** A server could not be started: what was asked for, and why it is not possible. */
public final class StreamServerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StreamServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
