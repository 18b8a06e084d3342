package io.sluice.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what is about to happen on another thread. */
public final class Await {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private Await() {}

    /** Fails when it does not happen within ten seconds. */
    public static void until(BooleanSupplier condition) {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > PATIENCE_NANOS) {
                throw new AssertionError("It has not happened within ten seconds.");
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
