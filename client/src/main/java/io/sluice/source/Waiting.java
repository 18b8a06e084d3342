package io.sluice.source;

import io.sluice.core.StreamSourceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for what always comes, since each future has a deadline that {@link Watch} keeps. */
final class Waiting {
    private Waiting() {}

    /** What the future completes with; its failure as it is. Interrupts are kept. */
    static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StreamSourceException failure ? failure : e;
        }
    }
}
