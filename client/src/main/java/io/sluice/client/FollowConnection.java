package io.sluice.client;

import io.sluice.core.Entry;
import io.sluice.core.StreamMark;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a follower, from where it has joined the stream to where it is lost. It hands out what may be handed
 * out, and finds out when a server has fallen silent although its stream goes on.
 *
 * <p><b>Threading:</b> the thread that follows.
 */
final class FollowConnection {
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(1).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofMillis(500).toNanos();

    private static final long PAUSE_AFTER_FAILURE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final String BECAME_SHORTER = "The stream became shorter while it was followed.";

    private final StreamClient client;
    private final EntrySequence entries;
    private final SecondConnection second;
    private final FollowOptions options;
    private final Place place;
    private final boolean marked;

    /** What the server had committed before it was asked to stream: what came of that is surely right. */
    private final long committedBefore;

    private final long checkNanos;

    /** How many entries the server has shown to be committed. */
    private long total;

    /**
     * The last of these, as it was when they were shown, by which it is known that what has come is what was shown; null
     * when that is not known, or not needed.
     */
    private @Nullable Entry lastShown;

    /** When the server was asked whether there should be something; meaningful while {@link #asked}. */
    private long askedAt;

    private boolean asked;

    /** When the server was asked the last time, its stream went on although nothing had come. */
    private boolean ahead;

    private long pauseNanos = FIRST_PAUSE_NANOS;

    /** When the header is asked for again while something is held back. */
    private long askAgainAt = System.nanoTime();

    private long askTotalAt;

    FollowConnection(Joining.Joined joined, SecondConnection second, FollowOptions options, Place place) {
        this.client = joined.client();
        this.entries = joined.entries();
        this.marked = joined.marked();
        this.committedBefore = joined.header().totalEntries();
        this.total = committedBefore;
        this.lastShown = joined.last();
        this.second = second;
        this.options = options;
        this.place = place;
        this.checkNanos = Connection.nanos(options.checkAfter());
        this.askTotalAt = System.nanoTime() + 2 * checkNanos;
    }

    /** How many entries the server has committed, as far as is known. */
    long total() {
        return total;
    }

    void close() {
        client.close();
        second.release();
    }

    /**
     * Waits for entries.
     *
     * @return null at the deadline
     * @throws ClientException when the connection is lost, or has to be given up
     */
    @Nullable
    EntryBatch next(long deadline) {
        while (true) {
            long checkAt = checkAt();
            EntryBatch batch = receive(deadline - checkAt < 0 ? deadline : checkAt);
            if (batch != null) {
                ahead = false;
                return batch;
            }
            // The answer may just have come, after a long time in which nobody read it.
            if (Connection.hasPassed(checkAt())) {
                check();
            }
            if (Connection.hasPassed(deadline)) {
                return null;
            }
        }
    }

    private @Nullable EntryBatch receive(long until) {
        if (options.wholeOperations() && !marked) {
            return receiveShown(until);
        }
        if (!marked) {
            refreshTotal();
        }
        EntryBatch batch = client.next(until);
        if (marked) {
            StreamMark mark = entries.mark();
            heed(mark);
            if (batch != null) {
                long end = batch.lastNumber() + 1;
                batch.setEndsOperation(end == total || (mark != null && end == mark.operationEnd()));
            }
        } else if (batch != null) {
            total = Math.max(total, batch.lastNumber() + 1);
        }
        return batch;
    }

    private void heed(@Nullable StreamMark mark) {
        if (mark == null) {
            return;
        }
        if (place.generation().isEmpty()
                || mark.generation() != place.generation().getAsLong()) {
            // The place has to be compared again.
            throw new ClientException.ConnectionLost(
                    "The stream was truncated or rewritten while it was followed.", null);
        }
        total = mark.wholeUpTo();
    }

    /** With a server that tells nothing in the stream: what its header, on another connection, has counted. */
    private @Nullable EntryBatch receiveShown(long until) {
        while (true) {
            entries.endAt(total);
            EntryBatch arrived = client.next(System.nanoTime());
            if (arrived != null) {
                EntryBatch batch = confirmed(arrived);
                if (batch != null) {
                    pauseNanos = FIRST_PAUSE_NANOS;
                    askAgainAt = System.nanoTime();
                    batch.setEndsOperation(lastShown != null && lastShown.number() == batch.lastNumber());
                    return batch;
                }
            } else if (client.holdsBack()) {
                if (!Connection.hasPassed(askAgainAt)) {
                    client.await(false, until - askAgainAt < 0 ? until : askAgainAt);
                    if (Connection.hasPassed(until)) {
                        return null;
                    }
                }
                askTotal();
                if (total == entries.dueNumber()) {
                    // An entry beyond the committed end, which servers send sometimes. Or the header is late.
                    pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
                    askAgainAt = System.nanoTime() + pauseNanos;
                } else if (Long.compareUnsigned(total, entries.dueNumber()) < 0) {
                    throw new ClientException.ConnectionLost(BECAME_SHORTER, null);
                }
            } else {
                client.await(true, until);
            }
            if (Connection.hasPassed(until)) {
                return null;
            }
        }
    }

