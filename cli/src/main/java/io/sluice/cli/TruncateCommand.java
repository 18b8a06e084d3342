package io.sluice.cli;

import io.sluice.core.StreamSource;
import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.StreamView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shortens a stream, in its file or through its server. */
@Command(
        name = "truncate",
        description = {
            "Remove the end of a stream.",
            "",
            "Entry N and all after it go, for good. What goes is kept first, as raw entries (17-byte header and data, as in the"
                    + " file), in a file of its own.",
            "Of a FILE: no server may have it open. Through HOST:PORT, a server's source port: no source may be writing, unless"
                    + " --takeover ends that, and more than 10000 entries are kept only with --keep. A name that is both is a"
                    + " file."
        },
        footer = {
            "",
            "Examples:  sluice truncate mainnet.bin 1200 --yes",
            "           sluice truncate localhost:6910 1200 --takeover"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class TruncateCommand extends Subcommand {
    /** What has begun is brought to its end, or undone, even after Ctrl-C. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** More are not asked for one by one, unless somebody wants it. */
    private static final long MAX_ENTRIES_KEPT = 10_000;

    private static final Pattern ADDRESS = Pattern.compile("(?:\\[[^\\]/]+]|[^:/\\\\\\[]+):\\d+");

    private final SourceConnector connector;

    @Parameters(
            index = "0",
            paramLabel = "FILE|HOST:PORT",
            description = "The stream file, or the source port of the server that has it.")
    private String stream;

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
            description =
                    "The new file that keeps what goes (default: FILE.cut-N-M for entries N to M, and stream-TYPE.cut-N-M"
                            + " of a server).")
    private @Nullable Path keep;

    @Mixin
    private final SourceAccess access = new SourceAccess();

    TruncateCommand(Console console) {
        this(console, TcpSources.CONNECTOR);
    }

    /** With another way to a source. */
    TruncateCommand(Console console, SourceConnector connector) {
        super(console);
        this.connector = connector;
    }

    @Override
    public Integer call() {
        access.check();
        if (!yes && !console.terminals().in()) {
            throw CommandFailure.usage(
                    "truncate removes entries for good: say --yes, as there is no terminal to ask on");
        }
        if (ADDRESS.matcher(stream).matches() && !Files.exists(Path.of(stream))) {
            return truncate(new Arguments.ServerAddress().convert(stream));
        }
        String given = access.given();
        if (given != null) {
            throw CommandFailure.usage(given + " is for HOST:PORT, and " + stream + " is taken for a file");
        }
        Path file = Path.of(stream);
        // Opening to write would make a file that is not there.
        DataStream.openReadOnly(file).close();
        LogSetup.quiet();
        try (DataStream open = DataStream.open(file)) {
            return truncate(file, open);
        }
    }

    private int truncate(InetSocketAddress server) {
        WriteNotices notices = new WriteNotices(console, Words.time(access.retry()));
        try (SourceConnection connection = access.connect(connector, server, 0, notices, console)) {
            try {
                return truncate(connection.source());
            } finally {
                notices.end();
            }
        }
    }

    private int truncate(StreamSource source) {
        long end = source.getHeader().totalEntries();
        if (isNothing(end)) {
            return ExitCode.OK;
        }
        long last = end - 1;
        boolean many = end - first > MAX_ENTRIES_KEPT;
        Path kept = keep != null || many ? keep : Path.of("stream-" + Words.unsigned(access.streamType()) + cut(last));
        requireNew(kept);
        if (kept == null && !yes) {
            throw CommandFailure.usage(Words.entries(end - first)
                    + " would go, and so many are not kept: say --yes if that" + " is right, or --keep FILE");
        }
        Output out = console.out();
        out.line("Entries " + Words.unsigned(first) + " to " + last + " of " + stream + " go: "
                        + Words.entries(end - first) + " of " + Words.grouped(end) + ".")
                .flush();
        confirm();
        console.stop().whenRequested(PATIENCE, () -> {});
        if (kept == null) {
            out.line("They are not kept.").flush();
        } else {
            long bytes = CutOff.keep(source, first, end, kept, console.stop());
            out.line("Kept them in " + kept + " (" + bytes + " bytes).").flush();
        }
        source.truncate(first);
        out.line("Done: " + stream + " has " + Words.entries(source.getHeader().totalEntries()) + ".");
        return ExitCode.OK;
    }

    private int truncate(Path file, DataStream open) {
        StreamView view = open.view();
        Committed before = view.committed();
        if (isNothing(before.entries())) {
            return ExitCode.OK;
        }
        long last = before.entries() - 1;
        long position = view.positionOf(first, before);
        Path kept = keep == null ? file.resolveSibling(file.getFileName() + cut(last)) : keep;
        requireNew(kept);
        Output out = console.out();
        out.line("Entries " + Words.unsigned(first) + " to " + last + " of " + file + " go: "
                        + Words.entries(before.entries() - first) + ", the last " + (before.position() - position)
                        + " bytes of " + before.position() + ".")
                .flush();
        confirm();
        console.stop().whenRequested(PATIENCE, () -> {});
        long bytes = CutOff.keep(view, before, position, kept, console.stop());
        out.line("Kept them in " + kept + " (" + bytes + " bytes).").flush();
        open.truncate(first);
        out.line("Done: " + file + " has " + Words.entries(view.committed().entries()) + ".");
        return ExitCode.OK;
    }

    /** Whether the stream ends there; it must not end before. */
    private boolean isNothing(long end) {
        if (Long.compareUnsigned(first, end) > 0) {
            throw CommandFailure.failed(
                    stream + " has " + Words.entries(end) + ": there is no entry " + Words.unsigned(first) + ".");
        }
        if (first == end) {
            console.out().line(stream + " has " + Words.entries(end) + ": there is nothing to remove.");
        }
        return first == end;
    }

    private String cut(long last) {
        return ".cut-" + Words.unsigned(first) + "-" + last;
    }

    private static void requireNew(@Nullable Path kept) {
        if (kept != null && Files.exists(kept)) {
            throw CommandFailure.failed(kept + " exists already, and is not overwritten; --keep names another file.");
        }
    }

    private void confirm() {
        if (!yes && !confirmed()) {
            throw CommandFailure.failed("Nothing was changed.");
        }
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
