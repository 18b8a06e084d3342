package io.sluice.cli;

import io.sluice.cli.ChainBuilder.NewBlock;
import io.sluice.zkevm.L2Block;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was imported.
 *
 * @param blocks each an operation of its own
 * @param transactions of these blocks
 * @param batches that were started
 * @param first null when there is none
 * @param last null when there is none
 * @param totalEntries how many entries the stream has
 * @param lines how many lines of the input were taken for it
 */
record ImportTally(
        long blocks,
        long transactions,
        long batches,
        @Nullable Place first,
        @Nullable Place last,
        long totalEntries,
        long lines) {
    /** The numbers of a block and its batch; the rest of it need not be kept. */
    record Place(long block, long batch) {}

    /** Nothing yet, in a stream that has so many entries. */
    static ImportTally nothing(long totalEntries) {
        return new ImportTally(0, 0, 0, null, null, totalEntries, 0);
    }

    ImportTally with(NewBlock block, long newEntries, long newLines) {
        L2Block header = block.header();
        Place place = new Place(header.number(), header.batchNumber());
        return new ImportTally(
                blocks + 1,
                transactions + block.transactions().size(),
                batches + (block.start() == null ? 0 : 1),
                first == null ? place : first,
                place,
                totalEntries + newEntries,
                newLines);
    }

    /** An end of a batch came. */
    ImportTally withEnd() {
        return new ImportTally(blocks, transactions, batches, first, last, totalEntries + 1, lines);
    }

    void summarize(Output out, Duration time, boolean json) {
        long blockRate = Words.perSecond(blocks, time);
        long transactionRate = Words.perSecond(transactions, time);
        if (json) {
            out.line("{\"blocks\":" + blocks + ",\"transactions\":" + transactions + ",\"batches\":" + batches
                    + places() + ",\"totalEntries\":" + totalEntries + ",\"seconds\":" + time.toMillis() / 1e3
                    + ",\"blocksPerSecond\":" + blockRate + ",\"transactionsPerSecond\":" + transactionRate + "}");
            return;
        }
        out.line(this + " in " + Words.seconds(time) + ": " + Words.grouped(blockRate) + " blocks/s, "
                + Words.grouped(transactionRate) + " transactions/s; the stream has " + Words.entries(totalEntries));
        if (first != null && last != null) {
            out.line("blocks " + Words.unsigned(first.block()) + " to " + Words.unsigned(last.block()) + ", batches "
                    + Words.unsigned(first.batch()) + " to " + Words.unsigned(last.batch()));
        }
    }

    private String places() {
        if (first == null || last == null) {
            return "";
        }
        return ",\"firstBlock\":" + Words.unsigned(first.block()) + ",\"lastBlock\":" + Words.unsigned(last.block())
                + ",\"firstBatch\":" + Words.unsigned(first.batch()) + ",\"lastBatch\":"
                + Words.unsigned(last.batch());
    }

    @Override
    public String toString() {
        return Words.count(blocks, "block", "blocks") + " with "
                + Words.count(transactions, "transaction", "transactions") + " in "
                + Words.count(batches, "batch", "batches");
    }
}
