package io.sluice.cli;

import io.sluice.client.ClientException;
import io.sluice.client.FollowProgress;
import io.sluice.client.FollowerListener;
import io.sluice.client.FollowerState;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Says on standard error what becomes of a follow's connection, once for each time that it is lost and not for each attempt,
 * and how far it is behind.
 *
 * <p><b>Threading:</b> the thread that follows; a close may tell of itself from another one, which is not heeded.
 */
final class FollowNotices implements FollowerListener {
    /** A connection counts when entries came over it, or when it has held for so long: some servers accept and then close. */
    private static final long HOLDS_NANOS = Duration.ofSeconds(1).toNanos();

    private final Console console;
    private final boolean progressWanted;
    private final ProgressLine line;
    private final String patience;
    private final LongSupplier nanoTime;
    private boolean lost;
    private boolean joined;
    private long joinedAt;

    /** @param patience for how long it will be tried again, in words */
    FollowNotices(Console console, boolean progressWanted, String patience) {
        this(console, progressWanted, patience, System::nanoTime);
    }

    /** With a clock that a test can set. */
    FollowNotices(Console console, boolean progressWanted, String patience, LongSupplier nanoTime) {
        this.console = console;
        this.progressWanted = progressWanted;
        this.patience = patience;
        this.nanoTime = nanoTime;
        this.line = new ProgressLine(console, nanoTime);
    }

    @Override
    public void stateChanged(FollowerState state, @Nullable ClientException because) {
        if (state == FollowerState.WAITING) {
            joined = false;
            if (!lost) {
                lost = true;
                line.clear();
                console.complain((because == null ? "The connection was lost." : because.getMessage())
                        + " Trying again for up to " + patience + ".");
            }
        } else if (state == FollowerState.FOLLOWING) {
            joined = true;
            joinedAt = nanoTime.getAsLong();
        }
    }

    @Override
    public void catchingUp(FollowProgress progress) {
        if (progressWanted) {
            line.show(progress);
        }
    }

    /**
     * Tells that the connection is there again, when it is.
     *
     * @param entriesCame over it, just now
     * @param next the entry that it goes on with, in words
     */
    void look(boolean entriesCame, String next) {
        if (lost && joined && (entriesCame || nanoTime.getAsLong() - joinedAt >= HOLDS_NANOS)) {
            lost = false;
            line.clear();
            console.complain("Connected again, and going on with " + next + ".");
        }
    }

    /** Nothing waits to be received, or nothing more will be. */
    void caughtUp() {
        line.clear();
    }
}
