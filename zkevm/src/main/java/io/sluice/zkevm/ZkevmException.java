package io.sluice.zkevm;

/**
 * An entry that cannot be, by itself or where it stands. It names the entry.
 *
 * <p><b>Threading:</b> immutable.
 */
public sealed class ZkevmException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long entryNumber;
    private final String reason;

    private ZkevmException(long entryNumber, String message) {
        super("Entry " + Long.toUnsignedString(entryNumber) + ": " + message);
        this.entryNumber = entryNumber;
        this.reason = message;
    }

    /** The message without the entry's number. */
    String reason() {
        return reason;
    }

    /** The number of the entry at which it was noticed; unsigned. */
    public long entryNumber() {
        return entryNumber;
    }

    /** The bytes of the entry are not what its type says they are. */
    public static final class BadEntry extends ZkevmException {
        private static final long serialVersionUID = 1;

        BadEntry(long entryNumber, String message) {
            super(entryNumber, message);
        }
    }

    /** The entry is sound, but cannot follow those before it. */
    public static final class BadSequence extends ZkevmException {
        private static final long serialVersionUID = 1;

        BadSequence(long entryNumber, String message) {
            super(entryNumber, message);
        }
    }

    /** With this entry a block or a batch takes more memory than was allowed for one. */
    public static final class TooLarge extends ZkevmException {
        private static final long serialVersionUID = 1;

        TooLarge(long entryNumber, String message) {
            super(entryNumber, message);
        }
    }
}
