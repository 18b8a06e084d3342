package io.sluice.cli;

import io.sluice.core.Entry;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException.BookmarkNotFound;
import io.sluice.core.StreamSourceException.EntryNotFound;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.Bookmarks;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.L2BlockEnd;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.UpdateGer;
import io.sluice.zkevm.ZkevmEntry;
import io.sluice.zkevm.ZkevmException;
import org.jspecify.annotations.Nullable;

/**
 * Where the chain of a zkEVM's stream ends, and how it goes on. It is found from the last entries and one bookmark; the
 * stream is not walked.
 *
 * @param nextBlock the number of the block that comes next
 * @param nextBatch the number of the batch that can be started next
 * @param batchOpen whether the batch before it has no end
 * @param lastBlock the latest block; null when there is none
 */
record ChainEnd(
        long nextBlock,
        long nextBatch,
        boolean batchOpen,
        @Nullable L2Block lastBlock) {
    /** Number 0 is the genesis, which has no transactions. */
    static final ChainEnd OF_NOTHING = new ChainEnd(1, 1, false, null);

    /** A block's number stands in each of its entries, so few are enough. */
    private static final long MOST_ENTRIES = 100;

    /** The latest block's time in seconds since 1970; 0 when there is none. */
    long timestamp() {
        return lastBlock == null ? 0 : lastBlock.timestamp();
    }

    /** The end that the open batch needs; null when none is open. */
    @Nullable
    BatchEnd openBatchEnd() {
        return batchOpen ? new BatchEnd(nextBatch - 1, Bytes.EMPTY, stateRoot()) : null;
    }

    /** The root after the latest block; none when there is none. */
    Bytes stateRoot() {
        return lastBlock == null ? Bytes.EMPTY : lastBlock.stateRoot();
    }

    /**
     * Finds where a stream ends.
     *
     * @throws CommandFailure when its last entries are not those of a zkEVM's stream in protobuf
     */
    static ChainEnd of(StreamSource source) {
        long total = source.getHeader().totalEntries();
        long first = Math.max(0, total - MOST_ENTRIES);
        Batch batch = null;
        for (long number = total - 1; number >= first; number--) {
            ZkevmEntry entry = decode(source.getEntry(number));
            Batch its = batchOf(entry);
            batch = batch == null ? its : batch;
            Long block = blockOf(entry);
            if (block != null) {
                return after(block(source, block, number), batch);
            }
        }
        if (first > 0) {
            throw unknown("none of its last " + MOST_ENTRIES + " entries is of a block");
        }
        if (total > 0 && batch == null) {
            throw unknown("none of its entries is of a block or a batch");
        }
        return batch == null ? OF_NOTHING : new ChainEnd(1, batch.number() + 1, batch.open(), null);
    }

    /** What the last entry that tells of a batch says. */
    private record Batch(long number, boolean open) {}

    private static ZkevmEntry decode(Entry entry) {
        try {
            return Generation.PROTOBUF.decode(entry);
        } catch (ZkevmException e) {
            throw unknown(String.valueOf(e.getMessage()).replaceFirst("\\.$", ""));
        }
    }

    private static @Nullable Batch batchOf(ZkevmEntry entry) {
        if (entry instanceof BatchEnd end) {
            return new Batch(end.number(), false);
        }
        if (entry instanceof UpdateGer update) {
            return new Batch(update.batchNumber(), false);
        }
        return entry instanceof BatchStart start ? new Batch(start.number(), true) : null;
    }

    private static @Nullable Long blockOf(ZkevmEntry entry) {
        if (entry instanceof L2BlockEnd end) {
            return end.number();
        }
        if (entry instanceof Transaction transaction) {
            return transaction.l2BlockNumber();
        }
        return entry instanceof L2Block block ? block.number() : null;
    }

    /** A stream of another kind can have entries that look right, but not a bookmark too that leads to the block. */
    private static L2Block block(StreamSource source, long number, long at) {
        String name = "entry " + at + " is of block " + Words.unsigned(number);
        try {
            Entry entry = source.getFirstEventAfterBookmark(Bookmarks.l2Block(number));
            if (decode(entry) instanceof L2Block block && block.number() == number) {
                return block;
            }
            throw unknown(name + ", but behind the bookmark of this block is entry " + entry.number()
                    + ", which does not begin it");
        } catch (BookmarkNotFound | EntryNotFound e) {
            throw unknown(name + ", and this block has no bookmark");
        }
    }

    private static ChainEnd after(L2Block block, @Nullable Batch batch) {
        long number = batch == null ? block.batchNumber() : batch.number();
        return new ChainEnd(block.number() + 1, number + 1, batch == null || batch.open(), block);
    }

    private static CommandFailure unknown(String why) {
        return CommandFailure.failed("Cannot tell which block comes next in the stream: " + why
                + ". Blocks are added to an empty stream, or to a zkEVM's in protobuf. Nothing was written.");
    }
}
