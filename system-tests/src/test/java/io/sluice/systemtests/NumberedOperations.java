package io.sluice.systemtests;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSource;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Operations that follow from their place in a stream alone, so that whoever sees a stream can tell whether it is right:
 * operation K has bookmark K, and up to nine entries of a few bytes to a few kilobytes.
 */
final class NumberedOperations {
    private static final int MOST_ENTRIES = 10;
    private static final int TYPE = 7;

    private NumberedOperations() {}

    /** How many entries operation K has, with its bookmark. */
    static int size(long operation) {
        return 1 + new SplittableRandom(operation).nextInt(MOST_ENTRIES);
    }

    /** The operation that begins with this entry, or -1 when none does: in a stream that was never cut. */
    static long beginningAt(long entry) {
        long operation = 0;
        long first = 0;
        while (first < entry) {
            first += size(operation++);
        }
        return first == entry ? operation : -1;
    }

    /**
     * Adds the operation to one that is open.
     *
     * @return whether it begins with this entry; if not, one before it was dropped, and the rest of it is not added
     */
    static boolean add(StreamSource source, long operation, long first) {
        if (source.addStreamBookmark(bookmark(operation)) != first) {
            return false;
        }
        for (int i = 1; i < size(operation); i++) {
            source.addStreamEntry(TYPE, data(first + i));
        }
        return true;
    }

    static Bookmark bookmark(long operation) {
        return Bookmark.of(ByteBuffer.allocate(Long.BYTES).putLong(operation).array());
    }

    /** Entry N of a stream of these operations, the I-th of operation K. */
    static Entry entry(long number, long operation, int index) {
        return index == 0
                ? new Entry(
                        number, EntryFormat.TYPE_BOOKMARK, bookmark(operation).toBytes())
                : new Entry(number, TYPE, data(number));
    }

    private static byte[] data(long number) {
        SplittableRandom random = new SplittableRandom(~number);
        byte[] data = new byte[random.nextInt(random.nextInt(8) == 0 ? 5_000 : 100)];
        random.nextBytes(data);
        return data;
    }

    /** Compares entries that come one after the other, from the first of the stream on. */
    static final class Checker {
        private long operation;
        private int index;
        private volatile long next;

        /** The next entry has come; false when it is another one. */
        boolean accept(Entry entry) {
            long number = next;
            boolean good = entry.equals(entry(number, operation, index));
            index++;
            if (index == size(operation)) {
                index = 0;
                operation++;
            }
            next = number + 1;
            return good;
        }

        /** The number of the next entry. */
        long next() {
            return next;
        }

        /** Whether all operations that have begun have come whole. */
        boolean isAtEndOfOperation() {
            return index == 0;
        }
    }
}
