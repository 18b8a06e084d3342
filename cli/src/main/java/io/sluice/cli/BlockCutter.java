package io.sluice.cli;

import io.sluice.zkevm.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes blocks with a wanted number of transactions of the blocks of an input, whose transactions keep their order. The
 * rest of what is known of a block is that of the input's block which its last transaction is from; a hash it has not.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} for a block that would be larger than readers take.
 */
final class BlockCutter {
    /** As much as an input's block can have. */
    static final long MAX_BLOCK_BYTES = BlockInput.MAX_LINE_LENGTH / 2;

    private final int size;
    private final List<Bytes> collected = new ArrayList<>();
    private long collectedBytes;

    /** The block of the input that is being cut, and which of its transactions comes next. */
    private @Nullable InputBlock from;

    private int position;

    /** Where the last of the collected transactions is from. */
    private @Nullable InputBlock last;

    /** @param size how many transactions a block has; 0 to leave blocks as they are */
    BlockCutter(int size) {
        this.size = size;
    }

    /** Adds the input's next block, after {@link #next} had no more. */
    void add(InputBlock block) {
        from = block;
        position = 0;
    }

    /** The next block; null when there is none yet. */
    @Nullable
    InputBlock next() {
        InputBlock block = from;
        if (block == null) {
            return null;
        }
        if (size == 0) {
            from = null;
            return block;
        }
        List<Bytes> transactions = block.transactions();
        while (position < transactions.size()) {
            collect(transactions.get(position++));
            if (collected.size() == size) {
                return take(block);
            }
        }
        last = block;
        from = null;
        return null;
    }

    private void collect(Bytes transaction) {
        collectedBytes += transaction.length();
        if (collectedBytes > MAX_BLOCK_BYTES) {
            throw CommandFailure.badInput("A block of " + Words.grouped(size) + " transactions would have more than "
                    + Words.grouped(MAX_BLOCK_BYTES) + " bytes, the most that is written: a smaller --txs-per-block is"
                    + " needed.");
        }
        collected.add(transaction);
    }

    private InputBlock take(InputBlock block) {
        InputBlock whole = block.with(collected);
        collected.clear();
        collectedBytes = 0;
        return whole;
    }

    /** The block of what is left over at the end of the input; null when nothing is. */
    @Nullable
    InputBlock end() {
        return last == null || collected.isEmpty() ? null : take(last);
    }
}
