package io.sluice.client;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a {@link StreamFollower} has come.
 *
 * @param state what it is doing
 * @param received entries handed out so far
 * @param nextNumber the number of the entry that comes next; unsigned; 0 as long as nothing has come after a bookmark
 * @param behindBy entries that are committed on the server, as far as is known, and not handed out yet; not negative
 * @param entriesPerSecond how fast entries came during the last seconds
 */
public record FollowProgress(
        FollowerState state, long received, long nextNumber, long behindBy, double entriesPerSecond) {
    /** How long it will take to catch up at this rate; empty when nothing comes. */
    public Optional<Duration> timeLeft() {
        if (behindBy == 0) {
            return Optional.of(Duration.ZERO);
        }
        double seconds = behindBy / entriesPerSecond;
        return entriesPerSecond > 0 && seconds < Integer.MAX_VALUE
                ? Optional.of(Duration.ofMillis((long) (seconds * 1000)))
                : Optional.empty();
    }

    /** A line for people: entries, rate, behind by, time left. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d entries, %,.0f/s, ", received, entriesPerSecond)
                + (behindBy == 0 ? "up to date" : String.format(Locale.ROOT, "behind by %,d", behindBy))
                + timeLeft()
                        .filter(left -> behindBy > 0)
                        .map(left -> ", " + text(left) + " left")
                        .orElse("");
    }

    private static String text(Duration left) {
        if (left.toHours() > 0) {
            return left.toHours() + " h " + left.toMinutesPart() + " min";
        }
        return left.toMinutes() > 0
                ? left.toMinutes() + " min " + left.toSecondsPart() + " s"
                : Math.max(1, left.toSeconds()) + " s";
    }
}
