package io.sluice.client;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.ProtocolException;
import io.sluice.core.StreamMark;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a server owes, one number after the other, and whether what arrives is that.
 *
 * <p><b>Threading:</b> for the client's thread.
 */
final class EntrySequence {
    /** No stream reaches this number, 2^64-1. */
    static final long WITHOUT_END = -1;

    /** What the first entry must hold, as long as none came whose number it takes from. */
    private @Nullable Bookmark firstBookmark;

    /** What the last entry must hold. */
    private final @Nullable Bookmark lastBookmark;

    /** What came last, of a follower: by it repeats are known, and dropped. */
    private final @Nullable Window window;

    private long due;

    /** Nothing is taken at or beyond this number; unsigned. */
    private long end;

    /** Whether the server was asked for marks. */
    private boolean isMarked;

    private boolean endsAtMarks;

    /** The last one that came. */
    private @Nullable StreamMark mark;

    private EntrySequence(
            @Nullable Bookmark first, long due, @Nullable Bookmark last, long end, @Nullable Window window) {
        this.firstBookmark = first;
        this.due = due;
        this.lastBookmark = last;
        this.end = end;
        this.window = window;
    }

    static EntrySequence range(Bookmark first, Bookmark lastBookmark, long last) {
        return new EntrySequence(first, 0, lastBookmark, last + 1, null);
    }

    /** What comes after a window; entries that it holds are expected to come again, and dropped. */
    static EntrySequence after(Window window) {
        return new EntrySequence(null, window.next(), null, WITHOUT_END, window);
    }

    /** What begins with a bookmark's entry, and goes into an empty window. */
    static EntrySequence from(Bookmark first, Window window) {
        return new EntrySequence(first, 0, null, WITHOUT_END, window);
    }

    /**
     * With marks between the entries.
     *
     * @param last the one that came last, null when none did
     * @param endsAtMarks whether nothing is taken at or beyond what the last one calls whole
     */
    EntrySequence marked(@Nullable StreamMark last, boolean endsAtMarks) {
        isMarked = true;
        this.endsAtMarks = endsAtMarks;
        if (last != null) {
            accept(last);
        }
        return this;
    }

    private void accept(StreamMark next) {
        mark = next;
        if (endsAtMarks) {
            end = next.wholeUpTo();
        }
    }

    /** The last mark that stood before what was taken; null when none came. */
    @Nullable
    StreamMark mark() {
        return mark;
    }

    /** From now on nothing is taken at or beyond this number; unsigned. */
    void endAt(long number) {
        end = number;
    }

    /** Whether the last entry was taken. */
    boolean isComplete() {
        return firstBookmark == null && Long.compareUnsigned(due, end) >= 0;
    }

    /** The number of the entry that comes next; unsigned. */
    long dueNumber() {
        return due;
    }

    /** The entry that comes next, in words. */
    String due() {
        return firstBookmark != null ? "the entry of bookmark " + firstBookmark : "entry " + Wording.unsigned(due);
    }

    /**
     * Takes all whole entries at the buffer's position that come before the end.
     *
     * @return null when not even one is whole
     * @throws ProtocolException when what stands there is not the entry that is due
     */
    @Nullable
    EntryBatch take(ByteBuffer received) {
        while (true) {
            EntryBatch batch = takeEntries(received);
            if (batch != null || !takeOther(received)) {
                return batch;
            }
        }
    }

    private @Nullable EntryBatch takeEntries(ByteBuffer received) {
        if (firstBookmark != null && !begin(received, firstBookmark)) {
            return null;
        }
        if (isComplete()) {
            return null;
        }
        int start = received.position();
        int limit = received.limit();
        long first = due;
        // In the loop only what is local is touched: it sees every entry, and what it finds wrong takeOther reports.
        long stop = stop();
        long number = first;
        int position = start;
        // Two entries on the way, the older with at least as many entries after it as a window holds, if there are that
        // many: a follower remembers the last ones, and does not want to look for them.
        int milestone = start;
        int tail = start;
        long milestoneNumber = first;
        long tailNumber = first;
        while (number != stop && limit - position >= EntryFormat.HEADER_LENGTH) {
            int length = EntryFormat.length(received, position);
            if (EntryFormat.packetType(received, position) != EntryFormat.PACKET_ENTRY
                    || length < EntryFormat.HEADER_LENGTH
                    || length > EntryFormat.PAGE_LENGTH
                    || EntryFormat.number(received, position) != number
                    || length > limit - position
                    || (number + 1 == stop && lastBookmark != null && !holds(received, position, lastBookmark))) {
                break;
            }
            if (((number - first) & (Window.CAPACITY - 1)) == 0) {
                tail = milestone;
                tailNumber = milestoneNumber;
                milestone = position;
                milestoneNumber = number;
            }
            position += length;
            number++;
        }
        if (position == start) {
            return null;
        }
        due = number;
        received.position(position);
        return new EntryBatch(received, start, position, first, (int) (number - first), tail, tailNumber);
    }

