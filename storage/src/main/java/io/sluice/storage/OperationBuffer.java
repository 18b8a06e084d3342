package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The open operation, laid out as it will lie in the file. Its newest pages are in memory; when there are too many the
 * oldest are written to their place beyond the committed end, where they mean nothing until the header counts them.
 * Operations without known boundaries (a relay's) are built the same way.
 *
 * <p>Between two operations the segment of the page they share stays, so that small ones need no new memory.
 *
 * <p><b>Threading:</b> confined to the source's thread.
 */
final class OperationBuffer {
    private final PageLayout layout;
    private final StreamWriter writer;
    private final SegmentPool pool;
    private final int maxSegments;
    private final Runnable drain;

    /** The segments of the open operation in the order of the file; the last one takes more. */
    private final Deque<Segment> segments = new ArrayDeque<>();

    private final OperationPages pages = new OperationPages();
    private long startPosition;
    private long spilledPosition;
    private long position;
    private boolean hasBookmarks;

    /**
     * @param maxSegments how many segments the open operation keeps in memory; the pool has more
     * @param drain commits all that is on its way, which frees its segments
     */
    OperationBuffer(PageLayout layout, StreamWriter writer, SegmentPool pool, int maxSegments, Runnable drain) {
        this.layout = layout;
        this.writer = writer;
        this.pool = pool;
        this.maxSegments = maxSegments;
        this.drain = drain;
    }

    /** Where the open operation begins; the padding before its first entry belongs to it. */
    long startPosition() {
        return startPosition;
    }

    /** Where the next entry, or the padding before it, begins. */
    long position() {
        return position;
    }

    /** Up to where the open operation was written to the file already. */
    long spilledPosition() {
        return spilledPosition;
    }

    OperationPages pages() {
        return pages;
    }

    /** Begins an operation where the one before ended. */
    void begin() {
        startPosition = position;
        spilledPosition = position;
        hasBookmarks = false;
        pages.clear();
    }

    /** Lays out one more entry. */
    void append(int type, long number, byte[] data) throws IOException {
        int length = EntryFormat.HEADER_LENGTH + data.length;
        long before = position;
        Segment segment = segmentFor(length);
        if (layout.offset(position) == 0 || pages.isEmpty()) {
            pages.add(position, before, number);
        }
        int offset = segment.offset(position);
        ByteBuffer buffer = segment.buffer();
        EntryFormat.putHeader(buffer, offset, EntryFormat.PACKET_ENTRY, length, type, number);
        buffer.put(offset + EntryFormat.HEADER_LENGTH, data);
        position += length;
        segment.endAt(position);
        hasBookmarks |= type == EntryFormat.TYPE_BOOKMARK;
    }

    /**
     * Lays out entries that are laid out already, but for the ends of pages.
     *
     * @param entries from its position on; it is left at the first one that is not whole, or has not the next number
     * @return the number after the last one
     */
    long appendAll(ByteBuffer entries, long firstNumber) throws IOException {
        long number = firstNumber;
        while (true) {
            int start = entries.position();
            int first = lengthAt(entries, start, number);
            if (first == 0) {
                return number;
            }
            long before = position;
            Segment segment = segmentFor(first);
            if (layout.offset(position) == 0 || pages.isEmpty()) {
                pages.add(position, before, number);
            }
            // As many as fit into the page at once: there can be millions a second.
            long room = layout.pageEnd(position) - position;
            int index = start;
            int length = first;
            while (length > 0 && index - start + length <= room) {
                hasBookmarks |= EntryFormat.type(entries, index) == EntryFormat.TYPE_BOOKMARK;
                index += length;
                number++;
                length = lengthAt(entries, index, number);
            }
            segment.buffer().put(segment.offset(position), entries, start, index - start);
            position += index - start;
            segment.endAt(position);
            entries.position(index);
        }
    }

    /** The length of the entry with this number at an index; 0 when there is none, or not all of it. */
    private int lengthAt(ByteBuffer entries, int index, long number) {
        int room = entries.limit() - index;
        if (room < EntryFormat.HEADER_LENGTH
                || EntryFormat.packetType(entries, index) != EntryFormat.PACKET_ENTRY
                || EntryFormat.number(entries, index) != number) {
            return 0;
        }
        int length = EntryFormat.length(entries, index);
        return length < EntryFormat.HEADER_LENGTH || length > Math.min(room, layout.pageLength()) ? 0 : length;
    }

    /** Writes everything to the file, where it means nothing yet. What is in memory of the last page stays there too. */
    void spillAll() throws IOException {
        while (segments.size() > 1) {
            spillOldest();
        }
        Segment last = segments.peekLast();
        if (last != null && spillStart(last) < last.endPosition()) {
            writer.write(last.slice(spillStart(last), last.endPosition()), spillStart(last));
        }
    }

    /** An entry of the operation was found in the file. */
    void found(long at, long before, long number) {
        if (layout.offset(at) == 0 || pages.isEmpty()) {
            pages.add(at, before, number);
        }
    }

    /** The entries that were found end here. */
    void foundUpTo(long end) {
        position = end;
        spilledPosition = end;
        hasBookmarks = true;
    }

    /** The segment that has room for an entry at {@link #position}, which moves to the next page if it must. */
    private Segment segmentFor(int length) throws IOException {
        long pageEnd = layout.pageEnd(position);
        if (pageEnd - position < length) {
            Segment segment = segmentAt(position);
            segment.buffer().put(segment.offset(position), (byte) EntryFormat.PACKET_PADDING);
            segment.endAt(position + 1);
            position = pageEnd;
        }
        return segmentAt(position);
    }

    private Segment segmentAt(long at) throws IOException {
        long pageStart = layout.pageStart(layout.pageOf(at));
        Segment last = segments.peekLast();
        if (last != null && last.isOfPageAt(pageStart)) {
            return last;
        }
        if (last != null && last.endPosition() <= startPosition) {
            // It holds nothing of this operation, only what is on its way or committed.
            segments.removeLast().release();
        }
        Segment segment = take();
        segment.begin(pageStart, layout.offset(at));
        segments.addLast(segment);
        return segment;
    }

    private Segment take() throws IOException {
        if (segments.size() >= maxSegments) {
            spillOldest();
        }
        @Nullable Segment segment = pool.take();
        if (segment == null) {
            drain.run();
            segment = pool.take();
        }
        if (segment == null) {
            throw new IllegalStateException("All segments are in use, and none is on its way to the file.");
        }
        return segment;
    }

    private void spillOldest() throws IOException {
        Segment oldest = segments.getFirst();
        writer.write(oldest.slice(spillStart(oldest), oldest.endPosition()), spillStart(oldest));
        spilledPosition = oldest.endPosition();
        segments.removeFirst().release();
    }

    private long spillStart(Segment segment) {
        return Math.max(segment.startPosition(), startPosition);
    }

    /** A view of the operation's page from this position on, if that is in memory. */
    @Nullable
    ByteBuffer inMemory(long from) {
        for (Segment segment : segments) {
            if (segment.startPosition() <= from && from < segment.endPosition()) {
                return segment.slice(from, segment.endPosition());
            }
        }
        return null;
    }

    /** Drops what was laid out from this position on; that lies in the open operation, or at its start. */
    void rewind(long newPosition) {
        while (!segments.isEmpty() && segments.getLast().startPosition() > newPosition) {
            segments.removeLast().release();
        }
        Segment last = segments.peekLast();
        if (last != null && last.isOfPageAt(layout.pageStart(layout.pageOf(newPosition)))) {
            last.endAt(newPosition);
        }
        position = newPosition;
        spilledPosition = Math.min(spilledPosition, newPosition);
        pages.dropFrom(newPosition);
    }

    /** Hands the open operation over; the next one begins behind it. */
    Submission submit(long firstNumber, long endEntries) {
        List<Submission.Range> ranges = new ArrayList<>(segments.size());
        for (Iterator<Segment> all = segments.iterator(); all.hasNext(); ) {
            Segment segment = all.next();
            long from = spillStart(segment);
            if (from < segment.endPosition()) {
                segment.retain();
                ranges.add(new Submission.Range(segment, from, segment.endPosition()));
            }
            if (all.hasNext()) {
                all.remove();
                segment.release();
            }
        }
        return new Submission(
                ranges,
                startPosition,
                firstNumber,
                position,
                endEntries,
                hasBookmarks,
                new CompletableFuture<StreamHeader>());
    }

    /** The stream ends elsewhere now; what was laid out is dropped. */
    void reset(long newPosition) {
        while (!segments.isEmpty()) {
            segments.removeLast().release();
        }
        position = newPosition;
        begin();
    }
}
