package io.sluice.server.relay;

/** What a relay is doing. Whatever it is, what was published is served, until it is closed. */
public enum RelayState {
    /** It connects to an upstream, and compares what both have. */
    CONNECTING,
    /** It receives what its upstream has and it has not. */
    CATCHING_UP,
    /** It has all that its upstream has, as far as is known. */
    FOLLOWING,
    /** No upstream is there that has more than it has; it tries again and again. */
    WAITING,
    /** It follows nobody any more, for good: see {@link Relay#failure}. */
    HALTED,
    /** It was closed. */
    CLOSED
}
