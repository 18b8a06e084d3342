package io.sluice.cli;

import com.esaulpaugh.headlong.rlp.RLPEncoder;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.tx.SignedTransaction;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.KeccakDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.util.BigIntegers;

/** An account with a key of our own making, which signs transactions, always in the same way (RFC 6979). */
final class SampleAccount {
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
    private static final ECDomainParameters DOMAIN = new ECDomainParameters(CURVE);
    private static final BigInteger HALF_ORDER = CURVE.getN().shiftRight(1);
    private static final int ADDRESS_LENGTH = 20;

    private final ECPrivateKeyParameters key;
    private final byte[] address;
    private long nonce;

    SampleAccount(String name) {
        BigInteger secret = new BigInteger(1, keccak(name.getBytes(StandardCharsets.US_ASCII))).mod(CURVE.getN());
        key = new ECPrivateKeyParameters(secret, DOMAIN);
        byte[] point = CURVE.getG().multiply(secret).normalize().getEncoded(false);
        byte[] hash = keccak(Arrays.copyOfRange(point, 1, point.length));
        address = Arrays.copyOfRange(hash, hash.length - ADDRESS_LENGTH, hash.length);
    }

    static byte[] keccak(byte... bytes) {
        KeccakDigest digest = new KeccakDigest(256);
        digest.update(bytes, 0, bytes.length);
        byte[] hash = new byte[digest.getDigestSize()];
        digest.doFinal(hash, 0);
        return hash;
    }

    byte[] address() {
        return address.clone();
    }

    long nextNonce() {
        return nonce++;
    }

    /**
     * Signs a legacy transaction.
     *
     * @param fields nonce to data
     * @param chainId 0 for a signature that holds on every chain
     */
    byte[] signLegacy(List<Object> fields, long chainId) {
        List<Object> signed = new ArrayList<>(fields);
        if (chainId != 0) {
            signed.addAll(List.of(number(chainId), new byte[0], new byte[0]));
        }
        return sign(0, keccak(list(signed)), parity -> {
            List<Object> whole = new ArrayList<>(fields);
            whole.add(number(chainId == 0 ? 27 + parity : 35 + 2 * chainId + parity));
            return whole;
        });
    }

    /** Signs a transaction of type 1, 2 or 3. */
    byte[] signTyped(int type, List<Object> fields) {
        return sign(type, keccak(concat(type, list(fields))), parity -> {
            List<Object> whole = new ArrayList<>(fields);
            whole.add(number(parity));
            return whole;
        });
    }

    /** What stands before r and s, for one parity or the other. */
    private interface UpToParity {
        List<Object> with(int parity);
    }

    private byte[] sign(int type, byte[] hash, UpToParity fields) {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, key);
        BigInteger[] pair = signer.generateSignature(hash);
        BigInteger s = pair[1].compareTo(HALF_ORDER) > 0 ? CURVE.getN().subtract(pair[1]) : pair[1];
        // The one of the two that leads to this account.
        for (int parity = 0; parity < 2; parity++) {
            List<Object> whole = new ArrayList<>(fields.with(parity));
            whole.add(BigIntegers.asUnsignedByteArray(pair[0]));
            whole.add(BigIntegers.asUnsignedByteArray(s));
            byte[] encoded = type == 0 ? list(whole) : concat(type, list(whole));
            if (SignedTransaction.decode(Bytes.of(encoded)).sender().equals(Bytes.of(address))) {
                return encoded;
            }
        }
        throw new AssertionError("neither parity leads to the account that signed");
    }

    static byte[] number(long value) {
        return value == 0 ? new byte[0] : BigIntegers.asUnsignedByteArray(BigInteger.valueOf(value));
    }

    private static byte[] list(List<Object> items) {
        return RLPEncoder.list(items.toArray());
    }

    private static byte[] concat(int type, byte[] list) {
        byte[] typed = new byte[1 + list.length];
        typed[0] = (byte) type;
        System.arraycopy(list, 0, typed, 1, list.length);
        return typed;
    }
}
