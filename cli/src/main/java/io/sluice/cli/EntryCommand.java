package io.sluice.cli;

import io.sluice.client.StreamClient;
import io.sluice.core.Entry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one entry. */
@Command(
        name = "entry",
        description = {"Show one entry of a server's stream.", "", "Exit code 1 when the stream does not have it (yet)."
        },
        footer = {"", "Example:  sluice entry localhost:6900 42"})
final class EntryCommand extends QueryCommand {
    @Parameters(
            index = "1",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "The entry's number; the first one is 0.")
    private long number;

    EntryCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        try (StreamClient client = server.connect()) {
            Entry entry = client.entry(number).orElseThrow(() -> {
                long total = client.header().totalEntries();
                return CommandFailure.failed("Entry " + Words.unsigned(number) + " is not there: the stream has "
                        + Words.entries(total) + ".");
            });
            format.printer(console.out()).print(entry);
            return ExitCode.OK;
        }
    }
}
