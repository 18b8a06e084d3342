package io.sluice.zkevm;

import org.jspecify.annotations.Nullable;

/**
 * A transaction of the block before it.
 *
 * @param l2BlockNumber the block's number; unsigned
 * @param index its place in the block; producers leave it at 0
 * @param valid whether the sequencer found it valid
 * @param encoded the signed transaction in RLP. A typed one is either bare (its type, then a list) or wrapped in an
 *     RLP string. The module zkevm-tx takes it apart.
 * @param effectiveGasPricePercentage what part of its gas price is charged: 255 is all, 0 is 1/256; 0 to 2^32-1
 * @param imStateRoot the state's root after it, 32 bytes
 * @param debug null when there is none
 */
public record Transaction(
        long l2BlockNumber,
        long index,
        boolean valid,
        Bytes encoded,
        long effectiveGasPricePercentage,
        Bytes imStateRoot,
        @Nullable Debug debug)
        implements ProtobufEntry {
    /** @throws IllegalArgumentException when the percentage is not 0 to 2^32-1 */
    public Transaction {
        Uint32.check("effectiveGasPricePercentage", effectiveGasPricePercentage);
    }

    /** A valid one, with index 0 as producers have it. */
    public Transaction(long l2BlockNumber, Bytes encoded, long effectiveGasPricePercentage, Bytes imStateRoot) {
        this(l2BlockNumber, 0, true, encoded, effectiveGasPricePercentage, imStateRoot, null);
    }

    @Override
    public int entryType() {
        return EntryTypes.TRANSACTION;
    }
}
