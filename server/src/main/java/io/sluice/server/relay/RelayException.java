package io.sluice.server.relay;

import org.jspecify.annotations.Nullable;

/** A relay cannot begin, or cannot go on without somebody's decision. */
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RelayException(String message) {
        super(message);
    }

    RelayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
