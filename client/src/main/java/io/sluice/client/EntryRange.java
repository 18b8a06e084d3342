package io.sluice.client;

import io.sluice.core.Entry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries from one bookmark's entry to another's, both included, on their way. The client is busy with them until
 * the last one was taken; whoever does not want the rest closes the client, for the protocol knows no other way.
 *
 * <p><b>Threading:</b> for the thread that calls the client.
 *
 * <p><b>Failure:</b> {@link ClientException}; a server that sends no whole entry within {@code replyTimeout} is
 * {@link ClientException.TimedOut}.
 */
public final class EntryRange {
    private final StreamClient client;
    private final EntrySequence sequence;
    private final long lastNumber;

    EntryRange(StreamClient client, EntrySequence sequence, long lastNumber) {
        this.client = client;
        this.sequence = sequence;
        this.lastNumber = lastNumber;
    }

    /** The number of the range's last entry; unsigned. */
    public long lastNumber() {
        return lastNumber;
    }

    /**
     * Waits for entries, and gives all that are there.
     *
     * @return valid until the next call to this range or its client; null when the range has ended, after which the
     *     client takes other calls
     */
    public @Nullable EntryBatch next() {
        return sequence.isComplete() ? null : client.nextOfRange(sequence);
    }

    /** Reads the range to its end, and gives each entry as a record of its own, which stays valid. */
    public void forEach(Consumer<? super Entry> action) {
        for (EntryBatch batch = next(); batch != null; batch = next()) {
            batch.forEach(action);
        }
    }
}
