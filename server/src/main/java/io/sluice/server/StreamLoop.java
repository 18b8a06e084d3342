package io.sluice.server;

import io.netty.channel.EventLoop;
import io.sluice.storage.Committed;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The cursors of one stream on one event loop. A commit wakes the loop once, not each client.
 *
 * <p><b>Threading:</b> confined to the loop, but for {@link #wake}, {@link #historyChanged} and what is counted.
 */
final class StreamLoop {
    /**
     * What the chunks of a loop's cursors may hold together, in bytes. A cursor that would go beyond gets the smallest
     * chunk, and only when its channel wants one: so what they hold is never more than this and, for each client, the
     * channel's high-water mark and one chunk of {@link StreamCursor#MIN_CHUNK_LENGTH}, or one entry where that is longer.
     */
    static final int CHUNK_BUDGET = 32 << 20;

    private final HostedStream stream;
    private final EventLoop loop;
    private final Set<StreamCursor> cursors = new LinkedHashSet<>();
    private final AtomicBoolean wakeQueued = new AtomicBoolean();

    /** Written by the loop. */
    private final AtomicLong held = new AtomicLong();

    /** Written by the loop. A cursor is counted before it looks for the last time how far the stream is committed. */
    private volatile int count;

    StreamLoop(HostedStream stream, EventLoop loop) {
        this.stream = stream;
        this.loop = loop;
    }

    HostedStream stream() {
        return stream;
    }

    EventLoop loop() {
        return loop;
    }

    void add(StreamCursor cursor) {
        cursors.add(cursor);
        count = cursors.size();
    }

    void remove(StreamCursor cursor) {
        cursors.remove(cursor);
        count = cursors.size();
    }

    int count() {
        return count;
    }

    /**
     * How much a cursor may ask for: many readers at a time get smaller chunks.
     *
     * @param ahead whether it could do without for now
     * @return 0 when it has to do without
     */
    int allowed(int wanted, boolean ahead) {
        int share = CHUNK_BUDGET / Math.max(1, cursors.size());
        int length = Math.max(StreamCursor.MIN_CHUNK_LENGTH, Math.min(wanted, share));
        long room = CHUNK_BUDGET - held.get();
        if (length <= room) {
            return length;
        }
        return ahead && StreamCursor.MIN_CHUNK_LENGTH > room ? 0 : StreamCursor.MIN_CHUNK_LENGTH;
    }

    /** A cursor holds so many bytes more: a chunk, or a read that is under way. */
    void take(int bytes) {
        held.addAndGet(bytes);
    }

    /** Exactly what was taken, once. */
    void giveBack(int bytes) {
        held.addAndGet(-bytes);
    }

    /** Bytes that the cursors hold, read ahead or written and not taken by the client; any thread. */
    long held() {
        return held.get();
    }

    /** Lets the cursors look again; any thread. */
    void wake() {
        if (count > 0 && wakeQueued.compareAndSet(false, true)) {
            execute(() -> {
                wakeQueued.set(false);
                forEach(StreamCursor::advance);
            });
        }
    }

    /** Tells the cursors; any thread. */
    void historyChanged(Committed now) {
        execute(() -> forEach(cursor -> cursor.historyChanged(now)));
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The server has been closed, and its sessions with it.
            wakeQueued.set(false);
        }
    }

    private void forEach(Consumer<StreamCursor> action) {
        // A copy, because cursors leave while this goes on.
        for (StreamCursor cursor : cursors.toArray(new StreamCursor[0])) {
            SessionStep.run(cursor.session(), () -> action.accept(cursor));
        }
    }
}
