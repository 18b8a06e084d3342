package io.sluice.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.client.FollowFrom;
import io.sluice.client.FollowFrom.FromBookmark;
import io.sluice.client.FollowFrom.FromToken;
import io.sluice.client.ResumeToken;
import io.sluice.core.Bookmark;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a resume file holds: where to go on, and what was written by then. A few lines of ASCII, the last of which is a
 * checksum of the others.
 *
 * @param from a resume token; or, as long as nothing has come, the bookmark to begin with
 * @param written how many entries from there on were written already, because --until ended a run between two places that
 *     the library tells; unsigned
 * @param digest SHA-256 of these entries in hex digits, so that it is noticed when they are others the next time; "-" when
 *     there are none
 * @param format of the output
 * @param output up to where the output belongs to the place; null when that is standard output
 */
record StoredPlace(
        FollowFrom from,
        long written,
        String digest,
        String format,
        @Nullable OutputEnd output) {
    /** What stands for something that there is not. */
    static final String NONE = "-";

    private static final Pattern TEXT = Pattern.compile("""
            sluice follow 1
            (?<kind>token|bookmark) (?<from>\\S+)
            written (?<written>\\d{1,18}) (?<digest>-|[0-9a-f]{64})
            format (?<format>text|json|raw)
            output (?:-|(?<name>\\S+) (?<length>\\d{1,18}) (?<tail>[0-9a-f]{8}))
            checksum (?<checksum>[0-9a-f]{8})
            """);
    private static final int CHECKSUM_LINE_LENGTH = "checksum 01234567\n".length();

    /**
     * The end of an output.
     *
     * @param name the file's name without its folders, which may be moved; encoded so that it is one word
     * @param length how many bytes belong to the place
     * @param tail CRC-32C of the last of these bytes, in hex digits: it tells the file from others
     */
    record OutputEnd(String name, long length, String tail) {
        static String nameOf(Path file) {
            return URLEncoder.encode(String.valueOf(file.getFileName()), UTF_8);
        }
    }

    /** A place after which nothing was written yet. */
    static StoredPlace at(FollowFrom from, String format, @Nullable OutputEnd output) {
        return new StoredPlace(from, 0, NONE, format, output);
    }

    /**
     * What began in one way goes on in that way only.
     *
     * @throws CommandFailure when something differs; it says what is right
     */
    void requireSame(ResumeFile file, String wantedFormat, @Nullable Path wantedOutput, long streamType) {
        if (!format.equals(wantedFormat)) {
            throw CommandFailure.failed(file + " was made with --format " + format + ", and goes on with that only, not"
                    + " with " + wantedFormat + ".");
        }
        if ((output == null) != (wantedOutput == null)) {
            throw CommandFailure.failed(file + " was made "
                    + (output == null ? "without --output" : "with --output " + URLDecoder.decode(output.name(), UTF_8))
                    + ", and goes on in that way only.");
        }
        if (output != null && wantedOutput != null && !output.name().equals(OutputEnd.nameOf(wantedOutput))) {
            throw CommandFailure.failed(file + " belongs to an output " + URLDecoder.decode(output.name(), UTF_8)
                    + ", not to " + wantedOutput + ".");
        }
        if (from instanceof FromToken place && place.token().streamType() != streamType) {
            throw CommandFailure.failed(file + " is a place in stream type "
                    + Words.unsigned(place.token().streamType()) + ", not " + Words.unsigned(streamType) + ".");
        }
    }

    /** The same with this end of the output. */
    StoredPlace with(OutputEnd newOutput) {
        return new StoredPlace(from, written, digest, format, newOutput);
    }

    /** The number of the entry that comes next; what {@code unknown} says when a bookmark leads there. */
    long nextNumber(long unknown) {
        return from instanceof FromToken resumed ? resumed.token().nextNumber() + written : unknown;
    }

    /**
     * Reads what {@link #toString} gave.
     *
     * @throws IllegalArgumentException when it is not exactly that
     */
    static StoredPlace parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("it is not what sluice follow --resume stores");
        }
        String found = matcher.group("checksum");
        String right = checksum(text.substring(0, text.length() - CHECKSUM_LINE_LENGTH));
        if (!found.equals(right)) {
            throw new IllegalArgumentException("its checksum is " + found + ", but should be " + right);
        }
        String word = matcher.group("from");
        FollowFrom from = matcher.group("kind").equals("token")
                ? FollowFrom.token(ResumeToken.parse(word))
                : FollowFrom.bookmark(Bookmark.fromHex(word));
        String name = matcher.group("name");
        OutputEnd output = name == null
                ? null
                : new OutputEnd(name, Long.parseLong(matcher.group("length")), matcher.group("tail"));
        return new StoredPlace(
                from,
                Long.parseLong(matcher.group("written")),
                matcher.group("digest"),
                matcher.group("format"),
                output);
    }

    /** The lines of the file. */
    @Override
    public String toString() {
        String content =
                "sluice follow 1\n" + fromInWords() + "\nwritten " + written + " " + digest + "\nformat " + format
                        + "\noutput "
                        + (output == null ? NONE : output.name() + " " + output.length() + " " + output.tail()) + "\n";
        return content + "checksum " + checksum(content) + "\n";
    }

    private String fromInWords() {
        if (from instanceof FromToken resumed) {
            return "token " + resumed.token();
        }
        if (from instanceof FromBookmark start) {
            return "bookmark " + start.bookmark().toHex();
        }
        throw new IllegalStateException("A place is a token or a bookmark, not " + from + ".");
    }

    /** What the last line of such a file holds, for the lines before it. */
    static String checksum(String content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content.getBytes(US_ASCII));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }
}
