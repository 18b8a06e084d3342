package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.core.Result;
import io.sluice.core.SourceReply;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replies to a source that its loop has not sent yet. Many replies become one buffer and wake the loop once, so that
 * whoever commits pays for a few copied bytes.
 *
 * <p><b>Threading:</b> any thread; guarded by its own lock, which is held for a copy only.
 */
final class Outbox {
    private static final int INITIAL_LENGTH = 4 << 10;

    private final ByteBufAllocator allocator;
    private final Runnable wakeLoop;

    /** Guarded by this, as is the next one. */
    private @Nullable ByteBuf bytes;

    private boolean closed;

    /** Written under the lock. */
    private volatile int length;

    /** @param wakeLoop lets the loop take what is here, soon; called from any thread */
    Outbox(ByteBufAllocator allocator, Runnable wakeLoop) {
        this.allocator = allocator;
        this.wakeLoop = wakeLoop;
    }

    void add(SourceReply reply) {
        add(reply.length(), reply::putTo);
    }

    /** A bare result, as clients get it. */
    void add(Result result) {
        add(result.length(), result::putTo);
    }

    private void add(int count, Consumer<ByteBuffer> content) {
        boolean first;
        synchronized (this) {
            if (closed) {
                return;
            }
            ByteBuf target = bytes;
            first = target == null;
            if (target == null) {
                target = allocator.directBuffer(Math.max(INITIAL_LENGTH, count));
                bytes = target;
            }
            target.ensureWritable(count);
            int end = target.writerIndex();
            content.accept(target.nioBuffer(end, count));
            target.writerIndex(end + count);
            length = end + count;
        }
        if (first) {
            wakeLoop.run();
        }
    }

    /** Bytes that the loop has not taken yet. */
    int length() {
        return length;
    }

    /** Takes what is there; the loop's to write and so to release. */
    synchronized ByteBuf take() {
        ByteBuf taken = bytes;
        bytes = null;
        length = 0;
        return taken == null ? Unpooled.EMPTY_BUFFER : taken;
    }

    /** Drops what is there and what comes. */
    synchronized void close() {
        closed = true;
        take().release();
    }
}
