package io.sluice.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often sessions are looked after, and by which clock.
 *
 * @param nanoClock nanoseconds since some moment, as of {@link System#nanoTime}
 * @param intervalNanos real time between two sweeps
 */
record Sweeps(LongSupplier nanoClock, long intervalNanos) {
    /** Often enough to see within a few seconds who takes nothing, and next to nothing for ten thousand idle sessions. */
    private static final long MAX_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);

    /** By the real clock, and the more often the sooner a client counts as stalled. */
    static Sweeps every(Duration stallTimeout) {
        return new Sweeps(System::nanoTime, Math.max(1, Math.min(MAX_INTERVAL_NANOS, stallTimeout.toNanos() / 8)));
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }
}
