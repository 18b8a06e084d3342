package io.sluice.cli;

import io.sluice.cli.StoredWrite.Progress;
import io.sluice.core.SourceGrant;
import io.sluice.core.StreamSourceException;
import io.sluice.source.SourceOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a stream of a server. */
@Command(
        name = "write",
        description = {
            "Write operations into a server's stream.",
            "",
            "HOST:PORT is the server's source port (serve --source-port). The input has a JSON object a line: {\"op\":\"start\"},"
                    + " {\"op\":\"entry\",\"type\":3,\"data\":\"c0ffee\"}, {\"op\":\"bookmark\",\"bookmark\":\"02\"},"
                    + " {\"op\":\"commit\"}, or {\"op\":\"rollback\"}; docs/writing.md has the others. A connection that is lost"
                    + " is made again, and nothing is written twice or left out.",
            "At a line that is wrong it ends with exit code 2; what was committed before it stays. Exit code 1 when the server"
                    + " stays away or another source has the stream. With --resume the same command line goes on after what"
                    + " is in, however the last run ended."
        },
        footer = {
            "",
            "Examples:  sluice write localhost:6910 blocks.jsonl",
            "           sequencer | sluice write localhost:6910 --rate 100",
            "           sluice write localhost:6910 blocks.jsonl --resume blocks.state"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class WriteCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SourceConnector connector;

    @Mixin
    private final SourceAccess access = new SourceAccess();

    @Mixin
    private final Format format = new Format();

    @Parameters(
            index = "0",
            paramLabel = "HOST:PORT",
            converter = Arguments.ServerAddress.class,
            description = "The source port of a server, for instance localhost:6910 or [::1]:6910.")
    private InetSocketAddress server;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The input; - or nothing is standard input.")
    private @Nullable Path file;

    @Option(
            names = "--rate",
            paramLabel = "N",
            converter = Arguments.PositiveCount.class,
            description = "Begin no more than N operations a second (default: as fast as it goes).")
    private @Nullable Integer rate;

    @Option(
            names = "--resume",
            paramLabel = "STATE",
            description =
                    "Keep in the file STATE how far it is, and go on there when it exists. The input is wanted from its"
                            + " first line on each time.")
    private @Nullable Path resume;

    WriteCommand(Console console) {
        this(console, TcpSources.CONNECTOR);
    }

    /** With another way to a source. */
    WriteCommand(Console console, SourceConnector connector) {
        super(console);
        this.connector = connector;
    }

    @Override
    public Integer call() {
        access.check();
        try (InputLines lines = InputLines.open(file, console)) {
            InputSteps input = new InputSteps(lines);
            if (resume == null) {
                return write(input, null, new StoredWrite(0, access.streamType(), null));
            }
            try (ResumeFile state = ResumeFile.open(resume)) {
                if (file != null && state.uses(file)) {
                    throw CommandFailure.usage("The input and --resume need a file each");
                }
                return write(input, state, sourceOf(state));
            }
        }
    }

    /** Who the source is; a new one is on the disk before the server hears of it. */
    private StoredWrite sourceOf(ResumeFile state) {
        StoredWrite stored = state.read(StoredWrite::parse, "remove it");
        if (stored == null) {
            stored = new StoredWrite(SourceOptions.defaults().sourceId(), access.streamType(), null);
            state.store(stored.toString());
        } else if (stored.streamType() != access.streamType()) {
            throw CommandFailure.failed(state + " is of stream type " + Words.unsigned(stored.streamType()) + ", not "
                    + Words.unsigned(access.streamType()) + ".");
        }
        return stored;
    }

    private int write(InputSteps input, @Nullable ResumeFile state, StoredWrite stored) {
        Progress progress = stored.progress();
        WriteResumption resumption = null;
        if (state != null && progress != null) {
            resumption = new WriteResumption(input, progress, state, console.stop());
            resumption.passStored();
        }
        WriteNotices notices = new WriteNotices(console, Words.time(access.retry()));
        try (SourceConnection connection = connect(stored, notices)) {
            console.stop().whenRequested(PATIENCE, () -> {});
            SourceGrant grant = connection.grant();
            long end = grant.header().totalEntries();
            WritePlace start = resumption == null ? WritePlace.start(end) : resumption.find(connection.source(), grant);
            WriteKeeper keeper = new WriteKeeper(
                    state, stored, grant.generation(), progress == null ? end : progress.start(), start);
            keeper.begin();
            if (progress != null) {
                console.complain("Going on after line " + start.lines() + ": "
                        + Words.count(start.operations(), "operation is", "operations are") + " in.");
            }
            Pace pace = new Pace(rate == null ? 0 : rate, System::nanoTime);
            OperationWriter writer =
                    new OperationWriter(connection.source(), input, start, pace, keeper, notices, console.stop());
            try {
                return run(writer);
            } finally {
                notices.end();
            }
        }
    }

    private SourceConnection connect(StoredWrite stored, WriteNotices notices) {
        try {
            return access.connect(connector, server, stored.sourceId(), notices, console);
        } catch (StreamSourceException.Unreachable e) {
            Progress progress = stored.progress();
            throw CommandFailure.failed(e.getMessage() + " Nothing was written"
                    + (progress == null
                            ? "."
                            : " by this run. Of the input "
                                    + Words.count(
                                            progress.place().operations(),
                                            "operation is certainly in.",
                                            "operations are certainly in.")));
        }
    }

    private int run(OperationWriter writer) {
        long started = System.nanoTime();
        boolean all = false;
        try {
            all = writer.run();
        } catch (CommandFailure e) {
            writer.leave(true);
            throw e;
        } catch (StreamSourceException e) {
            writer.leave(false);
            throw failed(e, writer);
        } finally {
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            writer.certainTally().summarize(console.out(), writer.certain().totalEntries(), time, format.isJson());
            console.out().flush();
        }
        if (all) {
            return ExitCode.OK;
        }
        console.complain("Stopped after line " + writer.certain().lines() + ": " + inWords(writer) + ". " + advice());
        return ExitCode.INTERRUPTED;
    }

    private CommandFailure failed(StreamSourceException e, OperationWriter writer) {
        long unknown = writer.unknown();
        String rest = unknown == 0 ? "" : ", and " + Words.grouped(unknown) + " more may be";
        return CommandFailure.failed(e.getMessage() + " Of the input " + inWords(writer) + rest + ". " + advice());
    }

    private static String inWords(OperationWriter writer) {
        return Words.count(writer.certain().operations(), "operation is certainly in", "operations are certainly in");
    }

    private String advice() {
        return resume == null
                ? "Only with --resume the same command could go on there."
                : "The same command goes on there.";
    }
}
