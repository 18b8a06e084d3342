package io.sluice.cli;

import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BatchType;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives blocks their numbers in a stream, and puts them into batches.
 *
 * <p><b>Threading:</b> one thread.
 */
final class ChainBuilder {
    /** All of the gas price is charged. */
    private static final long WHOLE_GAS_PRICE = 255;

    private static final long MAX_UINT32 = 0xffff_ffffL;
    private static final long ETHEREUM = 1;

    private final int blocksPerBatch;
    private final long forkId;

    /** The wanted one; null for that of the transactions. */
    private final @Nullable Long chainId;

    private long knownChainId = ETHEREUM;
    private boolean known;
    private boolean first;
    private long timestamp;
    private Bytes stateRoot;
    private long block;
    private long batch;

    /** Blocks of the batch that is open; 0 when none is. */
    private int blocksInBatch;

    /**
     * A block and the entries of batches around it.
     *
     * @param start null when its batch was started before
     * @param end null when its batch goes on after it
     */
    record NewBlock(
            @Nullable BatchStart start,
            L2Block header,
            List<Transaction> transactions,
            @Nullable BatchEnd end) {}

    /**
     * Begins with a new batch.
     *
     * @param chainId what batches say it is; null for that of the first transaction that has one, and 1 before it
     */
    ChainBuilder(ChainEnd end, int blocksPerBatch, long forkId, @Nullable Long chainId) {
        this.blocksPerBatch = blocksPerBatch;
        this.forkId = forkId;
        this.chainId = chainId;
        this.first = end.lastBlock() == null;
        this.timestamp = end.timestamp();
        this.stateRoot = end.stateRoot();
        this.block = end.nextBlock();
        this.batch = end.nextBatch();
    }

    /** The next block. Time does not go back in a chain: a block that says so is as late as the one before. */
    NewBlock next(InputBlock input) {
        if (!known && input.chainId() != 0) {
            known = true;
            knownChainId = input.chainId();
        }
        long number = block++;
        BatchStart start = blocksInBatch > 0
                ? null
                : new BatchStart(batch, BatchType.REGULAR, forkId, chainId == null ? knownChainId : chainId);
        long time = Long.compareUnsigned(input.timestamp(), timestamp) < 0 ? timestamp : input.timestamp();
        long delta = time - timestamp;
        L2Block header = L2Block.builder(number, batch)
                .timestamp(time)
                .deltaTimestamp(first ? 0 : delta < 0 || delta > MAX_UINT32 ? MAX_UINT32 : delta)
                .hash(input.hash())
                .stateRoot(input.stateRoot())
                .coinbase(input.coinbase())
                .blockGasLimit(input.gasLimit())
                .build();
        List<Transaction> transactions = input.transactions().stream()
                .map(encoded -> new Transaction(number, encoded, WHOLE_GAS_PRICE, Bytes.EMPTY))
                .toList();
        first = false;
        timestamp = time;
        stateRoot = input.stateRoot();
        blocksInBatch++;
        return new NewBlock(start, header, transactions, blocksInBatch == blocksPerBatch ? close() : null);
    }

    /** Ends the batch that is open; null when none is. */
    @Nullable
    BatchEnd close() {
        if (blocksInBatch == 0) {
            return null;
        }
        blocksInBatch = 0;
        return new BatchEnd(batch++, Bytes.EMPTY, stateRoot);
    }
}
