package io.sluice.zkevm;

import io.sluice.zkevm.ZkevmException.BadSequence;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers of blocks and batches can come next. Nothing is known at first, nor after {@link #forget()}: then
 * whatever comes is right.
 */
final class StreamNumbers {
    private @Nullable Long lastBlock;
    private @Nullable Long lastBatch;

    /** The batch of an UpdateGER behind the last batch start. */
    private @Nullable Long lastUpdate;

    void forget() {
        lastBlock = null;
        lastBatch = null;
        lastUpdate = null;
    }

    /** Blocks follow each other by one. */
    void checkBlock(long entry, String what, long number) {
        if (lastBlock != null && number != lastBlock + 1) {
            throw new BadSequence(entry, what + text(number) + " after block " + text(lastBlock));
        }
    }

    void block(long number) {
        lastBlock = number;
    }

    /**
     * Batches follow each other by one. An UpdateGER takes the place of a batch, or announces the one that follows;
     * streams of both kinds are allowed for.
     */
    void checkBatch(long entry, long number) {
        boolean follows = lastBatch == null
                || number == lastBatch + 1
                || (lastUpdate != null && (number == lastUpdate || number == lastUpdate + 1));
        if (!follows) {
            throw new BadSequence(entry, "batch " + text(number) + " after batch " + text(before()));
        }
    }

    /** Batches of the fixed layouts only grow: those without blocks leave no trace. */
    void checkBatchOfFixedLayout(long entry, long number) {
        if (lastBatch != null && Long.compareUnsigned(number, lastBatch) <= 0) {
            throw new BadSequence(entry, "batch " + text(number) + " after batch " + text(lastBatch));
        }
    }

    void batch(long number) {
        lastBatch = number;
        lastUpdate = null;
    }

    void update(long number) {
        if (lastBatch == null || Long.compareUnsigned(number, lastBatch) > 0) {
            lastUpdate = number;
        }
    }

    private long before() {
        if (lastUpdate != null) {
            return lastUpdate;
        }
        return lastBatch == null ? 0 : lastBatch;
    }

    static String text(long number) {
        return Long.toUnsignedString(number);
    }
}
