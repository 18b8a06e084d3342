package io.sluice.cli;

/** A command cannot do what it was asked to; the message is the line that the user reads. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private CommandFailure(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Something failed, or is not there. */
    static CommandFailure failed(String message) {
        return new CommandFailure(message, ExitCode.FAILED);
    }

    /** The command line asks for something that makes no sense. */
    static CommandFailure usage(String message) {
        return new CommandFailure(message, ExitCode.USAGE);
    }

    /** Ctrl-C or SIGTERM came before the work was done. */
    static CommandFailure interrupted(String message) {
        return new CommandFailure(message, ExitCode.INTERRUPTED);
    }

    int exitCode() {
        return exitCode;
    }
}
