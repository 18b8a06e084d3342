package io.sluice.cli;

import io.sluice.client.ClientException;
import io.sluice.client.ClientException.Refused;
import io.sluice.client.StreamClient;
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
            "What is there comes first, then each operation as it is committed. Ends at --until, with Ctrl-C, or when the"
                    + " server goes away (exit code 1). When its output is a pipe that was closed, it ends with the next"
                    + " entry."
        },
        footer = {
            "",
            "Examples:  sluice follow localhost:6900",
            "           sluice follow localhost:6900 --from latest --format json",
            "           sluice follow localhost:6900 --until end --count",
            "           sluice follow localhost:6900 --format raw --output stream.raw"
        })
final class FollowCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

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

    @Option(names = "--force", description = "Let --output overwrite a file.")
    private boolean force;

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

    @Override
    public Integer call() {
        checkOptions();
        try (StreamClient client = server.connect()) {
            console.stop().whenRequested(PATIENCE, client::close);
            return follow(client);
        } catch (ClientException e) {
            if (console.stop().isRequested()) {
                return ExitCode.INTERRUPTED;
            }
            throw e;
        }
    }

    private void checkOptions() {
        if (from != null && bookmark != null) {
            throw CommandFailure.usage("--from and --bookmark exclude each other");
        }
        if (count && (output != null || format == Kind.raw)) {
            throw CommandFailure.usage(
                    "--count prints no entries: it goes neither with --output nor with --format raw");
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
        Path file = output;
        if (file != null && !force && Files.exists(file)) {
            throw CommandFailure.failed(file + " exists already; --force overwrites it.");
        }
    }

    private int follow(StreamClient client) {
        EntryPlace start = from == null ? EntryPlace.at(0) : from;
        EntryPlace stop = until;
        if (start.end() || (stop != null && stop.end())) {
            long total = client.header().totalEntries();
            start = start.end() ? EntryPlace.at(total) : start;
            stop = stop != null && stop.end() ? EntryPlace.at(total) : stop;
            if (bookmark == null && Long.compareUnsigned(start.number(), total) > 0) {
                throw beyondEnd(start.number());
            }
        }
        boolean nothing = bookmark == null && stop != null && Long.compareUnsigned(start.number(), stop.number()) >= 0;
        if (!nothing) {
            begin(client, start.number());
        }
        // Not before the server has agreed: a file that is to be overwritten should not be lost for nothing.
        Output target = output == null ? console.out() : OutputFile.open(output, force);
        CountPrinter counter = new CountPrinter();
        try {
            if (!nothing) {
                new Follower(client, count ? counter : printer(target), target).run(stop);
            }
            return ExitCode.OK;
        } finally {
            // Whatever ended it: what was received is kept, and what was counted is told.
            if (count) {
                counter.summarize(target, format == Kind.json);
            }
            target.flush();
            if (output != null) {
                target.close();
            }
        }
    }

    private void begin(StreamClient client, long start) {
        try {
            if (bookmark != null) {
                client.follow(bookmark);
            } else {
                client.follow(start);
            }
        } catch (Refused e) {
            int code = e.result().code();
            if (code == Result.BAD_FROM_ENTRY.code()) {
                throw beyondEnd(start);
            }
            if (code == Result.BAD_FROM_BOOKMARK.code()) {
                throw CommandFailure.failed("Bookmark " + bookmark + " is not in the stream.");
            }
            throw e;
        }
    }

    private static CommandFailure beyondEnd(long start) {
        return CommandFailure.failed(
                "The stream ends before entry " + Words.unsigned(start) + "; --from latest begins at its end.");
    }

    private EntryPrinter printer(Output target) {
        return switch (format) {
            case text -> new TextPrinter(target);
            case json -> new JsonPrinter(target);
            case raw -> new RawPrinter(target);
        };
    }
}
