package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory that chunks are read into. A few buffers of the largest chunk are kept and used again: left to the allocator,
 * the memory of the only client that catches up would be given back after each chunk, and taken again for the next one,
 * zeroed, four megabytes for each megabyte that is read.
 *
 * <p><b>Threading:</b> any thread; guarded by its own lock, which is never held while something is read.
 */
final class ChunkBuffers implements AutoCloseable {
    /** How many buffers of {@link StreamCursor#MAX_CHUNK_LENGTH} are kept at most. One client uses three at a time. */
    static final int MAX_KEPT = 8;

    /**
     * A cache line. More than tidiness: the plain memory of a large direct buffer begins 16 bytes behind a page's
     * beginning, and some processors copy a page of a file to such a place five times more slowly than to any other.
     */
    private static final int ALIGNMENT = 64;

    /** What a server allocates from: as Netty's own one, with all memory aligned. */
    static final ByteBufAllocator ALIGNED = new PooledByteBufAllocator(
            true,
            PooledByteBufAllocator.defaultNumHeapArena(),
            PooledByteBufAllocator.defaultNumDirectArena(),
            PooledByteBufAllocator.defaultPageSize(),
            PooledByteBufAllocator.defaultMaxOrder(),
            PooledByteBufAllocator.defaultSmallCacheSize(),
            PooledByteBufAllocator.defaultNormalCacheSize(),
            PooledByteBufAllocator.defaultUseCacheForAllThreads(),
            PooledByteBufAllocator.isDirectMemoryCacheAlignmentSupported() ? ALIGNMENT : 0);

    private final ByteBufAllocator allocator;

    // Guarded by this, both of them. Each buffer has one reference from here, beside those of whoever uses it.
    private final List<ByteBuf> kept = new ArrayList<>(MAX_KEPT);
    private boolean closed;

    ChunkBuffers(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** An empty buffer of exactly this capacity, which is not to be changed: it may be used again after its release. */
    ByteBuf take(int length) {
        return length == StreamCursor.MAX_CHUNK_LENGTH ? takeKept() : allocator.directBuffer(length, length);
    }

    private synchronized ByteBuf takeKept() {
        for (ByteBuf buffer : kept) {
            // The one reference is the one from here: nobody else can make another one, and none of its bytes is in
            // use.
            if (buffer.refCnt() == 1) {
                return buffer.clear().retain();
            }
        }
        ByteBuf buffer = allocator.directBuffer(StreamCursor.MAX_CHUNK_LENGTH, StreamCursor.MAX_CHUNK_LENGTH);
        if (!closed && kept.size() < MAX_KEPT) {
            kept.add(buffer.retain());
        }
        return buffer;
    }

    /** Lets go of what is kept, for good. What is in use goes when it is released. */
    @Override
    public synchronized void close() {
        closed = true;
        kept.forEach(ByteBuf::release);
        kept.clear();
    }
}
