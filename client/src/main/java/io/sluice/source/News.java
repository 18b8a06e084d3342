package io.sluice.source;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Outcomes, collected with the lock held and told without it. Who waits for one is told at once. Futures that were given
 * away are completed by a thread of their own, since what is chained to them may call the source, and wait for an answer that
 * the telling thread has to bring.
 *
 * <p><b>Threading:</b> confined to the thread that collects.
 */
final class News {
    private final List<Runnable> atOnce = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();

    void add(Pipeline.Outcome outcome) {
        (outcome.operation().isAwaited ? atOnce : later).add(outcome::tell);
    }

    void add(Requests.Outcome outcome) {
        atOnce.add(outcome::tell);
    }

    /** @param teller completes the futures that were given away */
    void tell(Executor teller) {
        atOnce.forEach(Runnable::run);
        if (!later.isEmpty()) {
            teller.execute(() -> later.forEach(Runnable::run));
        }
    }
}
