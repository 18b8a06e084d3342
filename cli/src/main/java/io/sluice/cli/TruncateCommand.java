package io.sluice.cli;

import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.StreamView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shortens a stream file. */
@Command(
        name = "truncate",
        description = {
            "Remove the end of a stream file.",
            "",
            "Entry N and all after it go, for good. No server may have the file open. What goes is kept first, as raw entries (17-byte header and data, as in the file), in a file of its own."
        },
        footer = {"", "Example:  sluice truncate mainnet.bin 1200 --yes"})
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class TruncateCommand extends Subcommand {
    /** What has begun is brought to its end, or undone, even after Ctrl-C. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Parameters(index = "0", paramLabel = "FILE", description = "The stream file.")
    private Path file;

    @Parameters(
            index = "1",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "The first entry to go.")
    private long first;

    @Option(names = "--yes", description = "Do not ask. Needed where there is no terminal to ask on.")
    private boolean yes;

    @Option(
            names = "--keep",
            paramLabel = "FILE",
            description = "The new file that keeps what goes (default: FILE.cut-N-M, for entries N to M).")
    private @Nullable Path keep;

    TruncateCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        if (!yes && !console.terminals().in()) {
            throw CommandFailure.usage(
                    "truncate removes entries for good: say --yes, as there is no terminal to ask on");
        }
        // Opening to write would make a file that is not there.
        DataStream.openReadOnly(file).close();
        LogSetup.quiet();
        try (DataStream stream = DataStream.open(file)) {
            return truncate(stream);
        }
    }

    private int truncate(DataStream stream) {
        StreamView view = stream.view();
        Committed before = view.committed();
        if (first == before.entries()) {
            console.out().line(file + " has " + Words.entries(before.entries()) + ": there is nothing to remove.");
            return ExitCode.OK;
        }
        if (Long.compareUnsigned(first, before.entries()) > 0) {
            throw CommandFailure.failed(file + " has " + Words.entries(before.entries()) + ": there is no entry "
                    + Words.unsigned(first) + ".");
        }
        long last = before.entries() - 1;
        long position = view.positionOf(first, before);
        Path kept = keep == null
                ? file.resolveSibling(file.getFileName() + ".cut-" + Words.unsigned(first) + "-" + last)
                : keep;
        if (Files.exists(kept)) {
            throw CommandFailure.failed(kept + " exists already, and is not overwritten; --keep names another file.");
        }
        Output out = console.out();
        out.line("Entries " + Words.unsigned(first) + " to " + last + " of " + file + " go: "
                        + Words.entries(before.entries() - first) + ", the last " + (before.position() - position)
                        + " bytes of " + before.position() + ".")
                .flush();
        if (!yes && !confirmed()) {
            throw CommandFailure.failed("Nothing was changed.");
        }
        console.stop().whenRequested(PATIENCE, () -> {});
        long bytes = CutOff.keep(view, before, position, kept, console.stop());
        out.line("Kept them in " + kept + " (" + bytes + " bytes).").flush();
        stream.truncate(first);
        out.line("Done: " + file + " has " + Words.entries(view.committed().entries()) + ".");
        return ExitCode.OK;
    }

    private boolean confirmed() {
        console.err().print("Remove them? [y/N] ");
        console.err().flush();
        try {
            String answer =
                    new BufferedReader(new InputStreamReader(console.in(), Charset.defaultCharset())).readLine();
            if (answer == null) {
                console.err().println();
                return false;
            }
            String word = answer.strip().toLowerCase(Locale.ROOT);
            return word.equals("y") || word.equals("yes");
        } catch (IOException e) {
            return false;
        }
    }
}
