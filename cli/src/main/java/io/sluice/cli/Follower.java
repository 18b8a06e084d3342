package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Moves entries from a client that follows a stream to a printer. */
final class Follower {
    private static final Duration LONG = Duration.ofDays(1);

    private final StreamClient client;
    private final EntryPrinter printer;
    private final Output target;

    Follower(StreamClient client, EntryPrinter printer, Output target) {
        this.client = client;
        this.printer = printer;
        this.target = target;
    }

    /** Goes on until the entry before {@code stop} was printed; without one for ever. */
    void run(@Nullable EntryPlace stop) {
        while (true) {
            EntryBatch batch = client.next(Duration.ZERO);
            while (batch == null) {
                // Nothing waits: what came so far should be seen.
                target.flush();
                batch = client.next(LONG);
            }
            if (stop == null) {
                printer.print(batch, batch.count());
                continue;
            }
            long last = stop.number() - 1;
            if (stop.number() == 0 || Long.compareUnsigned(batch.firstNumber(), last) > 0) {
                return;
            }
            printer.print(batch, last - batch.firstNumber() + 1);
            if (Long.compareUnsigned(batch.lastNumber(), last) >= 0) {
                return;
            }
        }
    }
}
