package io.sluice.zkevm;

import org.jspecify.annotations.Nullable;

/**
 * A batch begins.
 *
 * @param number the batch's; unsigned
 * @param type how it came to be
 * @param forkId the rules it is executed by; unsigned
 * @param chainId unsigned
 * @param debug null when there is none
 */
public record BatchStart(
        long number,
        BatchType type,
        long forkId,
        long chainId,
        @Nullable Debug debug) implements ProtobufEntry {
    /** One without debug message. */
    public BatchStart(long number, BatchType type, long forkId, long chainId) {
        this(number, type, forkId, chainId, null);
    }

    @Override
    public int entryType() {
        return EntryTypes.BATCH_START;
    }
}
