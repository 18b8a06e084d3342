package io.sluice.cli;

import io.sluice.cli.ChainBuilder.NewBlock;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BlockWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes the blocks of an input into a stream: a block is an operation, with the start of its batch in front of it where
 * it is the first, and the end of a batch is an operation. Commits are not waited for, up to a number of them.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} when the input is wrong, {@link StreamSourceException} when the source fails.
 * Then {@link #leave} ends it in order.
 */
final class BlockImporter {
    private static final int MAX_ON_THE_WAY = 256;
    private static final Duration LOOK = Duration.ofMillis(50);

    /** Entries of a block beside its transactions: bookmark, header, end. */
    private static final int ENTRIES_OF_BLOCK = 3;

    /** Bookmark and start. */
    private static final int ENTRIES_OF_START = 2;

    private final StreamSource source;
    private final BlockWriter writer;
    private final BlockInput input;
    private final BlockCutter cutter;
    private final ChainBuilder chain;
    private final Pace pace;
    private final WriteNotices notices;
    private final StopRequest stop;
    private final CommitsOnTheWay<ImportTally> commits;
    private final long started = System.nanoTime();

    /** The end of the batch that the stream has open, which goes in front of the first block. */
    private @Nullable BatchEnd endBefore;

    /** What will be in when all has arrived that is on its way. */
    private ImportTally tally;

    /** @param end where the stream ends, which nobody else writes meanwhile */
    BlockImporter(
            StreamSource source,
            BlockInput input,
            BlockCutter cutter,
            ChainEnd end,
            ChainBuilder chain,
            Pace pace,
            WriteNotices notices,
            StopRequest stop) {
        this.source = source;
        this.writer = new BlockWriter(source);
        this.input = input;
        this.cutter = cutter;
        this.chain = chain;
        this.pace = pace;
        this.notices = notices;
        this.stop = stop;
        this.endBefore = end.openBatchEnd();
        this.tally = ImportTally.nothing(source.getHeader().totalEntries());
        this.commits = new CommitsOnTheWay<>(tally);
    }

    /** Writes until the input ends, or the command is to end; whether it was the input. Its last batch has an end then. */
    boolean run() {
        boolean all = writeAll();
        finish();
        return all;
    }

    private boolean writeAll() {
        while (!stop.isRequested()) {
            InputBlock block = cutter.next();
            if (block != null) {
                if (!write(block)) {
                    return false;
                }
                continue;
            }
            InputBlock read = input.next(LOOK);
            look();
            if (read != null) {
                cutter.add(read);
            } else if (input.isAtEnd()) {
                InputBlock rest = cutter.end();
                return rest == null || write(rest);
            }
        }
        return false;
    }

    /** Writes a block when it is time to; false when the command is to end. */
    private boolean write(InputBlock block) {
        for (Duration wait = pace.untilNext(); !wait.isZero(); wait = pace.untilNext()) {
            if (stop.await(wait.compareTo(LOOK) < 0 ? wait : LOOK)) {
                return false;
            }
            look();
        }
        pace.take();
        if (endBefore != null) {
            end(endBefore);
            endBefore = null;
        }
        add(chain.next(block));
        return true;
    }

    private void add(NewBlock block) {
        source.startAtomicOp();
        int entries = ENTRIES_OF_BLOCK + block.transactions().size();
        if (block.start() != null) {
            writer.addBatchStart(block.start());
            entries += ENTRIES_OF_START;
        }
        long last = writer.addBlock(block.header(), block.transactions());
        commit(last, tally.with(block, entries, input.lines()));
        if (block.end() != null) {
            end(block.end());
        }
    }

    private void end(BatchEnd end) {
        source.startAtomicOp();
        commit(writer.addBatchEnd(end), tally.withEnd());
    }

    /**
     * Commits the open operation. Its entries get other numbers than they should when an operation before was dropped,
     * whose failure has not been seen: then this one must not be committed.
     */
    private void commit(long lastEntry, ImportTally after) {
        if (lastEntry != after.totalEntries() - 1) {
            drain();
            throw new IllegalStateException(
                    "Entry " + (after.totalEntries() - 1) + " got the number " + lastEntry + ".");
        }
        commits.add(after, source.commitAtomicOpAsync());
        tally = after;
        look();
        commits.awaitAtMost(MAX_ON_THE_WAY - 1, this::look);
    }

    private void look() {
        commits.settle();
        notices.show(this);
    }

    private void drain() {
        commits.awaitAtMost(0, this::look);
    }

    private void finish() {
        BatchEnd end = chain.close();
        if (end != null) {
            end(end);
        }
        drain();
    }

    /**
     * Ends it after a failure.
     *
     * @param healthy whether it was the input that failed, so that the batch can be ended and the source's answers come
     */
    void leave(boolean healthy) {
        try {
            if (healthy) {
                finish();
            } else {
                commits.settle();
            }
        } catch (StreamSourceException e) {
            // It follows the failure that is told, or is it.
        }
    }

    /** What is certainly in. */
    ImportTally certain() {
        return commits.certain();
    }

    /** How many blocks may be in or not. */
    long unknown() {
        return tally.blocks() - certain().blocks();
    }

    /** How far it is, for a line that shows it. */
    @Override
    public String toString() {
        long rate = Words.perSecond(certain().blocks(), Duration.ofNanos(System.nanoTime() - started));
        int percent = input.percent();
        return certain() + ", " + Words.grouped(rate) + " blocks/s"
                + (percent < 0 ? "" : ", " + percent + "% of the input");
    }
}
