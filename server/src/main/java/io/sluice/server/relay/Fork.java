package io.sluice.server.relay;

import io.sluice.client.ClientOptions;
import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.EntryFormat;
import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.StreamView;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the first entry in which a stream and an upstream's differ. Entries behind it can be equal again, however many, so
 * that no sample tells: all that is not surely shared is received once more and compared, byte by byte.
 *
 * <p><b>Threading:</b> the thread that follows.
 */
final class Fork {
    private static final Logger LOG = LoggerFactory.getLogger(Fork.class);
    private static final long TELL_NANOS = Duration.ofSeconds(5).toNanos();

    private final StreamView view;
    private final Committed committed;

    /** The next bytes of our own entries, without padding. */
    private final ByteBuffer own = ByteBuffer.allocate(1 << 20).limit(0);

    private long position;

    private Fork(StreamView view, long from) {
        this.view = view;
        this.committed = view.committed();
        this.position = view.positionOf(from, committed);
    }

    /**
     * Compares with what the upstream has now.
     *
     * @param from every entry before this one is surely shared
     * @return the number of the first entry that is another one there; empty when none is, as far as both go, or when the
     *     upstream did not tell
     * @throws io.sluice.client.ClientException when the connection is lost
     */
    static OptionalLong find(StreamView view, long from, InetSocketAddress upstream, ClientOptions options) {
        try (StreamClient client = StreamClient.connect(upstream, options)) {
            return new Fork(view, from).compare(client, from, options.replyTimeout());
        }
    }

    private OptionalLong compare(StreamClient client, long from, Duration patience) {
        long end = Math.min(committed.entries(), client.header().totalEntries());
        if (end <= from) {
            return OptionalLong.empty();
        }
        client.follow(from);
        long tellAt = System.nanoTime() + TELL_NANOS;
        long next = from;
        while (next < end) {
            EntryBatch batch = client.next(patience);
            if (batch == null) {
                // It became shorter meanwhile, or fell silent.
                return OptionalLong.empty();
            }
            long different = firstDifference(batch);
            if (different >= 0) {
                return different < end ? OptionalLong.of(different) : OptionalLong.empty();
            }
            next = batch.lastNumber() + 1;
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
            if (!own.hasRemaining() && !fill()) {
                return entryAt(batch, compared);
            }
            int count = Math.min(own.remaining(), theirs.remaining());
            int same = own.slice(own.position(), count).mismatch(theirs.slice(theirs.position(), count));
            if (same >= 0) {
                return entryAt(batch, compared + same);
            }
            own.position(own.position() + count);
            theirs.position(theirs.position() + count);
            compared += count;
        }
        return -1;
    }

    private boolean fill() {
        while (position < committed.position()) {
            own.clear();
            EntryChunk chunk = view.read(position, committed.position(), committed, own);
            own.flip();
            position = chunk.nextPosition();
            if (own.hasRemaining()) {
                return true;
            }
        }
        own.limit(0);
        return false;
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
