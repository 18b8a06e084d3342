package io.sluice.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all commands have. */
abstract class Subcommand implements Callable<Integer> {
    /** What the command talks to. */
    final Console console;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean helpWanted;

    Subcommand(Console console) {
        this.console = console;
    }

    /** Whether help is all that is wanted; the parser sees to it. */
    final boolean isHelpWanted() {
        return helpWanted;
    }
}
