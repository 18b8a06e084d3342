package io.sluice.zkevm;

/**
 * A block is whole, in a fixed layout.
 *
 * @param l2BlockNumber unsigned
 * @param l2BlockHash 32 bytes
 * @param stateRoot after it, 32 bytes
 */
public record EndL2Block(long l2BlockNumber, Bytes l2BlockHash, Bytes stateRoot) implements FixedEntry {}
