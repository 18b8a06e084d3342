package io.sluice.testing;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what is about to happen on another thread. */
final class Await {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private Await() {}

    /** Fails when it does not happen in time. */
    static void until(BooleanSupplier condition, Object fixture) {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > PATIENCE_NANOS) {
                throw new AssertionError("It has not happened within twenty seconds: " + fixture);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
