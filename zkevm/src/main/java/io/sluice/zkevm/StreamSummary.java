package io.sluice.zkevm;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a {@link StreamCheck} has seen. Numbers of blocks, batches and times are unsigned.
 *
 * @param generation empty when there was no entry that tells it
 * @param entries how many there were, of all types
 * @param unknownEntries how many of them have a type that the generation does not know
 * @param blocks how many blocks begin
 * @param firstBlock the number of the first one; empty when there is none
 * @param lastBlock the number of the last one
 * @param firstTime the earliest time of a block, in seconds since 1970; empty when there is none
 * @param lastTime the latest time of a block
 * @param batches how many batches begin
 * @param batchEnds how many ends of batches there are; the fixed layouts have none
 * @param firstBatch the number of the first batch; empty when there is none
 * @param lastBatch the number of the last one
 * @param lastBatchOpen whether the last batch has no end yet
 * @param transactions how many there are
 * @param faults how many there are of each kind, in the order of the kinds; kinds without a fault are left out
 */
public record StreamSummary(
        Optional<Generation> generation,
        long entries,
        long unknownEntries,
        long blocks,
        OptionalLong firstBlock,
        OptionalLong lastBlock,
        OptionalLong firstTime,
        OptionalLong lastTime,
        long batches,
        long batchEnds,
        OptionalLong firstBatch,
        OptionalLong lastBatch,
        boolean lastBatchOpen,
        long transactions,
        Map<StreamFault.Kind, Long> faults) {
    /** Whether nothing is wrong. */
    public boolean isGood() {
        return faults.isEmpty();
    }

    /** How many faults there are. */
    public long faultCount() {
        return faults.values().stream().mapToLong(Long::longValue).sum();
    }
}
