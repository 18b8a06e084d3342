package io.sluice.core;

/**
 * A peer sent bytes that the protocol does not allow, so that nothing after them can be understood. It ends that
 * connection and nothing else.
 */
public class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what was received, and what would have been right */
    public ProtocolException(String message) {
        super(message);
    }
}
