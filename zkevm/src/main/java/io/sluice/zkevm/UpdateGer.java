package io.sluice.zkevm;

import org.jspecify.annotations.Nullable;

/**
 * The global exit root changes between two batches (forks before 7): the message {@code UpdateGER}.
 *
 * @param batchNumber the batch that does nothing but this; unsigned
 * @param timestamp in seconds since 1970; unsigned
 * @param globalExitRoot 32 bytes
 * @param coinbase 20 bytes
 * @param forkId unsigned
 * @param chainId unsigned; 0 in {@link Generation#LITTLE_ENDIAN}, which does not have it
 * @param stateRoot 32 bytes
 * @param debug null when there is none
 */
public record UpdateGer(
        long batchNumber,
        long timestamp,
        Bytes globalExitRoot,
        Bytes coinbase,
        long forkId,
        long chainId,
        Bytes stateRoot,
        @Nullable Debug debug)
        implements ProtobufEntry {
    @Override
    public int entryType() {
        return EntryTypes.UPDATE_GER;
    }
}
