package io.sluice.cli;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the state of a {@code sluice write --resume} holds: who the source is, and up to where its input is certainly in the
 * stream. A few lines of ASCII, the last of which is a checksum of the others.
 *
 * @param sourceId what the source calls itself each time
 * @param streamType which of the server's streams it writes; unsigned
 * @param progress null until it was connected for the first time: nothing was written
 */
record StoredWrite(long sourceId, long streamType, @Nullable Progress progress) {
    /** No truncation. */
    static final long NONE = -1;

    private static final Pattern TEXT = Pattern.compile("""
            sluice write 1
            source (?<source>[0-9a-f]{16})
            stream (?<stream>\\d{1,20})
            (?:new|generation (?<generation>[0-9a-f]{16})
            start (?<start>\\d{1,18})
            lines (?<lines>\\d{1,18}) (?<tail>[0-9a-f]{8})
            operations (?<operations>\\d{1,18})
            entries (?<entries>\\d{1,18})
            truncating (?<truncating>-|\\d{1,18}))
            checksum (?<checksum>[0-9a-f]{8})
            """);
    private static final int CHECKSUM_LINE_LENGTH = "checksum 01234567\n".length();

    /**
     * How far it is.
     *
     * @param generation which history the stream has; 0 when the input itself has changed that since
     * @param start how many entries the stream had before the input's first operation
     * @param place up to where all is certainly in
     * @param truncating the truncation that comes there next, and may have been done: its first entry to go; or
     *     {@link #NONE}
     */
    record Progress(long generation, long start, WritePlace place, long truncating) {}

    /** The same source, that far. */
    StoredWrite with(Progress newProgress) {
        return new StoredWrite(sourceId, streamType, newProgress);
    }

    /**
     * Reads what {@link #toString} gave.
     *
     * @throws IllegalArgumentException when it is not exactly that
     */
    static StoredWrite parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("it is not what sluice write --resume stores");
        }
        String found = matcher.group("checksum");
        String right = StoredPlace.checksum(text.substring(0, text.length() - CHECKSUM_LINE_LENGTH));
        if (!found.equals(right)) {
            throw new IllegalArgumentException("its checksum is " + found + ", but should be " + right);
        }
        long sourceId = HexFormat.fromHexDigitsToLong(matcher.group("source"));
        long streamType = Long.parseUnsignedLong(matcher.group("stream"));
        return new StoredWrite(sourceId, streamType, matcher.group("generation") == null ? null : progressOf(matcher));
    }

    private static Progress progressOf(Matcher matcher) {
        String truncating = matcher.group("truncating");
        WritePlace place = new WritePlace(
                Long.parseLong(matcher.group("lines")),
                HexFormat.fromHexDigits(matcher.group("tail")),
                Long.parseLong(matcher.group("operations")),
                Long.parseLong(matcher.group("entries")));
        return new Progress(
                HexFormat.fromHexDigitsToLong(matcher.group("generation")),
                Long.parseLong(matcher.group("start")),
                place,
                truncating.equals("-") ? NONE : Long.parseLong(truncating));
    }

    /** The lines of the file. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        String content = "sluice write 1\nsource " + hex.toHexDigits(sourceId) + "\nstream "
                + Words.unsigned(streamType) + "\n" + (progress == null ? "new" : words(progress)) + "\n";
        return content + "checksum " + StoredPlace.checksum(content) + "\n";
    }

    private static String words(Progress progress) {
        HexFormat hex = HexFormat.of();
        WritePlace place = progress.place();
        return "generation " + hex.toHexDigits(progress.generation()) + "\nstart " + progress.start() + "\nlines "
                + place.lines() + " " + hex.toHexDigits(place.checksum()) + "\noperations " + place.operations()
                + "\nentries " + place.totalEntries() + "\ntruncating "
                + (progress.truncating() == NONE ? "-" : String.valueOf(progress.truncating()));
    }
}
