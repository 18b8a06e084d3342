package io.sluice.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of how far a follower has come.
 *
 * <p><b>Threading:</b> the thread that follows writes, any thread reads.
 */
final class Progress {
    private static final long SAMPLE_NANOS = Duration.ofMillis(250).toNanos();
    private static final long TELL_NANOS = Duration.ofSeconds(1).toNanos();

    /** How much of the rate is the newest sample's: the last seconds count. */
    private static final double NEWEST = 0.15;

    private final FollowerListener listener;
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

    Progress(FollowerListener listener) {
        this.listener = listener;
    }

    FollowerState state() {
        return state;
    }

    FollowProgress now() {
        Count now = count;
        long behind = Long.compareUnsigned(now.total, now.next) > 0 ? Math.max(0, now.total - now.next) : 0;
        // What has not moved for a while has no rate, and nobody is there to take a sample of that.
        boolean moves = System.nanoTime() - sampledAt < 20 * SAMPLE_NANOS;
        return new FollowProgress(state, now.received, now.next, behind, moves ? rate : 0);
    }

    void enter(FollowerState next, @Nullable ClientException because) {
        if (state != FollowerState.CLOSED) {
            state = next;
            listener.stateChanged(next, because);
        }
    }

    /** The stream comes from here on, and goes to there. */
    void begins(long next, long total) {
        count = new Count(count.received, next, total);
        sampledAt = System.nanoTime();
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
        long time = System.nanoTime();
        long elapsed = time - sampledAt;
        if (elapsed >= SAMPLE_NANOS) {
            double newest = (count.received - sampled) * 1e9 / elapsed;
            rate = hasRate ? rate + NEWEST * (newest - rate) : newest;
            hasRate = true;
            sampled = count.received;
            sampledAt = time;
        }
        tell(time, Long.compareUnsigned(now.total, next) > 0);
    }

    /** Once a second while behind, and once when it has caught up after that was told. */
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
