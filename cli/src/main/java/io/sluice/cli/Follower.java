package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.StreamFollower;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Moves entries from a follower of a stream to a printer, and keeps the place. */
final class Follower {
    /** So often somebody looks whether a connection was made again. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final StreamFollower follower;
    private final EntryPrinter printer;
    private final Output target;
    private final PlaceKeeper keeper;
    private final AlreadyWritten already;
    private final FollowNotices notices;

    Follower(
            StreamFollower follower,
            EntryPrinter printer,
            Output target,
            PlaceKeeper keeper,
            AlreadyWritten already,
            FollowNotices notices) {
        this.follower = follower;
        this.printer = printer;
        this.target = target;
        this.keeper = keeper;
        this.already = already;
        this.notices = notices;
    }

    /**
     * Goes on until the entry before {@code stop} was printed; without one for ever.
     *
     * @param next the first entry to come, in words
     */
    void run(@Nullable EntryPlace stop, String next) {
        String due = next;
        while (true) {
            // Only where --until ends this within a batch is the place before the batch wanted.
            FollowFrom before = stop != null && keeper.isKeeping() ? keeper.here() : null;
            EntryBatch batch = receive();
            notices.look(batch != null, due);
            if (batch != null) {
                if (stop != null && takeUntil(stop, batch, before)) {
                    return;
                }
                if (stop == null) {
                    take(batch, batch.count());
                }
                due = "entry " + Words.unsigned(batch.lastNumber() + 1);
            }
            keeper.storeIfDue();
        }
    }

    private @Nullable EntryBatch receive() {
        EntryBatch batch = follower.next(Duration.ZERO);
        if (batch != null) {
            return batch;
        }
        // Nothing waits: what came so far should be seen.
        if (follower.progress().behindBy() == 0) {
            notices.caughtUp();
        }
        target.flush();
        keeper.storeIfDue();
        return follower.next(keeper.untilDue(LOOK));
    }

    /** Prints what stands before {@code stop}; whether that was the last of it. */
    private boolean takeUntil(EntryPlace stop, EntryBatch batch, @Nullable FollowFrom before) {
        long last = stop.number() - 1;
        if (stop.number() == 0 || Long.compareUnsigned(batch.firstNumber(), last) > 0) {
            return true;
        }
        if (Long.compareUnsigned(batch.lastNumber(), last) <= 0) {
            take(batch, batch.count());
            return batch.lastNumber() == last;
        }
        long wanted = last - batch.firstNumber() + 1;
        if (take(batch, wanted) && before != null) {
            keeper.wroteWithin(before, wanted, AlreadyWritten.digestOf(batch, wanted));
        }
        return true;
    }

    /** Prints the first entries of a batch, but for those that were written before; whether there were others. */
    private boolean take(EntryBatch batch, long count) {
        long skipped = already.take(batch);
        if (!already.hasPassed() || (count < batch.count() && skipped >= count)) {
            return false;
        }
        keeper.beginBatch();
        if (skipped == 0) {
            printer.print(batch, count);
        } else {
            for (long i = 0; i < count && batch.advance(); i++) {
                if (i >= skipped) {
                    printer.print(batch.number(), batch.type(), batch.data());
                }
            }
        }
        if (count == batch.count()) {
            keeper.wroteBatch();
        }
        return true;
    }
}
