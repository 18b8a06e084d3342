package io.sluice.cli;

import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what follows a bookmark. */
@Command(
        name = "bookmark",
        description = {
            "Show the entry that follows a bookmark.",
            "",
            "That is the first one after it that is no bookmark itself. Exit code 1 when the bookmark is not there, or"
                    + " nothing follows it (yet)."
        },
        footer = {"", "Example:  sluice bookmark localhost:6900 0x020000000000000001"})
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class BookmarkCommand extends QueryCommand {
    @Parameters(
            index = "1",
            paramLabel = "HEX",
            converter = Arguments.BookmarkHex.class,
            description = "The bookmark, 1 to 16 bytes in hex digits.")
    private Bookmark bookmark;

    BookmarkCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        try (StreamClient client = server.connect()) {
            Entry entry = client.firstEventAfter(bookmark)
                    .orElseThrow(() -> CommandFailure.failed("Bookmark " + bookmark
                            + " is not in the stream, or nothing but bookmarks follows it yet."));
            format.printer(console.out()).print(entry);
            return ExitCode.OK;
        }
    }
}
