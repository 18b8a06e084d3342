package io.sluice.zkevm.tx;

import io.sluice.zkevm.Bytes;
import java.math.BigInteger;

/**
 * The signature of a transaction, on the curve secp256k1.
 *
 * @param yParity 0 or 1: which of the two points with this r
 * @param r of 32 bytes at most
 * @param s of 32 bytes at most
 * @param signedHash Keccak-256 of what was signed, 32 bytes
 */
public record Signature(int yParity, BigInteger r, BigInteger s, Bytes signedHash) {}
