package io.sluice.zkevm;

/**
 * A block is whole. Older streams have none of these, and the first block of a stream may have none.
 *
 * @param number the block's; unsigned
 */
public record L2BlockEnd(long number) implements ProtobufEntry {
    @Override
    public int entryType() {
        return EntryTypes.L2_BLOCK_END;
    }
}
