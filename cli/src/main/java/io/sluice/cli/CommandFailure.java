package io.sluice.cli;

/** A command cannot do what it was asked to; the message is the line that the user reads. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final boolean helpHelps;

    private CommandFailure(String message, int exitCode, boolean helpHelps) {
        super(message);
        this.exitCode = exitCode;
        this.helpHelps = helpHelps;
    }

    /** Something failed, or is not there. */
    static CommandFailure failed(String message) {
        return new CommandFailure(message, ExitCode.FAILED, false);
    }

    /** The command line asks for something that makes no sense. */
    static CommandFailure usage(String message) {
        return new CommandFailure(message, ExitCode.USAGE, true);
    }

    /** A line of the input was not understood: the same command would fail again. */
    static CommandFailure badInput(String message) {
        return new CommandFailure(message, ExitCode.USAGE, false);
    }

    /** Ctrl-C or SIGTERM came before the work was done. */
    static CommandFailure interrupted(String message) {
        return new CommandFailure(message, ExitCode.INTERRUPTED, false);
    }

    /** The same, and what became of the work. */
    CommandFailure with(String more) {
        return new CommandFailure(getMessage() + more, exitCode, helpHelps);
    }

    /** Whether the command's help tells what would be right. */
    boolean helpHelps() {
        return helpHelps;
    }

    int exitCode() {
        return exitCode;
    }
}
