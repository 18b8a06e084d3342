package io.sluice.cli;

import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.tx.SignedTransaction;
import io.sluice.zkevm.tx.TransactionException;
import org.jspecify.annotations.Nullable;

/**
 * A transaction's entry, and what its bytes say as far as they can be understood.
 *
 * @param entry what the stream has
 * @param signed null when the bytes are no transaction
 * @param sender null when the bytes are no transaction, or nobody can have signed it
 * @param error why something is missing; null when nothing is
 */
record DecodedTransaction(
        Transaction entry,
        @Nullable SignedTransaction signed,
        @Nullable Bytes sender,
        @Nullable String error) {

    /** Takes it apart, and recovers the sender, which takes some tenths of a millisecond. */
    static DecodedTransaction of(Transaction entry) {
        SignedTransaction signed = null;
        try {
            signed = SignedTransaction.decode(entry.encoded());
            return new DecodedTransaction(entry, signed, signed.sender(), null);
        } catch (TransactionException e) {
            return new DecodedTransaction(entry, signed, null, String.valueOf(e.getMessage()));
        }
    }
}
