package io.sluice.zkevm;

import org.jspecify.annotations.Nullable;

/**
 * A block begins: what is known of it beside its transactions.
 *
 * @param number unsigned
 * @param batchNumber the batch it belongs to; unsigned
 * @param timestamp in seconds since 1970; unsigned
 * @param deltaTimestamp seconds since the block before; 0 to 2^32-1
 * @param minTimestamp in seconds since 1970; unsigned
 * @param l1BlockHash 32 bytes
 * @param l1InfoTreeIndex 0 to 2^32-1
 * @param hash the block's own, 32 bytes
 * @param stateRoot after it, 32 bytes
 * @param globalExitRoot 32 bytes
 * @param coinbase 20 bytes
 * @param blockGasLimit in units of gas; unsigned
 * @param blockInfoRoot 32 bytes
 * @param debug null when there is none
 * @param baseFee in wei for a unit of gas, an unsigned big-endian number
 */
public record L2Block(
        long number,
        long batchNumber,
        long timestamp,
        long deltaTimestamp,
        long minTimestamp,
        Bytes l1BlockHash,
        long l1InfoTreeIndex,
        Bytes hash,
        Bytes stateRoot,
        Bytes globalExitRoot,
        Bytes coinbase,
        long blockGasLimit,
        Bytes blockInfoRoot,
        @Nullable Debug debug,
        Bytes baseFee)
        implements ProtobufEntry {
    /** @throws IllegalArgumentException when a number of 32 bits is not 0 to 2^32-1 */
    public L2Block {
        Uint32.check("deltaTimestamp", deltaTimestamp);
        Uint32.check("l1InfoTreeIndex", l1InfoTreeIndex);
    }

    @Override
    public int entryType() {
        return EntryTypes.L2_BLOCK;
    }

    /** Begins with a block of which nothing but this is said. */
    public static Builder builder(long number, long batchNumber) {
        return new Builder(number, batchNumber);
    }

    /** Says what is to be said of a block; whatever is not said is left out of the entry. One thread at a time. */
    public static final class Builder {
        private final long number;
        private final long batchNumber;
        private long timestamp;
        private long deltaTimestamp;
        private long minTimestamp;
        private Bytes l1BlockHash = Bytes.EMPTY;
        private long l1InfoTreeIndex;
        private Bytes hash = Bytes.EMPTY;
        private Bytes stateRoot = Bytes.EMPTY;
        private Bytes globalExitRoot = Bytes.EMPTY;
        private Bytes coinbase = Bytes.EMPTY;
        private long blockGasLimit;
        private Bytes blockInfoRoot = Bytes.EMPTY;
        private @Nullable Debug debug;
        private Bytes baseFee = Bytes.EMPTY;

        private Builder(long number, long batchNumber) {
            this.number = number;
            this.batchNumber = batchNumber;
        }

        /** See {@link L2Block#timestamp}. */
        public Builder timestamp(long seconds) {
            this.timestamp = seconds;
            return this;
        }

        /** See {@link L2Block#deltaTimestamp}. */
        public Builder deltaTimestamp(long seconds) {
            this.deltaTimestamp = seconds;
            return this;
        }

        /** See {@link L2Block#minTimestamp}. */
        public Builder minTimestamp(long seconds) {
            this.minTimestamp = seconds;
            return this;
        }

        /** See {@link L2Block#l1BlockHash} and {@link L2Block#l1InfoTreeIndex}. */
        public Builder l1(Bytes blockHash, long infoTreeIndex) {
            this.l1BlockHash = blockHash;
            this.l1InfoTreeIndex = infoTreeIndex;
            return this;
        }

        /** See {@link L2Block#hash}. */
        public Builder hash(Bytes hash) {
            this.hash = hash;
            return this;
        }

        /** See {@link L2Block#stateRoot}. */
        public Builder stateRoot(Bytes stateRoot) {
            this.stateRoot = stateRoot;
            return this;
        }

        /** See {@link L2Block#globalExitRoot}. */
        public Builder globalExitRoot(Bytes globalExitRoot) {
            this.globalExitRoot = globalExitRoot;
            return this;
        }

        /** See {@link L2Block#coinbase}. */
        public Builder coinbase(Bytes coinbase) {
            this.coinbase = coinbase;
            return this;
        }

        /** See {@link L2Block#blockGasLimit}. */
        public Builder blockGasLimit(long gas) {
            this.blockGasLimit = gas;
            return this;
        }

        /** See {@link L2Block#blockInfoRoot}. */
        public Builder blockInfoRoot(Bytes blockInfoRoot) {
            this.blockInfoRoot = blockInfoRoot;
            return this;
        }

        /** See {@link L2Block#debug}. */
        public Builder debug(@Nullable Debug debug) {
            this.debug = debug;
            return this;
        }

        /** See {@link L2Block#baseFee}. */
        public Builder baseFee(Bytes wei) {
            this.baseFee = wei;
            return this;
        }

        /** The block. */
        public L2Block build() {
            return new L2Block(
                    number,
                    batchNumber,
                    timestamp,
                    deltaTimestamp,
                    minTimestamp,
                    l1BlockHash,
                    l1InfoTreeIndex,
                    hash,
                    stateRoot,
                    globalExitRoot,
                    coinbase,
                    blockGasLimit,
                    blockInfoRoot,
                    debug,
                    baseFee);
        }
    }
}
