package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.sluice.core.EntryFormat;
import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.StreamView;
import java.nio.ByteBuffer;

/**
 * Whole entries that follow each other in the stream file without padding between them, on their way to clients.
 *
 * <p><b>Threading:</b> immutable but for the reference count of its bytes, which any thread may change.
 *
 * @param start position of the first entry
 * @param next position where to go on reading; beyond padding if there is any
 * @param bytes owned by whoever holds the chunk: to be released, or handed to a channel
 * @param operationEnd so many entries were all that was committed at some moment, if that is known and lies in the chunk;
 *     otherwise it means nothing
 * @param memory what holding it keeps in memory, in bytes: all that was read with it, when this is a part of that
 */
record Chunk(long start, long next, ByteBuf bytes, long operationEnd, int memory) {
    int length() {
        return bytes.readableBytes();
    }

    /** The position behind the last entry, before any padding. */
    long end() {
        return start + bytes.readableBytes();
    }

    /** The number of its first entry; it must not be empty. */
    long firstNumber() {
        return bytes.getLong(bytes.readerIndex() + EntryFormat.HEADER_LENGTH - Long.BYTES);
    }

    void release() {
        bytes.release();
    }

    /**
     * The part of it from one position up to another, both of them where an entry begins or ends; retained, so that it is
     * the caller's to release.
     */
    Chunk slice(long from, long limit) {
        long first = Math.max(from, start);
        int length = (int) Math.max(0, Math.min(end(), limit) - first);
        long sliceNext = limit < end() ? limit : next;
        return new Chunk(
                first,
                sliceNext,
                bytes.retainedSlice(bytes.readerIndex() + (int) (first - start), length),
                operationEnd,
                memory);
    }

    /**
     * Reads a chunk; may wait for the disk. It is empty only when there is nothing but padding up to the limit.
     *
     * @throws io.sluice.storage.StorageException when the disk fails
     * @throws io.sluice.storage.HistoryChangedException when the request's generation has passed
     */
    static Chunk read(StreamView view, ChunkRequest request, ChunkBuffers buffers) {
        long position = request.position();
        int length = (int) Math.min(request.length(), request.limit() - position);
        ByteBuf bytes = buffers.take(length);
        try {
            while (position < request.limit()) {
                ByteBuffer target = bytes.nioBuffer(0, bytes.capacity());
                EntryChunk read = view.read(position, request.limit(), request.committed(), target);
                if (read.length() > 0) {
                    bytes.writerIndex(read.length());
                    long operationEnd = operationEnd(view, request, position + read.length());
                    Chunk chunk = trimmed(position, read.nextPosition(), bytes, operationEnd, buffers);
                    bytes = null;
                    return chunk;
                }
                if (read.requiredLength() > bytes.capacity()) {
                    bytes.release();
                    bytes = buffers.take(read.requiredLength());
                } else if (read.nextPosition() <= position) {
                    throw new IllegalStateException("The stream gave no entry at position " + position
                            + ", although it is committed up to " + request.limit() + ".");
                }
                position = read.nextPosition();
            }
            Chunk chunk = trimmed(position, position, bytes, 0, buffers);
            bytes = null;
            return chunk;
        } finally {
            if (bytes != null) {
                bytes.release();
            }
        }
    }

    private static long operationEnd(StreamView view, ChunkRequest request, long end) {
        Committed committed = request.committed();
        if (end == committed.position()) {
            return committed.entries();
        }
        return request.marked() ? view.operationEnd(end, committed).orElse(0) : 0;
    }

    /** What was asked for may be much more than there was: that is given back, since a chunk may be held for long. */
    private static Chunk trimmed(long start, long next, ByteBuf bytes, long operationEnd, ChunkBuffers buffers) {
        if (bytes.readableBytes() >= bytes.capacity() / 2) {
            return new Chunk(start, next, bytes, operationEnd, bytes.capacity());
        }
        ByteBuf copy = buffers.take(Math.max(1, bytes.readableBytes()));
        copy.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        bytes.release();
        return new Chunk(start, next, copy, operationEnd, copy.capacity());
    }
}
