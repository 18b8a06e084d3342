package io.sluice.source;

import io.sluice.core.StreamSourceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what always comes, since each future has a deadline. */
final class Waiting {
    private static final long LOOK_MILLIS = 1_000;

    private Waiting() {}

    /**
     * What the future completes with; its failure as it is. Interrupts are kept. Whoever waits looks at the clock as well: the
     * {@link Watch} can be held up by what is chained to a commit, or be who waits here.
     */
    static <T> T join(CompletableFuture<T> future, Delivery delivery) {
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    return future.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    delivery.look(System.nanoTime());
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof StreamSourceException failure
                            ? failure
                            : new CompletionException(e.getCause());
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
