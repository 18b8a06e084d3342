package io.sluice.server.relay;

/** What a relay does when its upstream has another history than the one that it has published. */
public enum DivergencePolicy {
    /**
     * Truncates its own stream where they part, which ends the clients beyond that, and goes on there. If that is within an
     * operation, the stream is cut before it, as far as the relay knows where operations end.
     */
    FOLLOW,
    /** Stops following, and leaves its stream as it is. */
    HALT
}
