package io.sluice.zkevm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block with all that belongs to it, in the same form whatever {@link Generation} it is from.
 *
 * @param header what is known of the block. Of the fixed layouts it is what {@link StartL2Block} and
 *     {@link EndL2Block} say together, but for the L1 info root and the local exit root.
 * @param transactions in order; those of the fixed layouts have index 0 too
 * @param batch the batch it belongs to. Null when the entries began behind the start of that batch; its number is in
 *     the header all the same. Of the fixed layouts, which have no batch starts, it is what the block says of its
 *     batch, with {@link BatchType#UNSPECIFIED}.
 * @param ended whether an entry said that the block ends. If not, it was known by what followed, or by
 *     {@link BlockAssembler#flush()}.
 * @param firstEntry the number of its first entry: its bookmark's, if that stands right before it. Whoever resumes
 *     there receives the block whole.
 * @param lastEntry the number of its last entry
 */
public record WholeBlock(
        L2Block header,
        List<Transaction> transactions,
        @Nullable BatchStart batch,
        boolean ended,
        long firstEntry,
        long lastEntry) {
    /** Copies the list. */
    public WholeBlock {
        transactions = List.copyOf(transactions);
    }
}
