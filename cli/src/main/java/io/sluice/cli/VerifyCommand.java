package io.sluice.cli;

import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.storage.Verification;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks a stream file. */
@Command(
        name = "verify",
        description = {
            "Check a whole stream file.",
            "",
            "Walks over it and checks pages, entry lengths, entry numbers, bookmarks and totals. Reads only, so that the"
                    + " file may be one that is being served: what is committed when it begins is checked. Exit code 0 when"
                    + " all is good, 1 when something is wrong. The format has no checksums: a changed byte in an entry's"
                    + " data or type cannot be noticed."
        },
        footer = {"", "Example:  sluice verify mainnet.bin"})
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class VerifyCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", description = "The stream file.")
    private Path file;

    VerifyCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            long started = System.nanoTime();
            ProgressLine progress = new ProgressLine(console);
            Verification found;
            try {
                found = stream.verify(progress::show);
            } finally {
                progress.clear();
            }
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            summarize(found, time);
            return found.fault().map(this::complain).orElse(ExitCode.OK);
        }
    }

    private void summarize(Verification found, Duration time) {
        Output out = console.out();
        String walked = Words.entries(found.entries()) + ", "
                + Words.count(found.bookmarks(), "bookmark", "bookmarks") + ", "
                + Words.count(found.pages(), "page", "pages") + ", " + Words.bytes(found.bytes()) + " in "
                + Words.seconds(time) + " (" + Words.bytes(Words.perSecond(found.bytes(), time)) + "/s)";
        if (found.isGood()) {
            out.line("good: " + walked);
        } else {
            out.line("bad: good up to position " + found.bytes()
                    + (found.pages() == 0 ? "" : " in page " + (found.pages() - 1)) + ": " + walked);
        }
        if (found.oddBookmarks() > 0) {
            out.line(Words.count(found.oddBookmarks(), "bookmark of them has", "bookmarks of them have")
                    + " no bytes or more than 16, and cannot be looked up");
        }
    }

    private int complain(String fault) {
        console.out().flush();
        console.complain(file + ": " + fault + ".");
        return ExitCode.FAILED;
    }
}
