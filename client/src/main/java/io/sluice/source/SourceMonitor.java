package io.sluice.source;

import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.Unreachable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one lock of a remote source, and what is waited for under it. Waiting is not ended by interrupts, which are kept for
 * the caller: what was called for may have happened.
 *
 * <p><b>Threading:</b> any thread; all but {@link #lock}, {@link #unlock} and {@link #checkRunning} with the lock held.
 */
final class SourceMonitor {
    private final String server;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition toSend = lock.newCondition();
    private final Condition changed = lock.newCondition();
    private boolean senderWaits;

    /** Why nothing more is delivered, for good; or null. Written with the lock held. */
    private volatile @Nullable StreamSourceException end;

    /** Why there was no connection the last time. */
    private @Nullable Exception trouble;

    /**
     * @param server for people
     * @param timeout how long a call waits
     */
    SourceMonitor(String server, Duration timeout) {
        this.server = server;
        this.timeout = timeout;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** When a call that is made now stops waiting, in nanoseconds of the system's clock. */
    long deadline() {
        return System.nanoTime() + timeout.toNanos();
    }

    /** Something has changed that callers may wait for. */
    void signalChange() {
        changed.signalAll();
    }

    /**
     * Waits for a change.
     *
     * @return false when the deadline has passed
     */
    boolean awaitChange(long deadlineNanos) {
        return await(changed, deadlineNanos);
    }

    /** There is something to send. */
    void wakeSender() {
        if (senderWaits) {
            toSend.signal();
        }
    }

    /** Waits, as the sender, for something to send or for this time. */
    void awaitLoad(long untilNanos) {
        senderWaits = true;
        await(toSend, untilNanos);
        senderWaits = false;
    }

    private static boolean await(Condition condition, long deadlineNanos) {
        boolean wasInterrupted = false;
        try {
            while (true) {
                long nanos = deadlineNanos - System.nanoTime();
                if (nanos <= 0) {
                    return false;
                }
                try {
                    // Whatever it was, the caller looks for itself.
                    boolean inTime = condition.await(nanos, TimeUnit.NANOSECONDS);
                    return inTime || deadlineNanos - System.nanoTime() > 0;
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Why nothing more is delivered, or null; any thread. */
    @Nullable
    StreamSourceException end() {
        return end;
    }

    /**
     * Any thread.
     *
     * @throws StreamSourceException when nothing more is delivered
     */
    void checkRunning() {
        StreamSourceException why = end;
        if (why != null) {
            throw why;
        }
    }

    /** Nothing more is delivered; the first reason counts. */
    void end(StreamSourceException why) {
        if (end == null) {
            end = why;
        }
        toSend.signalAll();
        changed.signalAll();
    }

    /** An attempt to connect failed, or a connection broke. */
    void trouble(Exception why) {
        trouble = why;
    }

    /** What a caller is told who waited in vain; {@code what} goes before the server's name. */
    Unreachable unreachable(String what) {
        Exception why = trouble;
        return new Unreachable(
                what + " " + server + " within " + timeout.toMillis() + " ms"
                        + (why == null ? "." : "; the last failure was: " + Wording.reason(why) + "."),
                why);
    }
}
