package io.sluice.cli;

import io.sluice.storage.Coverage;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.storage.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
                    + " all is good, 1 when something is wrong.",
            "",
            "The format has no checksums. Whoever writes a stream with this program keeps some beside the file, one for"
                    + " each operation and page: with them a changed bit is found wherever it is, and the operation is"
                    + " named. The output tells how many entries were compared with a checksum from their commit, how"
                    + " many with one that was made when they were found in the file, and how many have none. Of these"
                    + " a changed byte in the data or the type cannot be noticed."
        },
        footer = {"", "Example:  sluice verify mainnet.bin"})
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class VerifyCommand extends Subcommand {
    private static final String CHANGED_BY_OTHERS = ", unless another program has replaced it";

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
            console.out().flush();
            found.fault().ifPresent(this::complain);
            complain(found.coverage());
            return found.isGood() ? ExitCode.OK : ExitCode.FAILED;
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
        } else if (found.fault().isEmpty()) {
            out.line("bad: as the format wants it, but with changed bytes: " + walked);
        } else {
            out.line("bad: good up to position " + found.bytes()
                    + (found.pages() == 0 ? "" : " in page " + (found.pages() - 1)) + ": " + walked);
        }
        if (found.oddBookmarks() > 0) {
            out.line(Words.count(found.oddBookmarks(), "bookmark of them has", "bookmarks of them have")
                    + " no bytes or more than 16, and cannot be looked up");
        }
        out.line("checksums: " + compared(found.coverage()));
    }

    private static String compared(Coverage coverage) {
        List<String> parts = new ArrayList<>();
        if (coverage.committedEntries() > 0) {
            parts.add(Words.entries(coverage.committedEntries()) + " compared with those of "
                    + Words.count(coverage.operations(), "commit", "commits"));
        }
        if (coverage.foundEntries() > 0) {
            parts.add(Words.entries(coverage.foundEntries()) + " compared with how they were found");
        }
        if (coverage.uncoveredEntries() > 0 || parts.isEmpty()) {
            parts.add("none for " + Words.entries(coverage.uncoveredEntries()));
        }
        return String.join(", ", parts)
                + coverage.remark().map(remark -> " (" + remark + ")").orElse("");
    }

    private void complain(String fault) {
        console.complain(file + ": " + fault + ".");
    }

    private void complain(Coverage coverage) {
        for (Coverage.Damaged damaged : coverage.damaged()) {
            String entries = damaged.firstEntry() == damaged.lastEntry()
                    ? "entry " + damaged.firstEntry()
                    : "entries " + damaged.firstEntry() + " to " + damaged.lastEntry();
            complain((damaged.isOperation() ? "the operation of " + entries : entries) + ", from position "
                    + damaged.position() + " to " + damaged.endPosition() + ", "
                    + (damaged.isOperation() ? "does not have the bytes that were committed" : "has changed")
                    + (coverage.isChangedByOthers() ? CHANGED_BY_OTHERS : ""));
        }
        long more = coverage.damagedCount() - coverage.damaged().size();
        if (more > 0) {
            complain(Words.count(more, "more operation has", "more operations have") + " changed bytes");
        }
    }
}
