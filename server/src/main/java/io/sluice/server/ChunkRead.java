package io.sluice.server;

import io.netty.channel.EventLoop;
import io.sluice.storage.HistoryChangedException;
import io.sluice.storage.StorageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One read on the reader pool, and the cursors that wait for it.
 *
 * <p><b>Threading:</b> cursors join under the lock of the {@link SharedTail}; {@link #run} is a reader thread's; each
 * cursor hears of the outcome on its own loop, with one task per loop.
 */
final class ChunkRead implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkRead.class);

    private final SharedTail tail;
    private final ChunkRequest request;
    private final ChunkBuffers buffers;
    private final boolean shared;
    private final Map<EventLoop, List<StreamCursor>> cursorsByLoop = new LinkedHashMap<>(2);

    /**
     * A read for nobody yet.
     *
     * @param shared whether what it brings is kept for others; otherwise exactly one cursor joins, before it runs
     */
    ChunkRead(SharedTail tail, ChunkRequest request, ChunkBuffers buffers, boolean shared) {
        this.tail = tail;
        this.request = request;
        this.buffers = buffers;
        this.shared = shared;
    }

    ChunkRequest request() {
        return request;
    }

    /** Only until the tail has been told that the read is done. */
    void join(StreamCursor cursor) {
        cursorsByLoop.computeIfAbsent(cursor.loop(), loop -> new ArrayList<>(1)).add(cursor);
    }

    @Override
    public void run() {
        Chunk chunk = null;
        boolean passed = false;
        try {
            if (isWanted()) {
                chunk = Chunk.read(tail.view(), request, buffers);
            } else {
                passed = true;
            }
        } catch (HistoryChangedException e) {
            // No error: the cursors have been told, or are about to be.
            passed = true;
        } catch (StorageException e) {
            LOG.error("Reading the stream at position {} failed: {}", request.position(), e.getMessage());
        } catch (Throwable t) {
            // Whatever it is, the sessions that wait must not wait for ever.
            LOG.error("Reading the stream at position {} failed.", request.position(), t);
        }
        tail.done(this, chunk);
        for (Map.Entry<EventLoop, List<StreamCursor>> waiting : cursorsByLoop.entrySet()) {
            deliver(waiting.getKey(), waiting.getValue(), chunk, passed);
        }
        if (chunk != null) {
            chunk.release();
        }
    }

    /** Clients that come, ask for history and leave at once must not keep a slow disk busy for those who stay. */
    private boolean isWanted() {
        return shared
                || !cursorsByLoop.values().stream()
                        .allMatch(cursors -> cursors.stream().allMatch(StreamCursor::isStopped));
    }

    private void deliver(EventLoop loop, List<StreamCursor> cursors, @Nullable Chunk chunk, boolean passed) {
        if (chunk != null) {
            chunk.bytes().retain();
        }
        try {
            loop.execute(() -> arrive(cursors, chunk, passed));
        } catch (RejectedExecutionException e) {
            // The server has been closed.
            if (chunk != null) {
                chunk.release();
            }
        }
    }

    private void tell(StreamCursor cursor, @Nullable Chunk chunk, boolean passed) {
        if (chunk != null) {
            cursor.arrived(request.committed(), chunk);
        } else if (passed) {
            cursor.historyPassed(request.generation());
        } else {
            cursor.failed();
        }
    }

    private void arrive(List<StreamCursor> cursors, @Nullable Chunk chunk, boolean passed) {
        try {
            for (StreamCursor cursor : cursors) {
                SessionStep.run(cursor.session(), () -> tell(cursor, chunk, passed));
            }
        } finally {
            if (chunk != null) {
                chunk.release();
            }
        }
    }
}
