package io.sluice.cli;

import io.sluice.storage.Reindex;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Builds anew what can be derived from a stream file. */
@Command(
        name = "reindex",
        description = {
            "Build anew what is kept beside a stream file.",
            "",
            "That is the index of its bookmarks, and the checksums of entries that have none: those are made of what stands in"
                    + " the file now, page by page. Checksums that are there stay as they are, so that verify still finds"
                    + " what has changed since they were made. The stream itself is only read. No server may have the file"
                    + " open."
        },
        footer = {"", "Example:  sluice reindex mainnet.bin"})
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class ReindexCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", description = "The stream file.")
    private Path file;

    ReindexCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        LogSetup.quiet();
        long started = System.nanoTime();
        ProgressLine progress = new ProgressLine(console);
        Reindex done;
        try {
            done = Reindex.of(file, progress::show);
        } finally {
            progress.clear();
        }
        Duration time = Duration.ofNanos(System.nanoTime() - started);
        console.out()
                .line("indexed: " + Words.entries(done.entries()) + ", "
                        + Words.count(done.bookmarks(), "bookmark", "bookmarks") + ", " + Words.bytes(done.bytes())
                        + " in " + Words.seconds(time) + " (" + Words.bytes(Words.perSecond(done.bytes(), time))
                        + "/s)");
        console.out()
                .line("checksums: " + Words.entries(done.keptEntries()) + " had one, "
                        + Words.entries(done.foundEntries()) + " got one of what stands in the file");
        return ExitCode.OK;
    }
}
