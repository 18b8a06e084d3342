package io.sluice.cli;

import java.util.Arrays;

/**
 * Times that something took.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
final class Latencies {
    private static final int FIRST_CAPACITY = 1024;

    private long[] nanos = new long[FIRST_CAPACITY];
    private int count;

    void add(long time) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = time;
    }

    int count() {
        return count;
    }

    /** The time, in nanoseconds, that so many of a hundred did not exceed; 0 when there is none. */
    long percentile(double percent) {
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        int index = (int) Math.ceil(percent / 100 * count) - 1;
        return sorted[Math.max(index, 0)];
    }

    String medianAndTail() {
        return "median " + Words.millis(percentile(50)) + ", p99 " + Words.millis(percentile(99));
    }
}
