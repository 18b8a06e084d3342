package io.sluice.server;

/**
 * What becomes of a connection after a command that its state does not allow: a start or a query while streaming, a stop
 * while not streaming.
 */
public enum MisusePolicy {
    /** The result is sent, then the connection is closed, as the published description of the protocol has it. */
    CLOSE,

    /** The result is sent, and the connection stays exactly as it was: streaming goes on. Newer Go servers do this. */
    REPLY
}
