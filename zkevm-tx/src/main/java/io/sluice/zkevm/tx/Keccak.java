package io.sluice.zkevm.tx;

import io.sluice.zkevm.Bytes;
import org.bouncycastle.crypto.digests.KeccakDigest;

/** The hash function of Ethereum, which is not quite SHA3-256. */
final class Keccak {
    static final int LENGTH = 32;

    private Keccak() {}

    static Bytes hash256(byte[] bytes) {
        return Bytes.of(hash(bytes));
    }

    static byte[] hash(byte[] bytes) {
        KeccakDigest digest = new KeccakDigest(8 * LENGTH);
        digest.update(bytes, 0, bytes.length);
        byte[] hash = new byte[LENGTH];
        digest.doFinal(hash, 0);
        return hash;
    }
}
