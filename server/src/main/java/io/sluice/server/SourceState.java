package io.sluice.server;

/** How far the conversation with a source is. */
enum SourceState {
    /** Waits for the greeting. */
    NEW,
    /** Waits for the lease. */
    GREETED,
    /** Has the lease. */
    OPEN,
    /** Reads nothing more; what has arrived is executed. */
    ENDING,
    /** What was written goes out. */
    CLOSING
}
