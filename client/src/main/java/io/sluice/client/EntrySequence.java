package io.sluice.client;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a server owes, one number after the other, and whether what arrives is that.
 *
 * <p><b>Threading:</b> for the client's thread.
 */
final class EntrySequence {
    /** No stream reaches this number, 2^64-1. */
    private static final long WITHOUT_END = -1;

    /** What the first entry must hold, as long as none came whose number it takes from. */
    private @Nullable Bookmark firstBookmark;

    /** What the last entry must hold. */
    private final @Nullable Bookmark lastBookmark;

    private final long last;
    private long due;
    private boolean complete;

    private EntrySequence(@Nullable Bookmark firstBookmark, long first, @Nullable Bookmark lastBookmark, long last) {
        this.firstBookmark = firstBookmark;
        this.due = first;
        this.lastBookmark = lastBookmark;
        this.last = last;
    }

    static EntrySequence from(long first) {
        return new EntrySequence(null, first, null, WITHOUT_END);
    }

    static EntrySequence from(Bookmark first) {
        return new EntrySequence(first, 0, null, WITHOUT_END);
    }

    static EntrySequence range(Bookmark first, Bookmark lastBookmark, long last) {
        return new EntrySequence(first, 0, lastBookmark, last);
    }

    /** Whether the last entry was taken. */
    boolean isComplete() {
        return complete;
    }

    /** The entry that comes next, in words. */
    String due() {
        return firstBookmark != null ? "the entry of bookmark " + firstBookmark : "entry " + Wording.unsigned(due);
    }

    /**
     * Takes all whole entries at the buffer's position.
     *
     * @return null when not even one is whole
     * @throws ProtocolException when what stands there is not the entry that is due
     */
    @Nullable
    EntryBatch take(ByteBuffer received) {
        if (firstBookmark != null && !begin(received, firstBookmark)) {
            return null;
        }
        int start = received.position();
        int limit = received.limit();
        long first = due;
        int end = start;
        // What is checked here is reported by explain, so that this loop stays small: it sees every entry.
        while (!complete && limit - end >= EntryFormat.HEADER_LENGTH) {
            int length = EntryFormat.length(received, end);
            if (EntryFormat.packetType(received, end) != EntryFormat.PACKET_ENTRY
                    || length < EntryFormat.HEADER_LENGTH
                    || length > EntryFormat.PAGE_LENGTH
                    || EntryFormat.number(received, end) != due
                    || length > limit - end) {
                break;
            }
            if (due == last) {
                if (lastBookmark != null && !holds(received, end, lastBookmark)) {
                    break;
                }
                complete = true;
            }
            end += length;
            due++;
        }
        if (end == start) {
            explain(received);
            return null;
        }
        received.position(end);
        return new EntryBatch(received, start, end, first, (int) (due - first));
    }

    /** The first entry gives the number from which the sequence counts. */
    private boolean begin(ByteBuffer received, Bookmark bookmark) {
        int index = received.position();
        if (!ReplyReader.isWholeEntry(received, EntryFormat.PACKET_ENTRY)) {
            return false;
        }
        long number = EntryFormat.number(received, index);
        if (!holds(received, index, bookmark)) {
            throw new ProtocolException(
                    "Entry " + Wording.unsigned(number) + " came first, but does not hold bookmark " + bookmark + ".");
        }
        if (Long.compareUnsigned(number, last) > 0) {
            throw new ProtocolException("The range begins with entry " + Wording.unsigned(number)
                    + ", after its last one, which is entry " + Wording.unsigned(last) + ".");
        }
        due = number;
        firstBookmark = null;
        return true;
    }

    private static boolean holds(ByteBuffer received, int index, Bookmark bookmark) {
        return EntryFormat.type(received, index) == EntryFormat.TYPE_BOOKMARK
                && EntryFormat.length(received, index) == EntryFormat.HEADER_LENGTH + bookmark.length()
                && received.slice(index + EntryFormat.HEADER_LENGTH, bookmark.length())
                        .equals(ByteBuffer.wrap(bookmark.toBytes()));
    }

    /** Finds out why no entry could be taken, and returns if the reason is only that bytes are missing. */
    private void explain(ByteBuffer received) {
        boolean whole = ReplyReader.isWholeEntry(received, EntryFormat.PACKET_ENTRY);
        if (received.remaining() < EntryFormat.HEADER_LENGTH) {
            return;
        }
        long number = EntryFormat.number(received, received.position());
        if (number != due) {
            String what = Long.compareUnsigned(number, due) < 0 ? "repeat" : "gap";
            throw new ProtocolException("Expected entry " + Wording.unsigned(due) + ", but received entry "
                    + Wording.unsigned(number) + ": a " + what + ".");
        }
        if (whole) {
            throw new ProtocolException("The last entry of the range, " + Wording.unsigned(number)
                    + ", does not hold bookmark " + lastBookmark + ".");
        }
    }
}
