package io.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a batch of a zkEVM. */
@Command(
        name = "batch",
        description = {
            "Show a batch of a zkEVM's stream, with its blocks and their transactions.",
            "",
            "It is found as a block is, and its entries are read. 'latest' is the batch of the last block, or the one that"
                    + " was started last; of a batch that is open its whole blocks are shown. Exit code 1 when the batch is not"
                    + " there, or takes more memory than a batch may (256 MiB)."
        },
        footer = {
            "",
            "Examples:  sluice batch localhost:6900 latest",
            "           sluice batch mainnet.bin 101 --format json"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class BatchCommand extends ZkevmQuery {
    @Parameters(
            index = "1",
            paramLabel = "N|latest",
            converter = Arguments.Latest.class,
            description = "The batch's number, or 'latest'.")
    private ZkevmPlace place;

    BatchCommand(Console console) {
        super(console);
    }

    @Override
    void show(ZkevmStream found, ZkevmPrinter printer) {
        printer.batch(place.latest() ? found.latestBatch() : found.batch(place.number()));
    }
}
