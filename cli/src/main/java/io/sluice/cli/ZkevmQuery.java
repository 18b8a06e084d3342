package io.sluice.cli;

import picocli.CommandLine.Mixin;

/** A command that shows one piece of a zkEVM's stream, of a server or in a file. */
abstract class ZkevmQuery extends Subcommand {
    @Mixin
    private final StreamChoice stream = new StreamChoice();

    @Mixin
    private final Format format = new Format();

    ZkevmQuery(Console console) {
        super(console);
    }

    @Override
    public final Integer call() {
        try (StreamEntries entries = StreamEntries.open(stream)) {
            show(new ZkevmStream(entries, console::complain), format.zkevmPrinter(console.out()));
            return ExitCode.OK;
        }
    }

    /** Finds what is wanted, and prints it. */
    abstract void show(ZkevmStream found, ZkevmPrinter printer);
}
