package io.sluice.cli;

import io.sluice.client.FollowFrom;
import io.sluice.client.ResumeToken;
import io.sluice.client.StreamFollower;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the place of a follow is stored, and sees to it that a place is never ahead of what was written: first the
 * entries are forced, then the place is. Whoever asks for no place gets a keeper that does nothing.
 *
 * <p>A place is stored after any batch, with --whole too. Then all that is before it is committed, but it may be in the
 * middle of an operation: a server tells only its newest end, so that a follow which waited for an end could lose all that it
 * has received while it caught up.
 *
 * <p><b>Threading:</b> one thread.
 */
final class PlaceKeeper {
    /** Stored that often at most. */
    private static final long INTERVAL_NANOS = Duration.ofMillis(250).toNanos();

    /** On a slow disk no more than a quarter of the time is spent with storing. */
    private static final int REST = 3;

    private final @Nullable ResumeFile file;
    private final Output target;
    private final @Nullable KeptOutput output;
    private final String format;
    private final StreamFollower follower;
    private final FollowFrom first;
    private @Nullable StoredPlace within;

    /** Entries were written since a place was stored. */
    private boolean changed;

    /** A batch is written in part, and no place fits. */
    private boolean writing;

    private long dueAt = System.nanoTime();

    /**
     * Stores nothing yet.
     *
     * @param file null when no place is to be kept
     * @param target where entries are written
     * @param output the target, when that is a file
     * @param first where to begin, when nothing has come
     */
    PlaceKeeper(
            @Nullable ResumeFile file,
            Output target,
            @Nullable KeptOutput output,
            String format,
            StreamFollower follower,
            FollowFrom first) {
        this.file = file;
        this.target = target;
        this.output = output;
        this.format = format;
        this.follower = follower;
        this.first = first;
    }

    /** Stores where this begins, before anything is written: even that could be forgotten, as for --from latest. */
    void begin() {
        if (file != null) {
            file.store(StoredPlace.at(here(), format, output == null ? null : output.empty())
                    .toString());
        }
    }

    /** The place after the batch that came last, or where to begin. */
    FollowFrom here() {
        ResumeToken token = follower.resumeToken();
        return token == null ? first : FollowFrom.token(token);
    }

    boolean isKeeping() {
        return file != null;
    }

    /** Part of a batch is about to be written. */
    void beginBatch() {
        writing = true;
    }

    /** All of the batch was written that came last. */
    void wroteBatch() {
        writing = false;
        changed = true;
        within = null;
    }

    /** The first entries of the batch after that place were written, and no others will be. */
    void wroteWithin(FollowFrom before, long count, String digest) {
        writing = false;
        changed = true;
        within = new StoredPlace(before, count, digest, format, null);
    }

    /** How long until the next place may be stored; {@code atMost} when there is none to store. */
    Duration untilDue(Duration atMost) {
        if (file == null || !changed) {
            return atMost;
        }
        long nanos = Math.max(0, dueAt - System.nanoTime());
        return nanos < atMost.toNanos() ? Duration.ofNanos(nanos) : atMost;
    }

    void storeIfDue() {
        if (changed && dueAt - System.nanoTime() <= 0) {
            store();
        }
    }

    /** Stores the place, if there is another one than before and all was written that is before it. */
    void store() {
        if (file == null || !changed || writing || target.isBroken()) {
            return;
        }
        long started = System.nanoTime();
        target.flush();
        StoredPlace place = within == null ? StoredPlace.at(here(), format, null) : within;
        file.store((output == null ? place : place.with(output.force())).toString());
        changed = false;
        long now = System.nanoTime();
        dueAt = now + Math.max(INTERVAL_NANOS, REST * (now - started));
    }
}
