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
    boolean blockFollows(long number) {
        return lastBlock == null || number == lastBlock + 1;
    }

    void checkBlock(long entry, String what, long number) {
        if (!blockFollows(number)) {
            throw new BadSequence(entry, what + text(number) + " after " + blockBefore());
        }
    }

    /** The last block, in words. */
    String blockBefore() {
        return lastBlock == null ? "no block" : "block " + text(lastBlock);
    }

    /** The number that a block has to have; null when any will do. */
    @Nullable
    Long nextBlock() {
        return lastBlock == null ? null : lastBlock + 1;
    }

    void block(long number) {
        lastBlock = number;
    }

    /**
     * Batches follow each other by one. An UpdateGER takes the place of a batch, or announces the one that follows;
     * streams of both kinds are allowed for.
     */
    boolean batchFollows(long number) {
        return lastBatch == null
                || number == lastBatch + 1
                || (lastUpdate != null && (number == lastUpdate || number == lastUpdate + 1));
    }

    void checkBatch(long entry, long number) {
        if (!batchFollows(number)) {
            throw new BadSequence(entry, "batch " + text(number) + " after " + batchBefore());
        }
    }

    /** Batches of the fixed layouts only grow: those without blocks leave no trace. */
    boolean batchOfFixedLayoutFollows(long number) {
        return lastBatch == null || Long.compareUnsigned(number, lastBatch) > 0;
    }

    void checkBatchOfFixedLayout(long entry, long number) {
        if (!batchOfFixedLayoutFollows(number)) {
            throw new BadSequence(entry, "batch " + text(number) + " after " + batchBefore());
        }
    }

    /** The number that a batch has to have; null when any will do. */
    @Nullable
    Long nextBatch() {
        return lastBatch == null ? null : before() + 1;
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

    /** The last batch, in words. */
    String batchBefore() {
        return "batch " + text(before());
    }

    /** What stood before does not tell which batch comes next. */
    void forgetBatch() {
        lastBatch = null;
        lastUpdate = null;
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
