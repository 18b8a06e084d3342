package io.sluice.client;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A place in a stream to go on from, which a consumer stores together with what it made of the entries before it: the
 * number of the next entry, and a fingerprint of the last entries received, so that a stream in which something else
 * stands there is found out, also by another process and behind another server.
 *
 * <p>{@link #toString} gives it as one line of ASCII of at most 250 characters, and {@link #parse} reads that. Other
 * programs should not look into it.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class ResumeToken {
    private static final Pattern TEXT = Pattern.compile(
            "sluice1:(\\d{1,20}):(\\d{1,20}):(\\d{1,20}):(\\d{1,3}):([0-9a-f]{64}):(\\d{1,20}):([0-9a-f]{16}):([0-9a-f]{16}|-):([0-9a-f]{8})");

    private final long streamType;
    private final long systemId;
    private final long nextNumber;
    private final int windowCount;
    private final String fingerprint;
    private final Origin origin;
    private final OptionalLong generation;

    ResumeToken(
            long streamType,
            long systemId,
            long nextNumber,
            int windowCount,
            byte[] fingerprint,
            Origin origin,
            OptionalLong generation) {
        this(streamType, systemId, nextNumber, windowCount, HexFormat.of().formatHex(fingerprint), origin, generation);
    }

    private ResumeToken(
            long streamType,
            long systemId,
            long nextNumber,
            int windowCount,
            String fingerprint,
            Origin origin,
            OptionalLong generation) {
        this.streamType = streamType;
        this.systemId = systemId;
        this.nextNumber = nextNumber;
        this.windowCount = windowCount;
        this.fingerprint = fingerprint;
        this.origin = origin;
        this.generation = generation;
    }

    /**
     * The place behind entries that somebody has stored, who has no token of them.
     *
     * @param header of the stream that they are from
     * @param first the first entry that was received, by which another stream is told from another history
     * @param last the last ones, in order; 256 are enough, fewer are compared if there are no more
     * @param generation which history they are of, if a server has told; only that server knows it
     * @throws IllegalArgumentException when there is no last entry, or their numbers do not follow each other
     */
    public static ResumeToken after(StreamHeader header, Entry first, List<Entry> last, OptionalLong generation) {
        if (last.isEmpty()) {
            throw new IllegalArgumentException("A place behind entries needs at least one, the last.");
        }
        Window window = new Window(last.get(0).number());
        for (Entry entry : last) {
            int length = EntryFormat.HEADER_LENGTH + entry.data().length;
            ByteBuffer bytes = ByteBuffer.allocate(length);
            EntryFormat.put(bytes, EntryFormat.PACKET_ENTRY, entry.type(), entry.number(), entry.data());
            if (entry.number() != window.next()) {
                throw new IllegalArgumentException("Entry " + Wording.unsigned(entry.number())
                        + " does not follow entry " + Wording.unsigned(window.next() - 1) + ".");
            }
            window.add(new EntryBatch(bytes, 0, length, entry.number(), 1, 0, entry.number()));
        }
        int count = window.count();
        return new ResumeToken(
                header.streamType(),
                header.systemId(),
                window.next(),
                count,
                window.digest(count),
                new Origin(first.number(), Window.fingerprint(first)),
                generation);
    }

    /**
     * Reads what {@link #toString} gave.
     *
     * @throws IllegalArgumentException when it is not exactly that; a changed character is noticed
     */
    public static ResumeToken parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("A resume token looks like sluice1:1:1101:74:74:…, not like '"
                    + text.substring(0, Math.min(text.length(), 40)).replaceAll("[^ -~]", "?") + "'.");
        }
        String content = text.substring(0, matcher.start(9) - 1);
        if (!checksum(content).equals(matcher.group(9))) {
            throw new IllegalArgumentException("The resume token was changed: its checksum is " + matcher.group(9)
                    + ", but should be " + checksum(content) + ".");
        }
        try {
            int windowCount = Integer.parseInt(matcher.group(4));
            if (windowCount > Window.CAPACITY) {
                throw new IllegalArgumentException(
                        "A resume token covers at most " + Window.CAPACITY + " entries, not " + windowCount + ".");
            }
            return new ResumeToken(
                    Long.parseUnsignedLong(matcher.group(1)),
                    Long.parseUnsignedLong(matcher.group(2)),
                    Long.parseUnsignedLong(matcher.group(3)),
                    windowCount,
                    matcher.group(5),
                    new Origin(Long.parseUnsignedLong(matcher.group(6)), Long.parseUnsignedLong(matcher.group(7), 16)),
                    matcher.group(8).equals("-")
                            ? OptionalLong.empty()
                            : OptionalLong.of(Long.parseUnsignedLong(matcher.group(8), 16)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("A number in the resume token is beyond 2^64-1.", e);
        }
    }

    /** The number of the entry that comes next; unsigned. */
    public long nextNumber() {
        return nextNumber;
    }

    /** The stream type of the stream that it is a place of; unsigned. */
    public long streamType() {
        return streamType;
    }

    /** The system id that the server's header had; unsigned. Servers of one stream may differ in it. */
    long systemId() {
        return systemId;
    }

    /** How many entries before {@link #nextNumber} are fingerprinted, 0 to 256. */
    int windowCount() {
        return windowCount;
    }

    /** The first entry that was received. */
    Origin origin() {
        return origin;
    }

    /** The generation of the history, when the server told one. */
    public OptionalLong generation() {
        return generation;
    }

    /** Whether these are the entries before the place. */
    boolean matches(byte[] digest) {
        return fingerprint.equals(HexFormat.of().formatHex(digest));
    }

    /** One line of ASCII, which {@link #parse} reads. */
    @Override
    public String toString() {
        String content = "sluice1:" + Long.toUnsignedString(streamType) + ":" + Long.toUnsignedString(systemId) + ":"
                + Long.toUnsignedString(nextNumber) + ":" + windowCount + ":" + fingerprint + ":"
                + Long.toUnsignedString(origin.number()) + ":"
                + HexFormat.of().toHexDigits(origin.fingerprint()) + ":"
                + (generation.isPresent() ? HexFormat.of().toHexDigits(generation.getAsLong()) : "-");
        return content + ":" + checksum(content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResumeToken && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    private static String checksum(String content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }
}
