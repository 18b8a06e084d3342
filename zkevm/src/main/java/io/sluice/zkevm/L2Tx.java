package io.sluice.zkevm;

/**
 * A transaction of the block before it, in a fixed layout.
 *
 * @param effectiveGasPricePercentage 0 to 255, see {@link Transaction}
 * @param valid whether the sequencer found it valid
 * @param stateRoot after it, 32 bytes; none before December 2023
 * @param encoded the signed transaction, see {@link Transaction}
 */
public record L2Tx(int effectiveGasPricePercentage, boolean valid, Bytes stateRoot, Bytes encoded)
        implements FixedEntry {}
