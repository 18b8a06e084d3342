package io.sluice.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Shows on standard error how far a long walk is: a bar on a terminal, otherwise a line now and then. */
final class ProgressBar {
    private static final long BAR_INTERVAL_NANOS = 100_000_000;
    private static final long LINE_INTERVAL_NANOS = 5_000_000_000L;
    private static final int WIDTH = 30;

    /** To the start of the line, and everything on it away. */
    private static final String CLEAR_LINE = "\r\033[K";

    private final Console console;
    private final boolean bar;
    private final long interval;
    private final LongSupplier nanoTime;
    private final long started;
    private long shown;
    private boolean visible;

    ProgressBar(Console console) {
        this(console, System::nanoTime);
    }

    /** With a clock that a test can set. */
    ProgressBar(Console console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
        this.shown = started;
        this.bar = console.terminals().err();
        this.interval = bar ? BAR_INTERVAL_NANOS : LINE_INTERVAL_NANOS;
    }

    /** So many of so many bytes are done. Can be called very often. */
    void show(long bytes, long totalBytes) {
        long now = nanoTime.getAsLong();
        if (now - shown < interval) {
            return;
        }
        shown = now;
        double part = totalBytes == 0 ? 1 : (double) bytes / totalBytes;
        String text = (int) (part * 100) + "%, " + Words.bytes(bytes) + " of " + Words.bytes(totalBytes) + ", "
                + Words.bytes(Words.perSecond(bytes, Duration.ofNanos(now - started))) + "/s";
        if (bar) {
            int done = (int) (part * WIDTH);
            console.err()
                    .print(CLEAR_LINE + "[" + "#".repeat(done) + "-".repeat(Math.max(WIDTH - done, 0)) + "] " + text);
            console.err().flush();
            visible = true;
        } else {
            console.err().println(text);
        }
    }

    /** Takes the bar away. */
    void clear() {
        if (visible) {
            console.err().print(CLEAR_LINE);
            console.err().flush();
        }
    }
}
