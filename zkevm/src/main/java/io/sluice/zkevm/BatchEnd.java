package io.sluice.zkevm;

import org.jspecify.annotations.Nullable;

/**
 * A batch is closed.
 *
 * @param number the batch's; unsigned
 * @param localExitRoot 32 bytes
 * @param stateRoot after its last block, 32 bytes
 * @param debug null when there is none
 */
public record BatchEnd(
        long number,
        Bytes localExitRoot,
        Bytes stateRoot,
        @Nullable Debug debug) implements ProtobufEntry {
    /** One without debug message. */
    public BatchEnd(long number, Bytes localExitRoot, Bytes stateRoot) {
        this(number, localExitRoot, stateRoot, null);
    }

    @Override
    public int entryType() {
        return EntryTypes.BATCH_END;
    }
}
