package io.sluice.zkevm.tx;

import com.esaulpaugh.headlong.rlp.RLPDecoder;
import com.esaulpaugh.headlong.rlp.RLPEncoder;
import com.esaulpaugh.headlong.rlp.RLPItem;
import io.sluice.zkevm.Bytes;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of signed transactions apart. The fields are those of the yellow paper (type 0), with EIP-155, and of
 * EIP-2930, EIP-1559 and EIP-4844; the last one as it stands in a block, without blobs.
 */
final class TransactionFormat {
    private static final int LEGACY_FIELDS = 9;
    private static final int ACCESS_LIST_FIELDS = 11;
    private static final int DYNAMIC_FEE_FIELDS = 12;
    private static final int BLOB_FIELDS = 14;

    /** The last three: those of the signature. */
    private static final int SIGNATURE_FIELDS = 3;

    private static final int FIRST_LIST_BYTE = 0xc0;
    private static final int FIRST_STRING_BYTE = 0x80;

    private static final BigInteger V_OF_ANY_CHAIN = BigInteger.valueOf(27);
    private static final BigInteger V_OF_CHAIN_0 = BigInteger.valueOf(35);

    private TransactionFormat() {}

    /** @param hash Keccak-256, or something quicker when nobody wants to know the hashes */
    static SignedTransaction decode(byte[] encoded, Function<byte[], Bytes> hash) {
        try {
            byte[] bare = unwrap(encoded);
            int first = first(bare);
            if (first >= FIRST_LIST_BYTE) {
                return legacy(bare, hash);
            }
            return typed(first, bare, hash);
        } catch (IllegalArgumentException e) {
            // What headlong throws for bytes that are no RLP.
            throw new TransactionException("This is no RLP: " + e.getMessage(), e);
        }
    }

    private static int first(byte[] bytes) {
        if (bytes.length == 0) {
            throw new TransactionException("A transaction has at least one byte.");
        }
        return Byte.toUnsignedInt(bytes[0]);
    }

    /** Without the string that a typed transaction may be wrapped in. */
    private static byte[] unwrap(byte[] encoded) {
        int first = first(encoded);
        if (first < FIRST_STRING_BYTE || first >= FIRST_LIST_BYTE) {
            return encoded;
        }
        byte[] bare = whole(encoded, 0).data();
        int type = first(bare);
        if (type >= FIRST_STRING_BYTE) {
            throw new TransactionException("What is wrapped in a string begins with a type, and this with " + type);
        }
        return bare;
    }

    /** The item that begins there, which must reach the end. */
    private static RLPItem whole(byte[] bytes, int index) {
        if (index >= bytes.length) {
            throw new TransactionException("A typed transaction goes on after its type.");
        }
        RLPItem item = RLPDecoder.RLP_STRICT.wrapItem(bytes, index);
        if (item.endIndex != bytes.length) {
            throw new TransactionException((bytes.length - item.endIndex) + " bytes follow the transaction.");
        }
        return item;
    }

    private static SignedTransaction legacy(byte[] bare, Function<byte[], Bytes> hash) {
        Fields fields = Fields.of(whole(bare, 0), LEGACY_FIELDS);
        long nonce = fields.uint64("nonce");
        BigInteger gasPrice = fields.number("gasPrice");
        long gasLimit = fields.uint64("gasLimit");
        Bytes to = fields.addressOrNone("to");
        BigInteger value = fields.number("value");
        Bytes data = fields.bytes("data");
        BigInteger v = fields.number("v");
        BigInteger chainId = chainId(v);
        BigInteger parity =
                v.subtract(chainId == null ? V_OF_ANY_CHAIN : V_OF_CHAIN_0).and(BigInteger.ONE);
        Signature signature = new Signature(
                parity.intValue(), fields.number("r"), fields.number("s"), hash.apply(signed(fields, chainId)));
        return new SignedTransaction(
                0,
                hash.apply(bare),
                chainId,
                nonce,
                gasLimit,
                gasPrice,
                gasPrice,
                to,
                value,
                data,
                List.of(),
                BigInteger.ZERO,
                List.of(),
                signature);
    }

    /** EIP-155: v is 27 or 28 on any chain, and 35 or 36 and twice the number of the chain on that one. */
    private static @Nullable BigInteger chainId(BigInteger v) {
        if (v.compareTo(V_OF_CHAIN_0) >= 0) {
            return v.subtract(V_OF_CHAIN_0).shiftRight(1);
        }
        if (v.equals(V_OF_ANY_CHAIN) || v.equals(V_OF_ANY_CHAIN.add(BigInteger.ONE))) {
            return null;
        }
        throw new TransactionException("v is " + v + ", and must be 27, 28, or 35 and more.");
    }

    private static byte[] signed(Fields fields, @Nullable BigInteger chainId) {
        int unsigned = LEGACY_FIELDS - SIGNATURE_FIELDS;
        if (chainId == null) {
            return fields.encodeFirst(unsigned);
        }
        RLPItem none = item(new byte[0]);
        byte[] chain = chainId.signum() == 0 ? new byte[0] : BigIntegers.asUnsignedByteArray(chainId);
        return fields.encodeFirst(unsigned, item(chain), none, none);
    }

    private static RLPItem item(byte[] string) {
        return RLPDecoder.RLP_STRICT.wrapItem(RLPEncoder.string(string));
    }

    private static SignedTransaction typed(int type, byte[] bare, Function<byte[], Bytes> hash) {
        int count = switch (type) {
            case 1 -> ACCESS_LIST_FIELDS;
            case 2 -> DYNAMIC_FEE_FIELDS;
            case 3 -> BLOB_FIELDS;
            default -> throw new TransactionException("Transactions of type " + type + " are not known, but 0 to 3.");
        };
        Fields fields = Fields.of(whole(bare, 1), count);
        BigInteger chainId = fields.number("chainId");
        long nonce = fields.uint64("nonce");
        BigInteger priority = fields.number(type == 1 ? "gasPrice" : "maxPriorityFeePerGas");
        BigInteger max = type == 1 ? priority : fields.number("maxFeePerGas");
        return new SignedTransaction(
                type,
                hash.apply(bare),
                chainId,
                nonce,
                fields.uint64("gasLimit"),
                max,
                priority,
                type == 3 ? fields.address("to") : fields.addressOrNone("to"),
                fields.number("value"),
                fields.bytes("data"),
                fields.accessList(),
                type == 3 ? fields.number("maxFeePerBlobGas") : BigInteger.ZERO,
                type == 3 ? fields.words("blobVersionedHashes") : List.of(),
                signature(type, fields, count - SIGNATURE_FIELDS, hash));
    }

    private static Signature signature(int type, Fields fields, int unsigned, Function<byte[], Bytes> hash) {
        BigInteger parity = fields.number("yParity");
        if (parity.bitLength() > 1) {
            throw new TransactionException("yParity is " + parity + ", and must be 0 or 1.");
        }
        byte[] list = fields.encodeFirst(unsigned);
        byte[] signed = new byte[1 + list.length];
        signed[0] = (byte) type;
        System.arraycopy(list, 0, signed, 1, list.length);
        return new Signature(parity.intValue(), fields.number("r"), fields.number("s"), hash.apply(signed));
    }
}
