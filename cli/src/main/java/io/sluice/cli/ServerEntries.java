package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Entries that a server is asked for. A walk is a stream that is begun and left; since older servers read no command while
 * they send history, it is left by closing its connection, and the next question makes another one.
 */
final class ServerEntries implements StreamEntries {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServerStream stream;
    private @Nullable StreamClient client;
    private long received;

    /** Connects at the first question. */
    ServerEntries(ServerStream stream) {
        this.stream = stream;
    }

    private StreamClient client() {
        StreamClient connected = client;
        if (connected == null) {
            connected = stream.connect();
            client = connected;
        }
        return connected;
    }

    /** How many entries have come so far, those that nobody wanted included. */
    long received() {
        return received;
    }

    @Override
    public long total() {
        return client().header().totalEntries();
    }

    @Override
    public @Nullable Entry entry(long number) {
        received++;
        return client().entry(number).orElse(null);
    }

    @Override
    public @Nullable Entry firstAfter(Bookmark bookmark) {
        received++;
        return client().firstEventAfter(bookmark).orElse(null);
    }

    @Override
    public void walk(long from, long to, Predicate<Entry> visitor) {
        if (from >= to) {
            return;
        }
        StreamClient streaming = client();
        try {
            streaming.follow(from);
            long next = from;
            while (next < to) {
                EntryBatch batch = streaming.next(PATIENCE);
                if (batch == null) {
                    throw CommandFailure.failed(stream + " sent nothing for " + Words.time(PATIENCE) + ", while entry "
                            + Words.unsigned(next) + " of " + Words.unsigned(to) + " was due.");
                }
                received += batch.count();
                next = batch.lastNumber() + 1;
                if (!visit(batch, to, visitor)) {
                    return;
                }
            }
        } finally {
            close();
        }
    }

    private static boolean visit(EntryBatch batch, long to, Predicate<Entry> visitor) {
        for (Entry entry : batch) {
            if (entry.number() >= to || !visitor.test(entry)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
