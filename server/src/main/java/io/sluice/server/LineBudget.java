package io.sluice.server;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many lines a minute the log gets about something of which there can be any number, and a count of those that were
 * left out.
 *
 * <p><b>Threading:</b> guarded by whoever has it.
 */
final class LineBudget {
    static final int MAX_LINES = 10;
    static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoClock;

    /** When the newest lines were written; the oldest one is replaced next. */
    private final long[] writtenAt = new long[MAX_LINES];

    private long lines;
    private long leftOut;
    private long leftOutSince;

    LineBudget(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Whether another line may be written now; it counts as left out if not. */
    boolean admits() {
        long now = nanoClock.getAsLong();
        int oldest = (int) (lines % MAX_LINES);
        if (lines >= MAX_LINES && now - writtenAt[oldest] < MINUTE_NANOS) {
            if (leftOut++ == 0) {
                leftOutSince = now;
            }
            return false;
        }
        writtenAt[oldest] = now;
        lines++;
        return true;
    }

    /** Whether lines have been left out for a minute, which is to be told. */
    boolean isOverdue() {
        return leftOut > 0 && nanoClock.getAsLong() - leftOutSince >= MINUTE_NANOS;
    }

    /** How many lines were left out since this was asked last. */
    long takeLeftOut() {
        long taken = leftOut;
        leftOut = 0;
        return taken;
    }
}
