package io.sluice.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * So many a second and no more, evenly. Who was held up for more than a second does not catch up.
 *
 * <p><b>Threading:</b> one thread.
 */
final class Pace {
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final long perSecond;
    private final LongSupplier nanoTime;
    private long started;
    private long taken;

    /** @param perSecond 0 for as many as it can be */
    Pace(long perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
    }

    /** How long until the next one may be taken; nothing when it is time. */
    Duration untilNext() {
        if (perSecond == 0) {
            return Duration.ZERO;
        }
        long now = nanoTime.getAsLong();
        long due = started + taken * SECOND_NANOS / perSecond;
        if (now - due > SECOND_NANOS) {
            started = now;
            taken = 0;
            return Duration.ZERO;
        }
        return Duration.ofNanos(Math.max(due - now, 0));
    }

    /** One was taken. */
    void take() {
        taken++;
        if (perSecond > 0 && taken == perSecond) {
            // Small numbers: a run may last for years.
            started += SECOND_NANOS;
            taken = 0;
        }
    }
}
