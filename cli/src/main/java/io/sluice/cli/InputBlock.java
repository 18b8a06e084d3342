package io.sluice.cli;

import io.sluice.zkevm.Bytes;
import java.util.List;

/**
 * A block of an input of {@code sluice import}: what of it goes into a stream.
 *
 * @param timestamp in seconds since 1970
 * @param hash 32 bytes; none when its transactions are not those of one block of the input
 * @param stateRoot after it, 32 bytes
 * @param coinbase 20 bytes
 * @param gasLimit in units of gas
 * @param transactions signed ones, in order
 * @param chainId that of the first transaction which has one; 0 when none has
 */
record InputBlock(
        long timestamp,
        Bytes hash,
        Bytes stateRoot,
        Bytes coinbase,
        long gasLimit,
        List<Bytes> transactions,
        long chainId) {
    /** With other transactions than those that its hash is of. */
    InputBlock with(List<Bytes> others) {
        return new InputBlock(timestamp, Bytes.EMPTY, stateRoot, coinbase, gasLimit, List.copyOf(others), chainId);
    }

    /** At another time. */
    InputBlock at(long newTimestamp) {
        return new InputBlock(newTimestamp, hash, stateRoot, coinbase, gasLimit, transactions, chainId);
    }
}
