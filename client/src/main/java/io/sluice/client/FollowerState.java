package io.sluice.client;

/** What a {@link StreamFollower} is doing. */
public enum FollowerState {
    /** Makes a connection. */
    CONNECTING,

    /** Receives the last entries once more, and compares them with what it had. */
    COMPARING,

    /** Receives the stream. */
    FOLLOWING,

    /** Has lost its connection, and waits a moment before it tries again. */
    WAITING,

    /** Has failed for good. */
    FAILED,

    /** Was closed. */
    CLOSED
}
