package io.sluice.server;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says about sources that show no good credentials: never more than a few lines a minute, however often
 * somebody tries, and then a count of those that were left out.
 *
 * <p><b>Threading:</b> any thread; guarded by its own lock.
 */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final LineBudget budget;

    Refusals(LongSupplier nanoClock) {
        this.budget = new LineBudget(nanoClock);
    }

    /** A source is refused. */
    synchronized void tell(String address, String why) {
        if (budget.admits()) {
            LOG.warn("Source {} is refused: {}", address, why);
        }
    }

    /** Counts what was left out, when a minute is over; to be called now and then. */
    synchronized void sweep() {
        if (budget.isOverdue()) {
            tellLeftOut();
        }
    }

    /** Nothing comes after this. */
    synchronized void close() {
        tellLeftOut();
    }

    private void tellLeftOut() {
        long leftOut = budget.takeLeftOut();
        if (leftOut > 0) {
            LOG.warn("{} more lines about refused sources were left out.", leftOut);
        }
    }
}
