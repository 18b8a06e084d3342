package io.sluice.cli;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Does what an input wants on a stream source. Commits are not waited for, up to a number of them.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} when the input is wrong, {@link StreamSourceException} when the source fails.
 * Then {@link #leave} ends it in order.
 */
final class OperationWriter {
    static final int MAX_ON_THE_WAY = 1024;

    private static final Duration LOOK = Duration.ofMillis(50);

    /** When it is to end, an operation that is open gets no more time than that between two lines. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

    private final StreamSource source;
    private final InputSteps input;
    private final StopRequest stop;
    private final Pace pace;
    private final WriteKeeper keeper;
    private final WriteNotices notices;
    private final CommitsOnTheWay<Written> commits;

    /** What will be in when all has arrived that is on its way. */
    private WriteTally tally = WriteTally.NOTHING;

    private long operations;
    private long totalEntries;

    /** Of the open operation. */
    private long entries;

    private long bookmarks;
    private long bytes;
    private boolean truncating;

    /** How far it is after an operation, and what was written then. */
    private record Written(WritePlace place, WriteTally tally) {}

    /** @param start where the input goes on, which is where the stream ends */
    OperationWriter(
            StreamSource source,
            InputSteps input,
            WritePlace start,
            Pace pace,
            WriteKeeper keeper,
            WriteNotices notices,
            StopRequest stop) {
        this.source = source;
        this.input = input;
        this.commits = new CommitsOnTheWay<>(new Written(start, tally));
        this.operations = start.operations();
        this.totalEntries = start.totalEntries();
        this.pace = pace;
        this.keeper = keeper;
        this.notices = notices;
        this.stop = stop;
    }

    /** Writes until the input ends, or the command is to end; whether it was the input. */
    boolean run() {
        boolean all = writeAll();
        drain();
        keeper.store(certain());
        return all;
    }

    private boolean writeAll() {
        long lineAt = System.nanoTime();
        while (true) {
            Step step = input.next(LOOK);
            look();
            boolean stopping = stop.isRequested();
            if (step == null) {
                if (input.isAtEnd()) {
                    return true;
                }
                if (stopping && (!input.isOpen() || System.nanoTime() - lineAt > PATIENCE_NANOS)) {
                    return dropOpen();
                }
                continue;
            }
            lineAt = System.nanoTime();
            boolean begins = step instanceof Step.Start || step instanceof Step.Truncate;
            if (begins && (stopping || !awaitTurn())) {
                return false;
            }
            apply(step);
        }
    }

    private boolean dropOpen() {
        if (input.isOpen()) {
            source.rollbackAtomicOp();
        }
        return false;
    }

    /** Waits until the next operation may begin; false when the command is to end. */
    private boolean awaitTurn() {
        for (Duration wait = pace.untilNext(); !wait.isZero(); wait = pace.untilNext()) {
            if (stop.await(wait.compareTo(LOOK) < 0 ? wait : LOOK)) {
                return false;
            }
            look();
        }
        pace.take();
        commits.awaitAtMost(MAX_ON_THE_WAY - 1, this::look);
        return true;
    }

    private void apply(Step step) {
        try {
            if (step instanceof Step.Start) {
                source.startAtomicOp();
                entries = 0;
                bookmarks = 0;
                bytes = 0;
            } else if (step instanceof Step.AddEntry entry) {
                added(source.addStreamEntry(entry.type(), entry.data()), entry.data().length);
            } else if (step instanceof Step.AddBookmark bookmark) {
                Bookmark name = bookmark.bookmark();
                added(source.addStreamBookmark(name), name.length());
                bookmarks++;
            } else if (step instanceof Step.UpdateEntry update) {
                source.updateEntryData(update.number(), update.type(), update.data());
            } else if (step instanceof Step.Truncate truncate) {
                truncate(truncate.number());
            } else {
                end(step instanceof Step.Commit);
            }
        } catch (StreamSourceException e) {
            if (isMisuse(e)) {
                throw input.wrong(StepParser.told(e));
            }
            throw e;
        }
    }

    /**
     * An entry got that number. It gets another one than it should when an operation before was dropped, whose failure has
     * not been seen: then this operation must not be committed.
     */
    private void added(long number, int dataLength) {
        if (number != totalEntries + entries) {
            drain();
            throw new IllegalStateException("Entry " + (totalEntries + entries) + " got the number " + number + ".");
        }
        entries++;
        bytes += EntryFormat.HEADER_LENGTH + dataLength;
    }

    private void end(boolean commit) {
        CompletableFuture<?> committed;
        if (commit) {
            committed = source.commitAtomicOpAsync();
            operations++;
            totalEntries += entries;
            tally = tally.withCommit(entries, bookmarks, bytes);
        } else {
            source.rollbackAtomicOp();
            committed = CompletableFuture.completedFuture(null);
            tally = tally.withRollback();
        }
        WritePlace place = WritePlace.after(input.lines(), operations, totalEntries);
        commits.add(new Written(place, tally), committed);
    }

    private void truncate(long number) {
        drain();
        truncating = true;
        keeper.truncating(certain(), number);
        source.truncate(number);
        truncating = false;
        totalEntries = number;
        commits.reached(new Written(WritePlace.after(input.lines(), operations, totalEntries), certainTally()));
        keeper.truncated(certain());
    }

    /** What only a wrong input can cause; the source is as it was. */
    private static boolean isMisuse(StreamSourceException e) {
        return e instanceof StreamSourceException.UnknownEntryNumber
                || e instanceof StreamSourceException.NotInOpenOperation
                || e instanceof StreamSourceException.WrongEntryType;
    }

    private void look() {
        commits.settle();
        keeper.storeIfDue(certain());
        notices.show(certainTally());
    }

    private void drain() {
        commits.awaitAtMost(0, this::look);
    }

    /**
     * Ends it after a failure: drops what is open, takes the answers that come, and stores how far it is.
     *
     * @param healthy whether it was the input that failed, so that the source's answers come
     */
    void leave(boolean healthy) {
        try {
            if (healthy) {
                dropOpen();
                drain();
            } else {
                commits.settle();
            }
        } catch (StreamSourceException e) {
            // It follows the failure that is told, or is it.
        }
        if (!truncating) {
            keeper.store(certain());
        } else if (healthy) {
            keeper.notTruncated(certain());
        }
    }

    /** Up to where everything is certainly in. */
    WritePlace certain() {
        return commits.certain().place();
    }

    /** What this run has certainly written. */
    WriteTally certainTally() {
        return commits.certain().tally();
    }

    /** How many operations may be in or not. */
    long unknown() {
        return operations - certain().operations();
    }
}
