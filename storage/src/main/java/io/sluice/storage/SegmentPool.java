package io.sluice.storage;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one stream's operations: so many segments and no more.
 *
 * <p><b>Threading:</b> any thread; guarded by its monitor.
 */
final class SegmentPool {
    private final int pageLength;
    private final Deque<Segment> free = new ArrayDeque<>();
    private int unallocated;

    SegmentPool(int pageLength, int maxCount) {
        this.pageLength = pageLength;
        this.unallocated = maxCount;
    }

    /** A segment, or null when all are in use. */
    synchronized @Nullable Segment take() {
        Segment segment = free.poll();
        if (segment == null && unallocated > 0) {
            segment = new Segment(ByteBuffer.allocateDirect(pageLength), this);
            // After the allocation, which can fail: what was not allocated is still to be had.
            unallocated--;
        }
        return segment;
    }

    synchronized void giveBack(Segment segment) {
        free.push(segment);
    }
}
