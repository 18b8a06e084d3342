package io.sluice.client;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of how far a follower has come.
 *
 * <p><b>Threading:</b> the thread that follows writes, any thread reads.
 */
final class Progress {
    private static final long SAMPLE_NANOS = Duration.ofMillis(250).toNanos();
    private static final long TELL_NANOS = Duration.ofSeconds(1).toNanos();

    /** How much of the rate is the newest sample's, if it is no longer than usual: the last seconds count. */
    private static final double NEWEST = 0.15;

    private final FollowerListener listener;
    private final LongSupplier clock;

    /** Written under the lock. */
    private volatile FollowerState state = FollowerState.CONNECTING;

    /** Written whole, so that who reads it gets what belongs together. */
    private volatile Count count = new Count(0, 0, 0);

    private volatile double rate;
    private volatile long sampledAt;
    private long sampled;
    private boolean hasRate;
    private long toldAt;
    private boolean wasBehind;

    private record Count(long received, long next, long total) {}

    /** @param clock in nanoseconds */
    Progress(FollowerListener listener, LongSupplier clock) {
        this.listener = listener;
        this.clock = clock;
    }

    FollowerState state() {
        return state;
    }

    FollowProgress now() {
        Count now = count;
        long behind = Long.compareUnsigned(now.total, now.next) > 0 ? Math.max(0, now.total - now.next) : 0;
        // What has not moved for a while has no rate, and nobody is there to take a sample of that.
        boolean moves = clock.getAsLong() - sampledAt < 20 * SAMPLE_NANOS;
        return new FollowProgress(state, now.received, now.next, behind, moves ? rate : 0);
    }

    void enter(FollowerState next, @Nullable ClientException because) {
        synchronized (this) {
            // Another thread may close meanwhile. That is final, and so is a failure.
            if (state == FollowerState.CLOSED || state == FollowerState.FAILED) {
                return;
            }
            state = next;
        }
        listener.stateChanged(next, because);
    }

    /** The stream comes from here on, and goes to there. */
    void begins(long next, long total) {
        count = new Count(count.received, next, total);
        sampledAt = clock.getAsLong();
        sampled = count.received;
    }

    void knows(long total) {
        Count now = count;
        if (now.total != total) {
            count = new Count(now.received, now.next, total);
        }
    }

    void advance(EntryBatch batch) {
        Count now = count;
        long next = batch.lastNumber() + 1;
        count = new Count(now.received + batch.count(), next, now.total);
        long time = clock.getAsLong();
        long elapsed = time - sampledAt;
        if (elapsed >= SAMPLE_NANOS) {
            double newest = (count.received - sampled) * 1e9 / elapsed;
            double weight = 1 - Math.pow(1 - NEWEST, (double) elapsed / SAMPLE_NANOS);
            rate = hasRate ? rate + weight * (newest - rate) : newest;
            hasRate = true;
            sampled = count.received;
            sampledAt = time;
        }
        try {
            tell(time, Long.compareUnsigned(now.total, next) > 0);
        } catch (RuntimeException | Error e) {
            // The listener's, after which this batch is not handed out.
            count = now;
            throw e;
        }
    }

    /** Once a second while behind. */
    private void tell(long time, boolean behind) {
        if (!behind) {
            wasBehind = false;
            return;
        }
        if (!wasBehind) {
            wasBehind = true;
            toldAt = time;
        } else if (time - toldAt >= TELL_NANOS) {
            toldAt = time;
            listener.catchingUp(now());
        }
    }
}
