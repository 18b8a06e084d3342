package io.sluice.zkevm;

/**
 * What an entry says. {@link Generation#decode} makes it of an {@link io.sluice.core.Entry}.
 *
 * <p>Unsigned numbers of 64 bits are {@code long}, to be compared and printed unsigned; those of 32 bits are
 * {@code long} too, from 0 to 2^32-1. Bytes have the length that the entry gives them: a hash has 32 and an address
 * has 20 in all streams that were seen, and a field that is left out has none.
 *
 * <p><b>Threading:</b> all of them are immutable.
 */
public sealed interface ZkevmEntry permits ProtobufEntry, FixedEntry, UnknownEntry {}
