package io.sluice.cli;

import java.io.IOException;

/** What a command writes to takes nothing more. */
final class OutputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean readerLeft;

    OutputException(String target, IOException cause) {
        super("Cannot write to " + target + ": " + Words.reason(cause) + ".", cause);
        String reason = String.valueOf(cause.getMessage());
        readerLeft = reason.contains("Broken pipe") || reason.contains("Connection reset");
    }

    /** Whether whoever read the output has seen enough, as {@code head} does, which is no failure. */
    boolean readerLeft() {
        return readerLeft;
    }
}
