package io.sluice.zkevm;

import org.jspecify.annotations.Nullable;

/** What an {@link Assembly} hands out, in the order of the stream. */
interface AssemblySink {
    /** A block is whole. It belongs to the batch that was begun last, if that was not ended or broken. */
    void block(WholeBlock block, long bytes);

    /** A batch begins. */
    default void batchStarted(BatchStart start) {}

    /** The batch that was begun is whole; without an end when the next one begins in a fixed layout. */
    default void batchEnded(@Nullable BatchEnd end) {}

    /** Something is wrong: what has been begun will not become whole. */
    default void broken() {}
}
