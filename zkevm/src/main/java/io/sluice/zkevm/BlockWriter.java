package io.sluice.zkevm;

import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks and batches into a stream, in {@link Generation#PROTOBUF}, with the entries, bookmarks and operations
 * that current producers use:
 *
 * <ul>
 *   <li>a block is one operation: its bookmark, {@link L2Block}, its transactions, {@link L2BlockEnd};
 *   <li>the start of a batch is its bookmark and {@link BatchStart}: an operation of its own, or in front of the first
 *       block, in the same operation;
 *   <li>{@link BatchEnd} is an operation of its own.
 * </ul>
 *
 * <p>Whoever wants other operations, to load many blocks with one commit say, opens and commits them on the source,
 * and uses the functions that only add.
 *
 * <p><b>Threading:</b> that of the source: one thread at a time.
 *
 * <p><b>Failure:</b> {@link IllegalArgumentException} for a transaction of another block, before anything is added. What
 * the source throws; an operation that this class has opened is rolled back then.
 */
public final class BlockWriter {
    private final StreamSource source;

    /** @param source where to write; it stays the caller's to close */
    public BlockWriter(StreamSource source) {
        this.source = source;
    }

    /**
     * Writes the start of a batch in an operation of its own.
     *
     * @return the committed header after it
     */
    public StreamHeader startBatch(BatchStart start) {
        return commit(() -> addBatchStart(start));
    }

    /**
     * Writes a block in an operation of its own.
     *
     * @param transactions those of this block, in order
     * @return the committed header after it
     */
    public StreamHeader writeBlock(L2Block block, List<Transaction> transactions) {
        return writeBlock(null, block, transactions);
    }

    /**
     * Writes a block, and the start of its batch in front of it, in one operation.
     *
     * @param start null when the batch was started before
     * @param transactions those of this block, in order
     * @return the committed header after it
     */
    public StreamHeader writeBlock(@Nullable BatchStart start, L2Block block, List<Transaction> transactions) {
        checkBlock(start, block, transactions);
        return commit(() -> {
            if (start != null) {
                addBatchStart(start);
            }
            addBlock(block, transactions);
        });
    }

    /**
     * Writes the end of a batch in an operation of its own.
     *
     * @return the committed header after it
     */
    public StreamHeader endBatch(BatchEnd end) {
        return commit(() -> addBatchEnd(end));
    }

    /**
     * Adds the start of a batch, with its bookmark, to the operation that is open.
     *
     * @return the number of the last entry, which holds if the operation is committed
     */
    public long addBatchStart(BatchStart start) {
        source.addStreamBookmark(Bookmarks.batch(start.number()));
        return add(start);
    }

    /**
     * Adds a block with all its entries to the operation that is open.
     *
     * @return the number of the last entry, which holds if the operation is committed
     */
    public long addBlock(L2Block block, List<Transaction> transactions) {
        checkBlock(null, block, transactions);
        source.addStreamBookmark(Bookmarks.l2Block(block.number()));
        add(block);
        transactions.forEach(this::add);
        return add(new L2BlockEnd(block.number()));
    }

    /**
     * Adds the end of a batch to the operation that is open.
     *
     * @return the number of its entry, which holds if the operation is committed
     */
    public long addBatchEnd(BatchEnd end) {
        return add(end);
    }

    private static void checkBlock(@Nullable BatchStart start, L2Block block, List<Transaction> transactions) {
        if (start != null && start.number() != block.batchNumber()) {
            throw new IllegalArgumentException("Block " + Long.toUnsignedString(block.number()) + " is of batch "
                    + Long.toUnsignedString(block.batchNumber()) + ", and not of batch "
                    + Long.toUnsignedString(start.number()) + ".");
        }
        for (Transaction transaction : transactions) {
            if (transaction.l2BlockNumber() != block.number()) {
                throw new IllegalArgumentException("A transaction of block "
                        + Long.toUnsignedString(transaction.l2BlockNumber()) + " cannot stand in block "
                        + Long.toUnsignedString(block.number()) + ".");
            }
        }
    }

    private long add(ProtobufEntry entry) {
        return source.addStreamEntry(entry.entryType(), entry.encode());
    }

    private StreamHeader commit(Runnable additions) {
        source.startAtomicOp();
        try {
            additions.run();
        } catch (RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
        return source.commitAtomicOp();
    }

    private void rollback(Throwable cause) {
        try {
            source.rollbackAtomicOp();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
