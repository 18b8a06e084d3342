package io.sluice.cli;

import picocli.CommandLine.Mixin;

/** A command that asks a server one question: which server, and how to show the answer. */
abstract class QueryCommand extends Subcommand {
    @Mixin
    final ServerChoice server = new ServerChoice();

    @Mixin
    final Format format = new Format();

    QueryCommand(Console console) {
        super(console);
    }
}
