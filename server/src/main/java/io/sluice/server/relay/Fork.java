package io.sluice.server.relay;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.EntryFormat;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the first entry in which what a relay has and what an upstream has differ. Entries behind it can be equal again,
 * however many, so that no sample tells: all that is not surely shared is received once more and compared, byte by byte. A
 * connection that is lost meanwhile costs no more than it costs any follower.
 *
 * <p><b>Threading:</b> the thread that follows.
 */
final class Fork {
    private static final Logger LOG = LoggerFactory.getLogger(Fork.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(30);
    private static final long TELL_NANOS = Duration.ofSeconds(5).toNanos();

    private final OwnEntries own;
    private final BooleanSupplier givenUp;

    private Fork(OwnEntries own, BooleanSupplier givenUp) {
        this.own = own;
        this.givenUp = givenUp;
    }

    /**
     * Compares with what the upstream has now.
     *
     * @param from every entry before this one is surely shared
     * @param options for each connection, and how long silence is believed
     * @param givenUp whether nobody wants to know any more
     * @return the number of the first entry that is another one there; empty when none is, as far as both go
     * @throws io.sluice.client.ClientException when the upstream cannot be reached, or its history changes meanwhile
     */
    static OptionalLong find(
            Copy copy, long from, InetSocketAddress upstream, FollowOptions options, BooleanSupplier givenUp) {
        FollowOptions plain = FollowOptions.defaults()
                .withClient(options.client())
                .withCheckAfter(options.checkAfter())
                .withGiveUpAfter(GIVE_UP_AFTER);
        try (StreamFollower follower = StreamFollower.open(upstream, FollowFrom.entry(from), plain)) {
            return new Fork(copy.entries(from), givenUp).compare(follower, from);
        }
    }

    private OptionalLong compare(StreamFollower follower, long from) {
        long end = own.end();
        long tellAt = System.nanoTime() + TELL_NANOS;
        long next = from;
        while (next < end && follower.progress().behindBy() > 0 && !givenUp.getAsBoolean()) {
            EntryBatch batch = follower.next(TICK);
            if (batch != null) {
                long different = firstDifference(batch);
                if (different >= 0) {
                    return different < end ? OptionalLong.of(different) : OptionalLong.empty();
                }
                next = batch.lastNumber() + 1;
            }
            if (System.nanoTime() - tellAt >= 0) {
                tellAt += TELL_NANOS;
                LOG.info("Looking for the fork: entries up to {} of {} are the same", next, end);
            }
        }
        return OptionalLong.empty();
    }

    /** The first entry of the batch that is another one here, or is not here; -1 when there is none. */
    private long firstDifference(EntryBatch batch) {
        ByteBuffer theirs = batch.bytes();
        int compared = 0;
        while (theirs.hasRemaining()) {
            ByteBuffer ours = own.next();
            int count = Math.min(ours.remaining(), theirs.remaining());
            int same = ours.slice(ours.position(), count).mismatch(theirs.slice(theirs.position(), count));
            if (same >= 0 || count == 0) {
                return entryAt(batch, compared + Math.max(0, same));
            }
            ours.position(ours.position() + count);
            theirs.position(theirs.position() + count);
            compared += count;
        }
        return -1;
    }

    private static long entryAt(EntryBatch batch, int offset) {
        int end = 0;
        batch.rewind();
        while (batch.advance()) {
            end += batch.dataLength() + EntryFormat.HEADER_LENGTH;
            if (end > offset) {
                return batch.number();
            }
        }
        return batch.lastNumber();
    }
}
