package io.sluice.server.relay;

/** What a relay does when its upstream has another history than the one that it has published. */
public enum DivergencePolicy {
    /** Truncates its own stream to the last entry that both have, which ends the clients beyond it, and goes on there. */
    FOLLOW,
    /** Stops following, and leaves its stream as it is. */
    HALT
}
