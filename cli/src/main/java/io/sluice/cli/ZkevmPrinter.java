package io.sluice.cli;

import io.sluice.cli.ZkevmStream.FoundBatch;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.UpdateGer;
import io.sluice.zkevm.WholeBlock;

/** Writes what a zkEVM's stream says, in one of the formats. */
interface ZkevmPrinter {
    /** Writes that a batch begins. */
    void batchStart(BatchStart start);

    /** Writes a block with its transactions. */
    void block(WholeBlock block);

    /** Writes that a batch is closed. */
    void batchEnd(BatchEnd end);

    /** Writes that the global exit root changes. */
    void updateGer(UpdateGer update);

    /** Writes a batch with all that it has. */
    void batch(FoundBatch batch);
}
