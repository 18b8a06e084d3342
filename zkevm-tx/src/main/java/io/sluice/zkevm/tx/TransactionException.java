package io.sluice.zkevm.tx;

/** Bytes that are no signed transaction of a known type, or whose signature nobody can have made. */
public class TransactionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TransactionException(String message) {
        super(message);
    }

    TransactionException(String message, Throwable cause) {
        super(message, cause);
    }
}
