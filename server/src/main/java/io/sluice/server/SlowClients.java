package io.sluice.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says about slow clients, for the whole server: never more than a few lines a minute, and then a count of
 * those that were left out. Who is slow is found out by each client's {@link SlowWatch}.
 *
 * <p><b>Threading:</b> any thread; guarded by its own lock.
 */
final class SlowClients {
    private static final Logger LOG = LoggerFactory.getLogger(SlowClients.class);

    private final long stallTimeoutSeconds;

    // Guarded by this, both of them.
    private final LineBudget budget;
    private int slow;

    SlowClients(LongSupplier nanoClock, Duration stallTimeout) {
        this.budget = new LineBudget(nanoClock);
        this.stallTimeoutSeconds = stallTimeout.toSeconds();
    }

    /**
     * A client takes nothing.
     *
     * @param tell whether the log may hear of it
     * @return whether it does
     */
    synchronized boolean takesNothing(Object client, Backlog backlog, boolean tell) {
        slow++;
        boolean told = tell && budget.admits();
        if (told) {
            LOG.warn(
                    "Client {} is slow: it has taken nothing for {} s, and is {} entries and {} bytes behind."
                            + " Nobody waits for it; it is closed when it takes nothing for {} s.",
                    client,
                    TimeUnit.NANOSECONDS.toSeconds(backlog.stalledNanos()),
                    backlog.entries(),
                    backlog.bytes(),
                    stallTimeoutSeconds);
        }
        return told;
    }

    /** A client falls behind further and further; otherwise as {@link #takesNothing}. */
    synchronized boolean fallsBehind(Object client, Backlog backlog, boolean tell) {
        slow++;
        boolean told = tell && budget.admits();
        if (told) {
            LOG.warn(
                    "Client {} is slow: the stream grows faster than it reads, and it is {} entries and {} bytes behind."
                            + " Nobody waits for it; it stays connected, and does not catch up like this.",
                    client,
                    backlog.entries(),
                    backlog.bytes());
        }
        return told;
    }

    /** A slow client has caught up; the log hears of it when it heard before that it was slow. */
    synchronized void caughtUp(Object client, boolean told) {
        slow--;
        if (told && budget.admits()) {
            LOG.info("Client {}, which was slow, has caught up.", client);
        }
    }

    /** A slow client's stream is over; otherwise as {@link #caughtUp}. */
    synchronized void ended(Object client, String why, boolean told) {
        slow--;
        if (told && budget.admits()) {
            LOG.info("Client {}, which was slow, streams no more: {}.", client, why);
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
            LOG.warn("{} more lines about slow clients were left out; {} clients are slow now.", leftOut, slow);
        }
    }
}
