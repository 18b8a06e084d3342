package io.sluice.storage;

import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record of the operation log: the checksum of the entries of one operation in one page. It begins where the record
 * before it ends, or with its page if that is later: padding belongs to no record.
 *
 * @param endEntries entries of the stream up to its end
 * @param endPosition where the last of its entries ends in the stream file
 * @param kind what is known of these entries
 * @param crc CRC32C of their bytes, 0 for {@link Kind#NONE}
 */
record OperationRecord(long endEntries, long endPosition, Kind kind, int crc) {
    static final int LENGTH = 32;

    /** What the first record follows. */
    static final OperationRecord START = new OperationRecord(0, PageLayout.HEADER_PAGE_LENGTH, Kind.NONE, 0);

    private static final long CHECK_START = 0x736c756963654f70L;

    /** Odd, with bits everywhere: each step can be undone, so that no change of one field goes unnoticed. */
    private static final long CHECK_FACTOR = 0x9e3779b97f4a7c15L;

    private static final Kind[] KINDS = Kind.values();

    /** What a record says of its entries. */
    enum Kind {
        /** The operation goes on in the next page. */
        PART(1),
        /** An operation ends here. */
        END(2),
        /** The bytes were taken as they were found, and nobody knows where operations begin and end. */
        FOUND(3),
        /** Nothing is known; only such a record covers more than one page. */
        NONE(4);

        /** How it is written. */
        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    /** Where the first of its entries begins. */
    long startPosition(OperationRecord before, PageLayout layout) {
        return kind == Kind.NONE
                ? before.endPosition
                : Math.max(before.endPosition, layout.pageStart(layout.pageOf(endPosition - 1)));
    }

    /** Whether it can stand behind this one: entries have 17 bytes at least, and pages are not left empty. */
    boolean follows(OperationRecord before, PageLayout layout) {
        return follows(before, layout, false);
    }

    /** As {@link #follows(OperationRecord, PageLayout)}; others may have stood in between. */
    boolean follows(OperationRecord before, PageLayout layout, boolean notAtOnce) {
        long entries = endEntries - before.endEntries;
        long bytes = endPosition - before.endPosition;
        return entries > 0
                && bytes > 0
                && entries <= bytes / EntryFormat.HEADER_LENGTH
                && (notAtOnce || kind == Kind.NONE || bytes < 2L * layout.pageLength());
    }

    /** Puts a record into a buffer, without making an object of it: that is done for each operation. */
    static void put(ByteBuffer buffer, long endEntries, long endPosition, Kind kind, int crc) {
        long kindAndCrc = (long) kind.code << Integer.SIZE | Integer.toUnsignedLong(crc);
        buffer.putLong(endEntries)
                .putLong(endPosition)
                .putLong(kindAndCrc)
                .putLong(check(endEntries, endPosition, kindAndCrc));
    }

    ByteBuffer toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        put(bytes, endEntries, endPosition, kind, crc);
        return bytes.flip();
    }

    /** The record at this index, or null when there is none that can be believed. */
    static @Nullable OperationRecord read(ByteBuffer buffer, int index) {
        long endEntries = buffer.getLong(index);
        long endPosition = buffer.getLong(index + 8);
        long kindAndCrc = buffer.getLong(index + 16);
        long kind = (kindAndCrc >>> Integer.SIZE) - 1;
        if (kind < 0
                || kind >= KINDS.length
                || buffer.getLong(index + 24) != check(endEntries, endPosition, kindAndCrc)) {
            return null;
        }
        return new OperationRecord(endEntries, endPosition, KINDS[(int) kind], (int) kindAndCrc);
    }

    /** Tells a record from a hole and from one that was torn; a CRC of so few bytes would take four times as long. */
    private static long check(long endEntries, long endPosition, long kindAndCrc) {
        long hash = (endEntries + CHECK_START) * CHECK_FACTOR;
        hash = (hash ^ hash >>> Integer.SIZE ^ endPosition) * CHECK_FACTOR;
        hash = (hash ^ hash >>> Integer.SIZE ^ kindAndCrc) * CHECK_FACTOR;
        return hash ^ hash >>> Integer.SIZE;
    }
}
