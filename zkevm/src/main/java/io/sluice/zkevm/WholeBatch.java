package io.sluice.zkevm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch with its blocks.
 *
 * @param start as in {@link WholeBlock#batch()}
 * @param blocks in order; there may be none
 * @param end null while the batch is open, and always of the fixed layouts, which have no batch ends
 */
public record WholeBatch(
        BatchStart start, List<WholeBlock> blocks, @Nullable BatchEnd end) {
    /** Copies the list. */
    public WholeBatch {
        blocks = List.copyOf(blocks);
    }
}
