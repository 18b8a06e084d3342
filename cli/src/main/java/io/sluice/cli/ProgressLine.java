package io.sluice.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Shows on standard error how far something long is: on a terminal a line that is rewritten in place and taken away in the
 * end, otherwise a line now and then.
 *
 * <p><b>Threading:</b> one thread.
 */
final class ProgressLine {
    private static final long TERMINAL_INTERVAL_NANOS = 100_000_000;
    private static final long LOG_INTERVAL_NANOS = 5_000_000_000L;
    private static final int WIDTH = 30;

    /** To the start of the line, and everything on it away. */
    private static final String CLEAR_LINE = "\r\033[K";

    private final Console console;
    private final boolean terminal;
    private final long interval;
    private final LongSupplier nanoTime;
    private final long started;
    private long shown;
    private boolean visible;

    ProgressLine(Console console) {
        this(console, System::nanoTime);
    }

    /** With a clock that a test can set. */
    ProgressLine(Console console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
        this.shown = started;
        this.terminal = console.terminals().err();
        this.interval = terminal ? TERMINAL_INTERVAL_NANOS : LOG_INTERVAL_NANOS;
    }

    /** So many of so many bytes are done, which a terminal gets as a bar. Can be called very often. */
    void show(long bytes, long totalBytes) {
        if (!isDue()) {
            return;
        }
        double part = totalBytes == 0 ? 1 : (double) bytes / totalBytes;
        String text = (int) (part * 100) + "%, " + Words.bytes(bytes) + " of " + Words.bytes(totalBytes) + ", "
                + Words.bytes(Words.perSecond(bytes, Duration.ofNanos(shown - started))) + "/s";
        int done = (int) (part * WIDTH);
        write(terminal ? "[" + "#".repeat(done) + "-".repeat(Math.max(WIDTH - done, 0)) + "] " + text : text);
    }

    /** It is that far, in the words of this object. Can be called very often. */
    void show(Object progress) {
        if (isDue()) {
            write(progress.toString());
        }
    }

    private boolean isDue() {
        long now = nanoTime.getAsLong();
        if (now - shown < interval) {
            return false;
        }
        shown = now;
        return true;
    }

    private void write(String text) {
        if (terminal) {
            console.err().print(CLEAR_LINE + text);
            console.err().flush();
            visible = true;
        } else {
            console.err().println(text);
        }
    }

    /** Takes the line away, as far as it can be; it comes again when there is more to show. */
    void clear() {
        if (visible) {
            console.err().print(CLEAR_LINE);
            console.err().flush();
            visible = false;
        }
    }
}
