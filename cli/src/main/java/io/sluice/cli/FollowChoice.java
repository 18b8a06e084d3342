package io.sluice.cli;

import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.core.Bookmark;
import io.sluice.zkevm.Generation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is wanted of a follow, wherever the stream is. */
final class FollowChoice {
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
            description =
                    "Begin with this bookmark's entry, instead of --from. In a file it is found by walking over it.")
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

    @Option(
            names = "--decode",
            description =
                    "Show a zkEVM's blocks with their transactions, as soon as they are whole, and its batches, in"
                            + " place of entries. Takes whole operations only, as with --whole.")
    private boolean decode;

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
                            + " exact however the last run ended; on standard output entries can come again after a kill."
                            + " Of a server's stream only.")
    private @Nullable Path resume;

    @Option(
            names = "--whole",
            description =
                    "Show only entries of whole operations: those that the server has shown to be committed. In a file"
                            + " there are no others.")
    private boolean whole;

    @Option(
            names = "--give-up-after",
            paramLabel = "TIME",
            converter = Arguments.Time.class,
            description = "How long to try to connect again before it fails (units ms, s, m, h); 0s never tries again"
                    + " (default: 5m).")
    private @Nullable Duration giveUpAfter;

    @Option(
            names = "--count",
            description = "Print no entries, only how many there were, how many bytes, and how fast they came.")
    private boolean count;

    /** Lower case, because the constants are what users write. */
    enum Kind {
        text,
        json,
        raw
    }

    /** Refuses what makes no sense. */
    void check() {
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
        if (decode && (format == Kind.raw || count || resume != null)) {
            throw CommandFailure.usage(
                    "--decode shows blocks and no entries: it goes with none of --format raw, --count"
                            + " and --resume");
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

    /** Refuses what a file cannot do. */
    void checkFile(Path file) {
        String given = resume != null ? "--resume" : whole ? "--whole" : giveUpAfter != null ? "--give-up-after" : null;
        if (given != null) {
            throw CommandFailure.usage(given + " is for a server's stream, and " + file + " is taken for a file");
        }
    }

    /** Where the stream is wanted from; entry 0 if nobody says. */
    FollowFrom from() {
        if (bookmark != null) {
            return FollowFrom.bookmark(bookmark);
        }
        if (from == null) {
            return FollowFrom.entry(0);
        }
        return from.end() ? FollowFrom.latest() : FollowFrom.entry(from.number());
    }

    /**
     * Where to stop.
     *
     * @param total how many entries there are now
     * @return the first entry that is not wanted; null when there is none
     */
    @Nullable
    EntryPlace stop(long total) {
        return until != null && until.end() ? EntryPlace.at(total) : until;
    }

    /** How a place names the format. */
    String format() {
        return format.name();
    }

    boolean isJson() {
        return format == Kind.json;
    }

    boolean isDecoding() {
        return decode;
    }

    boolean isCounting() {
        return count;
    }

    /** Null for standard output. */
    @Nullable
    Path output() {
        return output;
    }

    boolean overwrites() {
        return force;
    }

    /** Refuses an output that would be lost. */
    void requireNewOutput() {
        if (output != null && !force && Files.exists(output)) {
            throw CommandFailure.failed(output + " exists already; --force overwrites it.");
        }
    }

    /** Where the place is kept; null when it is not. */
    @Nullable
    Path resume() {
        return resume;
    }

    boolean wholeOperations() {
        return whole || decode;
    }

    Duration giveUpAfter() {
        return giveUpAfter == null ? FollowOptions.defaults().giveUpAfter() : giveUpAfter;
    }

    /**
     * What prints entries, unless they are only counted.
     *
     * @param generation how a zkEVM's entries are to be read; null when the first ones have to tell
     */
    EntryPrinter printer(Output target, @Nullable Generation generation, Console console) {
        if (decode) {
            ZkevmPrinter printer = isJson() ? new ZkevmJsonPrinter(target) : new ZkevmTextPrinter(target);
            return new DecodingPrinter(printer, generation, console::complain);
        }
        return switch (format) {
            case text -> new TextPrinter(target);
            case json -> new JsonPrinter(target);
            case raw -> new RawPrinter(target);
        };
    }
}