    /** Where to stop taking: at the end, or before it where an operation is known to end. */
    private long stop() {
        long operationEnd = endsAtMarks && mark != null ? mark.operationEnd() : 0;
        boolean isOnTheWay = Long.compareUnsigned(due, operationEnd) < 0 && Long.compareUnsigned(operationEnd, end) < 0;
        return isOnTheWay ? operationEnd : end;
    }

    /** Takes back the last entry of the batch that was taken last, and passes it over: it was not what it seemed to be. */
    void dropLast() {
        due--;
    }

    /**
     * Takes what may stand between entries.
     *
     * @return false when only more bytes can help
     */
    private boolean takeOther(ByteBuffer received) {
        if (isMarked && received.hasRemaining() && isMark(received)) {
            StreamMark next = StreamMark.read(received);
            if (next == null) {
                return false;
            }
            accept(next);
            return true;
        }
        boolean whole = ReplyReader.isWholeEntry(received, EntryFormat.PACKET_ENTRY);
        if (received.remaining() < EntryFormat.HEADER_LENGTH || firstBookmark != null) {
            return false;
        }
        int index = received.position();
        long number = EntryFormat.number(received, index);
        if (number == due) {
            if (whole && !isComplete()) {
                throw new ProtocolException("The last entry of the range, " + Wording.unsigned(number)
                        + ", does not hold bookmark " + lastBookmark + ".");
            }
            return whole && endsAtMarks && findMark(received);
        }
        if (window == null || !window.holds(number)) {
            String what = Long.compareUnsigned(number, due) < 0 ? "repeat" : "gap";
            throw new ProtocolException("Expected entry " + Wording.unsigned(due) + ", but received entry "
                    + Wording.unsigned(number) + ": a " + what + ".");
        }
        if (!whole) {
            return false;
        }
        if (!window.matches(received, index)) {
            throw new OtherDataException(number);
        }
        received.position(index + EntryFormat.length(received, index));
        return true;
    }

    /**
     * Looks behind entries that wait for a mark, which is taken once more when its turn comes.
     *
     * @return whether there is one by which at least one of them can be taken
     */
    private boolean findMark(ByteBuffer received) {
        ByteBuffer ahead = received.duplicate();
        while (ahead.hasRemaining()) {
            if (isMark(ahead)) {
                StreamMark next = StreamMark.read(ahead);
                if (next == null) {
                    return false;
                }
                accept(next);
                if (!isComplete()) {
                    return true;
                }
            } else if (ReplyReader.isWholeEntry(ahead, EntryFormat.PACKET_ENTRY)) {
                ahead.position(ahead.position() + EntryFormat.length(ahead, ahead.position()));
            } else {
                return false;
            }
        }
        return false;
    }

    private static boolean isMark(ByteBuffer received) {
        return EntryFormat.packetType(received, received.position()) == EntryFormat.PACKET_MARK;
    }

    /** The first entry gives the number from which the sequence counts. */
    private boolean begin(ByteBuffer received, Bookmark bookmark) {
        if (isMarked && received.hasRemaining() && isMark(received)) {
            return false;
        }
        int index = received.position();
        if (!ReplyReader.isWholeEntry(received, EntryFormat.PACKET_ENTRY)) {
            return false;
        }
        long number = EntryFormat.number(received, index);
        if (!holds(received, index, bookmark)) {
            throw new ProtocolException(
                    "Entry " + Wording.unsigned(number) + " came first, but does not hold bookmark " + bookmark + ".");
        }
        if (lastBookmark != null && Long.compareUnsigned(number, end) >= 0) {
            throw new ProtocolException("The range begins with entry " + Wording.unsigned(number)
                    + ", after its last one, which is entry " + Wording.unsigned(end - 1) + ".");
        }
        due = number;
        if (window != null) {
            window.startAt(number);
        }
        firstBookmark = null;
        return true;
    }

    private static boolean holds(ByteBuffer received, int index, Bookmark bookmark) {
        return EntryFormat.type(received, index) == EntryFormat.TYPE_BOOKMARK
                && EntryFormat.length(received, index) == EntryFormat.HEADER_LENGTH + bookmark.length()
                && received.slice(index + EntryFormat.HEADER_LENGTH, bookmark.length())
                        .equals(ByteBuffer.wrap(bookmark.toBytes()));
    }

    /** An entry came again, and holds other data than before. */
    static final class OtherDataException extends ProtocolException {
        private static final long serialVersionUID = 1;

        private final long number;

        OtherDataException(long number) {
            super("Entry " + Wording.unsigned(number) + " came again with other data.");
            this.number = number;
        }

        /** The entry's number; unsigned. */
        long number() {
            return number;
        }
    }
}
