package io.sluice.zkevm.tx;

import io.sluice.zkevm.Bytes;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A signed transaction of type 0 (legacy), 1 (EIP-2930), 2 (EIP-1559) or 3 (EIP-4844).
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param type 0 to 3
 * @param hash Keccak-256 of its bytes: the name it goes by, 32 bytes
 * @param chainId null for one of type 0 that holds on every chain (before EIP-155)
 * @param nonce unsigned
 * @param gasLimit in units of gas; unsigned
 * @param maxFeePerGas in wei for a unit of gas; of types 0 and 1 their gas price
 * @param maxPriorityFeePerGas in wei for a unit of gas; of types 0 and 1 their gas price
 * @param to 20 bytes; null when a contract is created
 * @param value in wei
 * @param data the call's, or the code that creates a contract
 * @param accessList none in type 0
 * @param maxFeePerBlobGas in wei for a unit of gas, of type 3; 0 in others
 * @param blobHashes 32 bytes each, of type 3; none in others
 * @param signature what the sender is known by
 */
public record SignedTransaction(
        int type,
        Bytes hash,
        @Nullable BigInteger chainId,
        long nonce,
        long gasLimit,
        BigInteger maxFeePerGas,
        BigInteger maxPriorityFeePerGas,
        @Nullable Bytes to,
        BigInteger value,
        Bytes data,
        List<AccessListItem> accessList,
        BigInteger maxFeePerBlobGas,
        List<Bytes> blobHashes,
        Signature signature) {
    /** Copies the lists. */
    public SignedTransaction {
        accessList = List.copyOf(accessList);
        blobHashes = List.copyOf(blobHashes);
    }

    /**
     * Takes the field {@code encoded} of a transaction entry apart.
     *
     * @param encoded a list in RLP (type 0), or a type and a list, or these two in an RLP string
     * @throws TransactionException when it is none of these, or anything is left over
     */
    public static SignedTransaction decode(Bytes encoded) {
        return TransactionFormat.decode(encoded.toArray(), Keccak::hash256);
    }

    /**
     * Looks whether {@link #decode} can take this apart, in a small part of its time: no hash is computed.
     *
     * @throws TransactionException when it cannot
     */
    public static void check(Bytes encoded) {
        TransactionFormat.decode(encoded.toArray(), bytes -> Bytes.EMPTY);
    }

    /**
     * The address of the account that signed it, 20 bytes. It is computed each time, which takes some tenths of a
     * millisecond.
     *
     * @throws TransactionException when nobody can have made this signature
     */
    public Bytes sender() {
        return Secp256k1.signer(signature);
    }
}
