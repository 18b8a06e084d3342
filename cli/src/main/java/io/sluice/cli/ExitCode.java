package io.sluice.cli;

/** What a process tells by its end. */
final class ExitCode {
    static final int OK = 0;

    /** A server, a file or the network failed, or something was not found or not good. */
    static final int FAILED = 1;

    /** The command line was not understood. */
    static final int USAGE = 2;

    /** Ctrl-C or SIGTERM ended what would have gone on. The process itself ends with the signal's own code. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