    /**
     * Drops the last entry of a batch when the server has another one there, or none: an entry beyond the committed end,
     * whose number was committed with other data meanwhile. What has other entries behind it was not that. Or the stream
     * was truncated and has grown since the total was shown, and it is no end any more; then nothing comes in its place.
     */
    private @Nullable EntryBatch confirmed(EntryBatch batch) {
        Entry shown = lastShown;
        boolean isLastShown = shown != null && shown.number() == batch.lastNumber();
        boolean isBefore = Long.compareUnsigned(batch.lastNumber(), committedBefore) < 0;
        if (isLastShown ? batch.lastEntry().equals(shown) : isBefore || second.has(batch.lastEntry())) {
            return batch;
        }
        if (isBefore) {
            throw new ClientException.ConnectionLost("The stream was changed while it was joined.", null);
        }
        entries.dropLast();
        return batch.withoutLast();
    }

    /** What the header counts now, and its last entry, if that was not handed out already. */
    private void askTotal() {
        total = second.header().totalEntries();
        boolean isNeeded = options.wholeOperations() && Long.compareUnsigned(total, entries.dueNumber()) > 0;
        lastShown = isNeeded ? second.entry(total - 1).orElse(null) : null;
    }

    /** So that it is known how far behind this is; a server with marks tells with each chunk. */
    private void refreshTotal() {
        long now = System.nanoTime();
        if (now - askTotalAt < 0) {
            return;
        }
        askTotalAt = now + 2 * checkNanos;
        try {
            total = Math.max(total, second.header().totalEntries());
        } catch (ClientException.Interrupted e) {
            throw e;
        } catch (ClientException e) {
            // It is only for the progress that is shown, and should not take the time of the entries.
            askTotalAt = System.nanoTime() + PAUSE_AFTER_FAILURE_NANOS;
        } finally {
            second.release();
        }
    }

    /** When the server has to be asked, or has to have answered. */
    private long checkAt() {
        long received = client.lastReceivedNanos();
        if (asked && received - askedAt >= 0) {
            asked = false;
            ahead = false;
        }
        if (asked) {
            return askedAt + (marked ? Connection.nanos(options.client().replyTimeout()) : checkNanos);
        }
        return received + checkNanos;
    }

    private void check() {
        if (marked) {
            if (asked) {
                throw new ClientException.TimedOut(
                        "The server was given up: it did not answer within "
                                + Wording.of(options.client().replyTimeout()) + ", while " + entries.due()
                                + " was due.",
                        null);
            }
            Extension.requestMark(client);
        } else {
            checkHeader();
        }
        asked = true;
        askedAt = System.nanoTime();
    }

    private void checkHeader() {
        try {
            askTotal();
        } catch (ClientException.ConnectionLost e) {
            // Perhaps there are too many connections; then the one that works is worth all the more.
            return;
        } finally {
            if (!options.wholeOperations()) {
                second.release();
            }
        }
        long shown = total;
        if (place.bookmark() != null) {
            // Its entry is there, or the server would not have agreed.
            giveUpIfAhead();
        } else if (shown == entries.dueNumber()) {
            ahead = false;
        } else if (shown == entries.dueNumber() - 1 && !options.wholeOperations()) {
            // The one entry beyond the committed end that such servers send: it may be right, or come again with other
            // data, which is noticed.
            ahead = false;
        } else if (Long.compareUnsigned(shown, entries.dueNumber()) < 0) {
            throw new ClientException.ConnectionLost(BECAME_SHORTER, null);
        } else {
            giveUpIfAhead();
        }
    }

    /** The second time in a row that nothing came although there is something. */
    private void giveUpIfAhead() {
        if (ahead) {
            throw new ClientException.TimedOut(
                    "The server was given up: it sends nothing, while " + entries.due() + " is due and it has "
                            + Wording.unsigned(total) + " entries.",
                    null);
        }
        ahead = true;
    }
}
