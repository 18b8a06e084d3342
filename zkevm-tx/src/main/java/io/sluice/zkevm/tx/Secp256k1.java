package io.sluice.zkevm.tx;

import io.sluice.zkevm.Bytes;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;

/** Finds the public key that a signature was made with (SEC 1, section 4.1.6), and the address that stands for it. */
final class Secp256k1 {
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
    private static final int COORDINATE = 32;
    private static final int ADDRESS = 20;

    private Secp256k1() {}

    static Bytes signer(Signature signature) {
        byte[] key = publicKey(signature).getEncoded(false);
        // The address is the end of the hash of both coordinates, without the byte in front that says "uncompressed".
        byte[] hash = Keccak.hash(Arrays.copyOfRange(key, 1, key.length));
        return Bytes.of(Arrays.copyOfRange(hash, hash.length - ADDRESS, hash.length));
    }

    private static ECPoint publicKey(Signature signature) {
        BigInteger order = CURVE.getN();
        checkRange("r", signature.r(), order);
        checkRange("s", signature.s(), order);
        ECPoint point = pointWith(signature.r(), signature.yParity());
        BigInteger e = new BigInteger(1, signature.signedHash().toArray());
        BigInteger inverse = signature.r().modInverse(order);
        BigInteger ofBase = e.negate().multiply(inverse).mod(order);
        BigInteger ofPoint = signature.s().multiply(inverse).mod(order);
        ECPoint key = ECAlgorithms.sumOfTwoMultiplies(CURVE.getG(), ofBase, point, ofPoint)
                .normalize();
        if (key.isInfinity()) {
            throw new TransactionException("The signature belongs to no key.");
        }
        return key;
    }

    private static void checkRange(String name, BigInteger value, BigInteger order) {
        if (value.signum() <= 0 || value.compareTo(order) >= 0) {
            throw new TransactionException(
                    "The signature's " + name + " is " + value + ", and must be 1 to the order of the curve less 1.");
        }
    }

    private static ECPoint pointWith(BigInteger x, int yParity) {
        byte[] compressed = new byte[1 + COORDINATE];
        compressed[0] = (byte) (2 + yParity);
        System.arraycopy(BigIntegers.asUnsignedByteArray(COORDINATE, x), 0, compressed, 1, COORDINATE);
        try {
            return CURVE.getCurve().decodePoint(compressed);
        } catch (IllegalArgumentException e) {
            throw new TransactionException("The signature's r is no point of the curve.", e);
        }
    }
}
