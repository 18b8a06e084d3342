package io.sluice.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** Waits for what a command does by itself. */
final class Await {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 5;

    private Await() {}

    /** Looks again and again until that is so. */
    static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("this has not come true within " + PATIENCE);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
