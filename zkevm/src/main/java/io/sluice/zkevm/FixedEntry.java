package io.sluice.zkevm;

/**
 * What an entry of a fixed layout says, as they were before June 2024. They are read and never written.
 *
 * @see Generation#BIG_ENDIAN
 * @see Generation#LITTLE_ENDIAN
 */
public sealed interface FixedEntry extends ZkevmEntry permits StartL2Block, L2Tx, EndL2Block {}
