package io.sluice.storage;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A page of the stream file in memory, of which some part holds operations that are being built or are on their way to
 * the file. The place of a byte in the buffer is its place in the page.
 *
 * <p><b>Threading:</b> the source's thread writes from {@link #end} on; the committer reads ranges below it, which do not
 * change any more. The two never meet, and the submission of a range hands it over.
 */
final class Segment {
    private final ByteBuffer buffer;

    /** Of whoever steps; made once, since a view for each of many small operations would be noticed. */
    private final ByteBuffer stepView;

    private final SegmentPool pool;

    /** The source's, while it holds the segment, and one for each range on its way. */
    private final AtomicInteger references = new AtomicInteger();

    private long pageStart;
    private int start;
    private int end;

    Segment(ByteBuffer buffer, SegmentPool pool) {
        this.buffer = buffer;
        this.stepView = buffer.duplicate();
        this.pool = pool;
    }

    /** Begins a new life, with the first byte at this offset of the page. */
    void begin(long newPageStart, int offset) {
        pageStart = newPageStart;
        start = offset;
        end = offset;
        references.set(1);
    }

    ByteBuffer buffer() {
        return buffer;
    }

    long startPosition() {
        return pageStart + start;
    }

    long endPosition() {
        return pageStart + end;
    }

    /** What was written last is dropped, or more was written. */
    void endAt(long position) {
        end = offset(position);
    }

    int offset(long position) {
        return (int) (position - pageStart);
    }

    boolean isOfPageAt(long newPageStart) {
        return pageStart == newPageStart;
    }

    /** A view of some bytes, for another thread. */
    ByteBuffer slice(long from, long to) {
        return buffer.duplicate().position(offset(from)).limit(offset(to));
    }

    /** As {@link #slice}, for the thread that makes a step of the committer, until it asks for the next one. */
    ByteBuffer stepView(long from, long to) {
        return stepView.clear().position(offset(from)).limit(offset(to));
    }

    void retain() {
        references.incrementAndGet();
    }

    void release() {
        if (references.decrementAndGet() == 0) {
            pool.giveBack(this);
        }
    }
}
