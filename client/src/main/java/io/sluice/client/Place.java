package io.sluice.client;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamHeader;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Where a follower is, and what it knows of the stream it is in: what has to be the same on the next connection.
 *
 * <p><b>Threading:</b> the thread that follows.
 */
final class Place {
    private final long streamType;
    private final Window window;

    /** Where to begin, as long as no number is known. */
    private @Nullable Bookmark bookmark;

    private boolean latest;

    /** Nothing that came later is passed over, but what never came needs not be there again. */
    private boolean beganLatest;

    /** Where an earlier follower was, as long as it was not compared with the stream. */
    private @Nullable ResumeToken token;

    private @Nullable Origin origin;
    private OptionalLong generation = OptionalLong.empty();
    private long systemId;
    private boolean systemIdKnown;

    Place(FollowFrom from, long streamType) {
        this.streamType = streamType;
        this.window = new Window(0);
        if (from instanceof FollowFrom.FromEntry start) {
            window.startAt(start.number());
        } else if (from instanceof FollowFrom.FromBookmark start) {
            bookmark = start.bookmark();
        } else if (from instanceof FollowFrom.FromToken start) {
            resumeAt(start.token());
        } else {
            latest = true;
        }
    }

    private void resumeAt(ResumeToken from) {
        if (from.streamType() != streamType) {
            throw new IllegalArgumentException("The resume token is for stream type "
                    + Wording.unsigned(from.streamType()) + ", not " + Wording.unsigned(streamType) + ".");
        }
        window.startAt(from.nextNumber());
        generation = from.generation();
        systemId = from.systemId();
        systemIdKnown = true;
        if (from.windowCount() > 0) {
            token = from;
            origin = from.origin();
        }
    }

    /** The number of the entry that comes next; means nothing as long as there is a {@link #bookmark}. */
    long next() {
        return window.next();
    }

    /** What came last; what comes next is compared with it, and added by {@link #advance}. */
    Window window() {
        return window;
    }

    /** Where to begin, as long as nothing came that would tell the number. */
    @Nullable
    Bookmark bookmark() {
        return bookmark;
    }

    /** The server has so many entries: where "the latest" begins. */
    void resolve(long totalEntries) {
        boolean truncated = beganLatest && origin == null && Long.compareUnsigned(totalEntries, next()) < 0;
        if (latest || truncated) {
            window.startAt(totalEntries);
            beganLatest = true;
            latest = false;
        }
    }

    /** Whether anything was received that the stream must still have. */
    boolean hasReceived() {
        return origin != null;
    }

    /** How many of the last entries are to be compared. */
    int windowCount() {
        return token != null ? token.windowCount() : window.count();
    }

    OptionalLong generation() {
        return generation;
    }

    /**
     * The stream was compared, and is of this generation, if the server tells. After one that does not tell the one from
     * before still says something about the entries that were received under it.
     */
    void compared(OptionalLong newGeneration, StreamHeader header) {
        if (newGeneration.isPresent()) {
            generation = newGeneration;
        }
        systemId = header.systemId();
        systemIdKnown = true;
    }

    /** The batch is handed out. */
    void advance(EntryBatch batch) {
        if (origin == null) {
            origin = new Origin(batch.firstNumber(), Window.fingerprint(batch.firstEntry()));
        }
        bookmark = null;
        window.add(batch);
    }

    /**
     * Whether these are the entries that were received.
     *
     * @param gathered the last {@link #windowCount} ones, as the server has them now
     * @return the number of the first that is another one, {@link #next} when none is
     */
    long firstDifference(Window gathered) {
        int count = windowCount();
        if (token == null) {
            return window.firstDifference(gathered, count);
        }
        if (!token.matches(gathered.digest(count))) {
            return next() - count;
        }
        window.takeOver(gathered);
        token = null;
        return next();
    }

    /** Whether a difference is known to the entry; a token tells only of all of its entries together. */
    boolean knowsEntries() {
        return token == null;
    }

    @Nullable
    Origin origin() {
        return origin;
    }

    /** Whether the header could be that of the same stream. Servers of one stream may differ in it, so that is a hint. */
    boolean hasOtherSystemId(StreamHeader header) {
        return systemIdKnown && systemId != header.systemId();
    }

    long systemId() {
        return systemId;
    }

    /** The place as it is now, whatever comes later. Null when not even a number is known yet. */
    @Nullable
    ResumeToken token() {
        if (bookmark != null || latest) {
            return null;
        }
        return token != null ? token : lasting().token(window);
    }

    /** All of a place but its window, as it is now. */
    Lasting lasting() {
        return new Lasting(streamType, systemId, origin, generation);
    }

    /** See {@link #lasting}. */
    record Lasting(long streamType, long systemId, @Nullable Origin origin, OptionalLong generation) {
        ResumeToken token(Window at) {
            int count = at.count();
            Origin first = origin == null || count == 0 ? new Origin(at.next(), 0) : origin;
            return new ResumeToken(streamType, systemId, at.next(), count, at.digest(count), first, generation);
        }
    }
}
