package io.sluice.server;

import io.sluice.core.SourceMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a source that are not executed yet, and the count of their bytes, by which its loop knows when to stop reading.
 *
 * <p><b>Threading:</b> {@link #add}, {@link #end} and {@link #isQuiet} under the writer's lock; {@link #next}, {@link #isOver} and
 * {@link #drop} are the writer's, and take the lock themselves; {@link #isFull} any thread.
 */
final class SourceInbox {
    /** More than this is not read. What one read brings comes on top. */
    static final int MAX_BYTES = 4 << 20;

    private final Runnable wakeLoop;

    /** Guarded by the writer's lock, as are the next four. */
    private final Deque<SourceBatch> batches = new ArrayDeque<>();

    private boolean ended;
    private boolean dropped;
    private int bytes;

    /** Written under the writer's lock. */
    private volatile boolean full;

    /** The batch at hand, the writer's, and how far it is executed. */
    private @Nullable SourceBatch current;

    private int executed;

    /** @param wakeLoop called when much of what had arrived is executed */
    SourceInbox(Runnable wakeLoop) {
        this.wakeLoop = wakeLoop;
    }

    void add(SourceBatch batch) {
        if (!dropped) {
            batches.addLast(batch);
            bytes += batch.bytes();
            full |= bytes > MAX_BYTES;
        }
    }

    void end() {
        ended = true;
    }

    /** Whether there is nothing to execute and nothing to end. */
    boolean isQuiet() {
        return current == null && batches.isEmpty() && !ended;
    }

    /** Whether all is executed, and nothing comes any more. */
    boolean isOver(Object lock) {
        synchronized (lock) {
            return ended && current == null && batches.isEmpty();
        }
    }

    /** The next message, or null when none is there. */
    @Nullable
    SourceMessage next(Object lock) {
        SourceBatch batch = current;
        if (batch == null || executed == batch.messages().size()) {
            synchronized (lock) {
                if (batch != null) {
                    done(batch.bytes());
                }
                batch = batches.pollFirst();
            }
            current = batch;
            executed = 0;
        }
        return batch == null ? null : batch.messages().get(executed++);
    }

    /** Forgets what is there and what comes. */
    void drop(Object lock) {
        synchronized (lock) {
            dropped = true;
            batches.clear();
            done(bytes);
        }
        current = null;
    }

    /** Under the writer's lock. */
    private void done(int count) {
        bytes -= count;
        if (full && bytes <= MAX_BYTES / 2) {
            full = false;
            wakeLoop.run();
        }
    }

    /** Whether nothing is to be read: from when there is too much until half of that is executed. */
    boolean isFull() {
        return full;
    }
}
