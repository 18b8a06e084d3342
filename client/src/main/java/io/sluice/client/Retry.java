package io.sluice.client;

import io.sluice.client.ClientException.TimedOut;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When a follower tries again: at first almost at once, then ever later, each time after a random part of the pause, so
 * that thousands that lost the same server do not come back in step.
 *
 * <p><b>Threading:</b> the thread that follows; any thread may end a wait for good.
 */
final class Retry {
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(50).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int MAX_DOUBLINGS = 7;

    /** A connection that has held for so long without a failure is good, whether or not something came. */
    private static final long SETTLED_NANOS = Duration.ofSeconds(10).toNanos();

    /** Longer than that nobody waits, and sums of it do not overflow. */
    private static final long LONGEST_SILENCE_NANOS = Duration.ofDays(10_000).toNanos();

    private final LongSupplier clock;
    private final long giveUpNanos;
    private final long silenceNanos;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Failures since it got further the last time. */
    private int attempts;

    private long firstFailureAt;
    private boolean isJoined;
    private long joinedAt;
    private long tryAt;

    /** When the caller was left to itself, whose time does not count. */
    private long leftAt;

    /** @param clock in nanoseconds; waiting goes by the system's own */
    Retry(FollowOptions options, LongSupplier clock) {
        this.clock = clock;
        this.tryAt = clock.getAsLong();
        this.leftAt = tryAt;
        Duration giveUpAfter = options.giveUpAfter();
        giveUpNanos = giveUpAfter.compareTo(Duration.ofDays(36_500)) < 0 ? giveUpAfter.toNanos() : Long.MAX_VALUE;
        silenceNanos = 2 * Math.min(LONGEST_SILENCE_NANOS, Connection.nanos(options.checkAfter()))
                + Math.min(
                        LONGEST_SILENCE_NANOS, Connection.nanos(options.client().replyTimeout()));
    }

    /** How many attempts have failed since it got further the last time. */
    int attempts() {
        return attempts;
    }

    /**
     * An attempt, or a connection, has failed.
     *
     * @return whether to try again
     */
    boolean after(ClientException failure) {
        long now = clock.getAsLong();
        // A connection that never sent anything takes a while to be given up.
        long settled = failure instanceof TimedOut ? SETTLED_NANOS + silenceNanos : SETTLED_NANOS;
        if (isJoined && now - joinedAt > settled) {
            attempts = 0;
        }
        isJoined = false;
        if (attempts == 0) {
            firstFailureAt = now;
        }
        attempts++;
        long longest = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(attempts - 1, MAX_DOUBLINGS));
        tryAt = now + ThreadLocalRandom.current().nextLong(longest + 1);
        return tryAt - firstFailureAt < giveUpNanos;
    }

    /** The caller wants something. */
    void comes() {
        firstFailureAt += clock.getAsLong() - leftAt;
    }

    /** The caller is about its own affairs. */
    void leaves() {
        leftAt = clock.getAsLong();
    }

    /** How long until the next attempt; negative when it is due. */
    long pauseNanos() {
        return tryAt - clock.getAsLong();
    }

    /** Entries came. */
    void gotFurther() {
        attempts = 0;
    }

    /** There is a connection. */
    void joined() {
        isJoined = true;
        joinedAt = clock.getAsLong();
    }

    /** Waits for the time of the next attempt; false when the deadline comes before it, or it was ended. */
    boolean await(long deadline) {
        long nanos = (deadline - tryAt < 0 ? deadline : tryAt) - System.nanoTime();
        try {
            if (nanos > 0 && ended.await(nanos, TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException.Interrupted("Interrupted while waiting to connect again.", e);
        }
        return Connection.hasPassed(tryAt);
    }

    /** Nothing is waited for any more; any thread. */
    void end() {
        ended.countDown();
    }
}
