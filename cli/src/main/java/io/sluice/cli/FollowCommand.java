package io.sluice.cli;

import io.sluice.client.ClientException;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.ClientException.Refused;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.FollowProgress;
import io.sluice.client.StreamFollower;
import io.sluice.core.Bookmark;
import io.sluice.core.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows a stream as it grows. */
@Command(
        name = "follow",
        description = {
            "Receive a stream from a server.",
            "",
            "What is there comes first, then each operation as it is committed. A connection that is lost is made again, and"
                    + " it goes on where it was. Ends at --until, with Ctrl-C, or when the stream is not the same one any"
                    + " more or the server stays away (exit code 1). When its output is a pipe that was closed, it ends"
                    + " with the next entry.",
            "With --resume it goes on where it was when it ended, so that the same command line can be used at each start."
        },
        footer = {
            "",
            "Examples:  sluice follow localhost:6900",
            "           sluice follow localhost:6900 --from latest --format json",
            "           sluice follow localhost:6900 --until end --count",
            "           sluice follow localhost:6900 --format raw --output stream.raw",
            "           sluice follow localhost:6900 --format json --output stream.json --resume stream.place"
        })
final class FollowCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What was written has to reach the disk before the place does. */
    private static final Duration PATIENCE_TO_STORE = Duration.ofSeconds(10);

    @Mixin
    private final ServerChoice server = new ServerChoice();

    @Option(
            names = "--from",
            paramLabel = "N|latest",
            converter = Arguments.From.class,
            description = "The first entry wanted; 'latest' takes only entries that are committed from now on"
                    + " (default: 0).")
    private @Nullable EntryPlace from;

    @Option(
            names = "--bookmark",
            paramLabel = "HEX",
            converter = Arguments.BookmarkHex.class,
            description = "Begin with this bookmark's entry, instead of --from.")
    private @Nullable Bookmark bookmark;

    @Option(
            names = "--until",
            paramLabel = "N|end",
            converter = Arguments.Until.class,
            description = "Stop before entry N; 'end' is the end that the stream has now (default: never stop).")
    private @Nullable EntryPlace until;

    @Option(
            names = "--format",
            paramLabel = "text|json|raw",
            defaultValue = "text",
            description =
                    "text: a line for people, with the data shortened; json: an object a line, with number, type and"
                            + " data in hex; raw: the entries' bytes as in a stream file (default: ${DEFAULT-VALUE}).")
    private Kind format = Kind.text;

    @Option(names = "--output", paramLabel = "FILE", description = "Write to a new file instead of standard output.")
    private @Nullable Path output;

    @Option(
            names = "--force",
            description = "Let --output overwrite a file. With --resume only when its FILE does not exist.")
    private boolean force;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description =
                    "Keep the place in FILE. When there is none it is made, beginning with --from or --bookmark; when"
                            + " there is one it goes on there, and --from and --bookmark do not count. With --output the output is"
                            + " exact however the last run ended; on standard output entries can come again after a kill.")
    private @Nullable Path resume;

    @Option(
            names = "--whole",
            description = "Show only entries of whole operations: those that the server has shown to be committed.")
    private boolean whole;

    @Option(
            names = "--give-up-after",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Arguments.Time.class,
            description = "How long to try to connect again before it fails (units ms, s, m, h); 0s never tries again"
                    + " (default: ${DEFAULT-VALUE}).")
    private Duration giveUpAfter = FollowOptions.defaults().giveUpAfter();

    @Option(
            names = "--count",
            description = "Print no entries, only how many there were, how many bytes, and how fast they came.")
    private boolean count;

    FollowCommand(Console console) {
        super(console);
    }

    /** Lower case, because the constants are what users write. */
    enum Kind {
        text,
        json,
        raw
    }

    /**
     * What one run goes on from.
     *
     * @param from where the stream is wanted from
     * @param file where the place is kept; null when it is not
     * @param stored what the file held; null the first time
     * @param kept the output that belongs to that; null when there is none yet, or it is standard output
     */
    private record Run(
            FollowFrom from,
            @Nullable ResumeFile file,
            @Nullable StoredPlace stored,
            @Nullable KeptOutput kept) {}

    @Override
    public Integer call() {
        checkOptions();
        if (resume == null) {
            if (output != null && !force && Files.exists(output)) {
                throw CommandFailure.failed(output + " exists already; --force overwrites it.");
            }
            return follow(new Run(wantedFrom(), null, null, null));
        }
        try (ResumeFile file = ResumeFile.open(resume)) {
            if (output != null && file.uses(output)) {
                throw CommandFailure.usage("--output and --resume need a file each");
            }
            StoredPlace stored = file.read(StoredPlace::parse, "remove it and the output");
            if (stored == null) {
                if (output != null) {
                    KeptOutput.requireNew(output, force);
                }
                return follow(new Run(wantedFrom(), file, null, null));
            }
            stored.requireSame(file, format.name(), output, server.streamType());
            if (stored.output() == null || output == null) {
                return follow(new Run(stored.from(), file, stored, null));
            }
            try (KeptOutput kept = KeptOutput.reopen(output, stored.output(), file)) {
                return follow(new Run(stored.from(), file, stored, kept));
            }
        }
    }

    private FollowFrom wantedFrom() {
        if (bookmark != null) {
            return FollowFrom.bookmark(bookmark);
        }
        if (from == null) {
            return FollowFrom.entry(0);
        }
        return from.end() ? FollowFrom.latest() : FollowFrom.entry(from.number());
    }

    private void checkOptions() {
        if (from != null && bookmark != null) {
            throw CommandFailure.usage("--from and --bookmark exclude each other");
        }
        if (count && (output != null || format == Kind.raw)) {
            throw CommandFailure.usage(
                    "--count prints no entries: it goes neither with --output nor with --format raw");
        }
        if (count && resume != null) {
            throw CommandFailure.usage("--count prints no entries: there is no place that --resume could keep");
        }
        if (force && output == null) {
            throw CommandFailure.usage("--force is about --output, which is missing");
        }
        if (from != null
                && until != null
                && !from.end()
                && !until.end()
                && Long.compareUnsigned(from.number(), until.number()) > 0) {
            throw CommandFailure.usage("--until " + Words.unsigned(until.number()) + " comes before --from "
                    + Words.unsigned(from.number()));
        }
    }

    private int follow(Run run) {
        boolean scrolls = console.terminals().out() && console.terminals().err() && output == null && !count;
        FollowNotices notices = new FollowNotices(console, !scrolls, Words.time(giveUpAfter));
        FollowOptions options = FollowOptions.defaults()
                .withGiveUpAfter(giveUpAfter)
                .withWholeOperations(whole)
                .withListener(notices);
        try (StreamFollower follower = server.follow(run.from(), options)) {
            console.stop().whenRequested(run.file() == null ? PATIENCE : PATIENCE_TO_STORE, follower::close);
            // Not before the server has agreed: a file that is to be overwritten should not be lost for nothing.
            if (output == null) {
                return write(follower, run, console.out(), null, notices);
            }
            if (run.kept() != null) {
                return write(follower, run, run.kept().output(), run.kept(), notices);
            }
            if (run.file() != null) {
                try (KeptOutput created = KeptOutput.create(output, force)) {
                    return write(follower, run, created.output(), created, notices);
                }
            }
            try (Output target = OutputFile.open(output, force)) {
                return write(follower, run, target, null, notices);
            }
        } catch (ClientException e) {
            if (console.stop().isRequested()) {
                return ExitCode.INTERRUPTED;
            }
            throw explained(e, run);
        } finally {
            notices.caughtUp();
        }
    }

    private int write(
            StreamFollower follower, Run run, Output target, @Nullable KeptOutput kept, FollowNotices notices) {
        FollowProgress progress = follower.progress();
        long total = progress.nextNumber() + progress.behindBy();
        StoredPlace stored = run.stored();
        long start = stored == null ? progress.nextNumber() : stored.nextNumber(progress.nextNumber());
        if (Long.compareUnsigned(start, total) > 0) {
            throw CommandFailure.failed("The stream has only " + Words.unsigned(total) + " entries, but those up to "
                    + Words.unsigned(start - 1) + " were received: it became shorter. " + advice());
        }
        PlaceKeeper keeper = new PlaceKeeper(run.file(), target, kept, format.name(), follower, run.from());
        if (stored == null) {
            keeper.begin();
        }
        if (kept != null) {
            kept.begin();
        }
        EntryPlace stop = until != null && until.end() ? EntryPlace.at(total) : until;
        CountPrinter counter = new CountPrinter();
        EntryPrinter printer = count ? counter : printer(target);
        AlreadyWritten already =
                stored == null ? AlreadyWritten.nothing() : new AlreadyWritten(stored.written(), stored.digest());
        boolean done = false;
        try {
            if (stop == null || Long.compareUnsigned(start, stop.number()) < 0) {
                String first = run.from() instanceof FollowFrom.FromBookmark
                        ? run.from().toString()
                        : "entry " + Words.unsigned(start);
                new Follower(follower, printer, target, keeper, already, notices).run(stop, first);
            }
            done = true;
            return ExitCode.OK;
        } finally {
            // Whatever ended it: what was received is kept, and what was counted is told.
            if (count) {
                counter.summarize(target, format == Kind.json);
            }
            target.flush();
            end(keeper, done);
        }
    }

    /** Stores the last place. When that fails after something else did, that other failure is what the command ends with. */
    private void end(PlaceKeeper keeper, boolean done) {
        try {
            keeper.store();
        } catch (CommandFailure | OutputException e) {
            if (done || console.stop().isRequested()) {
                throw e;
            }
            console.complain(String.valueOf(e.getMessage()));
        }
    }

    private RuntimeException explained(ClientException e, Run run) {
        if (e instanceof PlaceLost) {
            return CommandFailure.failed(e.getMessage() + " " + advice());
        }
        if (!(e instanceof Refused refused)) {
            return e;
        }
        int code = refused.result().code();
        if (code == Result.BAD_FROM_ENTRY.code()) {
            return CommandFailure.failed(
                    run.from() instanceof FollowFrom.FromEntry start
                            ? "The stream ends before entry " + Words.unsigned(start.number())
                                    + "; --from latest begins at its end."
                            : "The stream ends before the place where this would go on. " + advice());
        }
        if (code == Result.BAD_FROM_BOOKMARK.code() && run.from() instanceof FollowFrom.FromBookmark start) {
            return CommandFailure.failed("Bookmark " + start.bookmark() + " is not in the stream.");
        }
        return e;
    }

    /** What can be done when the stream is not the one any more that was received. */
    private String advice() {
        String keeps = output == null ? "" : output + " keeps what was received. ";
        if (resume == null) {
            return keeps + "Follow it anew to receive it as it is now.";
        }
        return keeps + "To start anew, remove " + resume + (output == null ? "." : " and " + output + ".");
    }

    private EntryPrinter printer(Output target) {
        return switch (format) {
            case text -> new TextPrinter(target);
            case json -> new JsonPrinter(target);
            case raw -> new RawPrinter(target);
        };
    }
}
