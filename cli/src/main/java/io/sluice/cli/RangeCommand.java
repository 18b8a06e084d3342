package io.sluice.cli;

import io.sluice.client.ClientException.Refused;
import io.sluice.client.EntryBatch;
import io.sluice.client.EntryRange;
import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.core.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the entries between two bookmarks. */
@Command(
        name = "range",
        description = {
            "Show the entries from one bookmark to another.",
            "",
            "The entries of both bookmarks are included. Exit code 1 when one is not there, or FROM stands after TO."
        },
        footer = {"", "Example:  sluice range localhost:6900 020000000000000001 020000000000000002"})
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class RangeCommand extends QueryCommand {
    @Parameters(
            index = "1",
            paramLabel = "FROM",
            converter = Arguments.BookmarkHex.class,
            description = "The bookmark to begin with, 1 to 16 bytes in hex digits.")
    private Bookmark from;

    @Parameters(
            index = "2",
            paramLabel = "TO",
            converter = Arguments.BookmarkHex.class,
            description = "The bookmark to end with; it must not stand before FROM.")
    private Bookmark to;

    RangeCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        try (StreamClient client = server.connect()) {
            EntryPrinter printer = format.printer(console.out());
            EntryRange range = client.range(from, to);
            for (EntryBatch batch = range.next(); batch != null; batch = range.next()) {
                printer.print(batch, batch.count());
            }
            return ExitCode.OK;
        } catch (Refused e) {
            throw explained(e);
        }
    }

    private RuntimeException explained(Refused e) {
        int code = e.result().code();
        if (code == Result.BAD_FROM_BOOKMARK.code()) {
            return CommandFailure.failed(
                    "Bookmark " + from + " is not in the stream, or stands after bookmark " + to + ".");
        }
        if (code == Result.BAD_TO_BOOKMARK.code()) {
            return CommandFailure.failed("Bookmark " + to + " is not in the stream.");
        }
        return e;
    }
}
