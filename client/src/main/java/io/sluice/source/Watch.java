package io.sluice.source;

import io.sluice.core.StreamSourceException.Stopped;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the clock for everybody who waits for a server.
 *
 * <p><b>Threading:</b> a thread of its own; any thread may stop it.
 */
final class Watch implements Runnable {
    private static final long SHORTEST_MILLIS = 5;
    private static final long LONGEST_MILLIS = 100;
    private static final int LOOKS_WITHIN_TIMEOUT = 20;

    private final Delivery delivery;
    private final Receiver receiver;
    private final long pauseMillis;
    private final CountDownLatch stopped = new CountDownLatch(1);

    Watch(Delivery delivery, Receiver receiver, Duration timeout) {
        this.delivery = delivery;
        this.receiver = receiver;
        pauseMillis = Math.max(SHORTEST_MILLIS, Math.min(LONGEST_MILLIS, timeout.toMillis() / LOOKS_WITHIN_TIMEOUT));
    }

    @Override
    public void run() {
        try {
            while (!stopped.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                look(System.nanoTime());
            }
        } catch (InterruptedException e) {
            // Nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    private void look(long nowNanos) {
        try {
            receiver.look(nowNanos);
            delivery.look(nowNanos);
        } catch (RuntimeException | Error e) {
            // Everybody relies on the next look.
            delivery.end(new Stopped("The source failed: " + e, e), false);
        }
    }

    void stop() {
        stopped.countDown();
    }
}
