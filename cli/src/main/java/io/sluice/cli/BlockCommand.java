package io.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a block of a zkEVM. */
@Command(
        name = "block",
        description = {
            "Show a block of a zkEVM's stream, with its transactions decoded.",
            "",
            "It is found by its bookmark, or by the numbers of some other blocks: only few entries are read, however long"
                    + " the stream is. 'latest' is the last block that is whole. Exit code 1 when the block is not there."
        },
        footer = {
            "",
            "Examples:  sluice block localhost:6900 latest",
            "           sluice block mainnet.bin 11317 --format json"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class BlockCommand extends ZkevmQuery {
    @Parameters(
            index = "1",
            paramLabel = "N|latest",
            converter = Arguments.Latest.class,
            description = "The block's number, or 'latest'.")
    private ZkevmPlace place;

    BlockCommand(Console console) {
        super(console);
    }

    @Override
    void show(ZkevmStream found, ZkevmPrinter printer) {
        printer.block(place.latest() ? found.latestBlock() : found.block(place.number()));
    }
}
