package io.sluice.core;

import org.jspecify.annotations.Nullable;

/**
 * The family of errors of a {@link StreamSource}. Each misuse has a class of its own, so that a caller can tell apart
 * what it wants to tolerate; a misuse never harms the operation, the stream or the server. {@link DiskFull},
 * {@link OperationFailed} and {@link Stopped} are no misuses: they tell that the stream could not take an operation.
 * {@link Unreachable}, {@link Refused}, {@link LeaseHeld}, {@link Fenced} and {@link OutcomeUnknown} come
 * from a source behind a connection only.
 */
public abstract class StreamSourceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private StreamSourceException(String message) {
        super(message);
    }

    private StreamSourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    private static String unsigned(long number) {
        return Long.toUnsignedString(number);
    }

    /** A call that needs an open operation, while none is open. Harmless: real producers roll back after each commit. */
    public static final class NoOpenOperation extends StreamSourceException {
        private static final long serialVersionUID = 1;

        private NoOpenOperation(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        static NoOpenOperation told(String message) {
            return new NoOpenOperation(message, null);
        }

        /** @param call the function that was called */
        public NoOpenOperation(String call) {
            super(call + " needs an open atomic operation: call startAtomicOp first.");
        }
    }

    /** A second {@code startAtomicOp} before the commit or rollback of the first. */
    public static final class OperationAlreadyOpen extends StreamSourceException {
        private static final long serialVersionUID = 1;

        OperationAlreadyOpen(String message) {
            super(message);
        }

        /** @param firstNumber the first entry number of the open operation */
        public OperationAlreadyOpen(long firstNumber) {
            super("An atomic operation is open already, from entry " + unsigned(firstNumber)
                    + " on: commit it or roll it back first.");
        }
    }

    /** An administrative change while an operation is open or not yet committed. */
    public static final class OperationPending extends StreamSourceException {
        private static final long serialVersionUID = 1;

        private OperationPending(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        static OperationPending told(String message) {
            return new OperationPending(message, null);
        }

        /** @param call the function that was called */
        public OperationPending(String call) {
            super(call + " is not possible while an atomic operation is open or on its way:"
                    + " commit it or roll it back, and wait for the commit.");
        }
    }

    /** An entry number that the stream has not given out, neither committed nor in the open operation. */
    public static final class UnknownEntryNumber extends StreamSourceException {
        private static final long serialVersionUID = 1;

        UnknownEntryNumber(String message) {
            super(message);
        }

        /**
         * @param number what was asked for
         * @param nextNumber the first number not given out yet
         */
        public UnknownEntryNumber(long number, long nextNumber) {
            super("There is no entry " + unsigned(number) + ": the next number to be given out is "
                    + unsigned(nextNumber) + ".");
        }
    }

    /** An update of an entry that is committed, or on its way, already. */
    public static final class NotInOpenOperation extends StreamSourceException {
        private static final long serialVersionUID = 1;

        NotInOpenOperation(String message) {
            super(message);
        }

        /**
         * @param number what was asked for
         * @param firstNumber the first entry number of the open operation
         */
        public NotInOpenOperation(long number, long firstNumber) {
            super("Entry " + unsigned(number) + " is not in the open operation, which begins at entry "
                    + unsigned(firstNumber) + ": committed entries can be changed by rewriteCommittedEntry only.");
        }
    }

    /** New data for an entry under another type than it has. */
    public static final class WrongEntryType extends StreamSourceException {
        private static final long serialVersionUID = 1;

        WrongEntryType(String message) {
            super(message);
        }

        /**
         * @param number the entry
         * @param type the type that was given
         * @param actualType the type it has
         */
        public WrongEntryType(long number, int type, int actualType) {
            super("Entry " + unsigned(number) + " has type " + Integer.toUnsignedString(actualType) + ", not "
                    + Integer.toUnsignedString(type) + ".");
        }
    }

    /** A rewrite of a committed entry with data of another length. */
    public static final class WrongDataLength extends StreamSourceException {
        private static final long serialVersionUID = 1;

        WrongDataLength(String message) {
            super(message);
        }

        /**
         * @param number the entry
         * @param length bytes given
         * @param actualLength bytes it has
         */
        public WrongDataLength(long number, int length, int actualLength) {
            super("Entry " + unsigned(number) + " has " + actualLength + " bytes of data, not " + length
                    + ": a committed entry keeps its length.");
        }
    }

    /** An entry type that the application cannot use. */
    public static final class ReservedEntryType extends StreamSourceException {
        private static final long serialVersionUID = 1;

        ReservedEntryType(String message) {
            super(message);
        }

        /** @param type what was given */
        public ReservedEntryType(int type) {
            super(
                    type == EntryFormat.TYPE_BOOKMARK
                            ? "Entry type 0xb0 is that of bookmarks: call addStreamBookmark."
                            : "Entry type 0x" + Integer.toHexString(type) + " is reserved: it means \"not found\".");
        }
    }

    /** A bookmark without bytes, or with too many. */
    public static final class InvalidBookmark extends StreamSourceException {
        private static final long serialVersionUID = 1;

        InvalidBookmark(String message) {
            super(message);
        }

        /** @param length its bytes */
        public InvalidBookmark(int length) {
            super("A bookmark has 1 to " + Bookmark.MAX_LENGTH + " bytes, not " + length + ".");
        }
    }

    /** An entry that does not fit into a page of the stream file. */
    public static final class EntryTooLarge extends StreamSourceException {
        private static final long serialVersionUID = 1;

        EntryTooLarge(String message) {
            super(message);
        }

        /**
         * @param length bytes of data given
         * @param maxLength the most that fits
         */
        public EntryTooLarge(int length, int maxLength) {
            super("An entry carries at most " + maxLength + " bytes of data, not " + length + ".");
        }
    }

    /** No committed entry has this number, or none that is no bookmark follows the bookmark. */
    public static final class EntryNotFound extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /** @param message what was looked for, and how far the stream reaches */
        public EntryNotFound(String message) {
            super(message);
        }

        /**
         * @param number what was asked for
         * @param totalEntries how many are committed
         */
        public static EntryNotFound beyondEnd(long number, long totalEntries) {
            return new EntryNotFound("Entry " + unsigned(number) + " is not committed: the stream has "
                    + unsigned(totalEntries) + " entries.");
        }
    }

    /** No committed entry holds this bookmark. */
    public static final class BookmarkNotFound extends StreamSourceException {
        private static final long serialVersionUID = 1;

        BookmarkNotFound(String message) {
            super(message);
        }

        /** @param bookmark what was asked for */
        public BookmarkNotFound(Bookmark bookmark) {
            super("Bookmark " + bookmark + " is not in the stream.");
        }
    }

    /** A range whose first bookmark comes after its second. */
    public static final class BookmarkRangeReversed extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /** @param message what runs backwards */
        public BookmarkRangeReversed(String message) {
            super(message);
        }

        /**
         * @param from first bookmark
         * @param fromNumber its entry
         * @param to second bookmark
         * @param toNumber its entry
         */
        public BookmarkRangeReversed(Bookmark from, long fromNumber, Bookmark to, long toNumber) {
            super("The range runs backwards: bookmark " + from + " is entry " + unsigned(fromNumber) + ", bookmark "
                    + to + " is entry " + unsigned(toNumber) + ".");
        }
    }

    /** There was no room on the disk. This operation and those queued behind it are dropped; the next may succeed. */
    public static final class DiskFull extends StreamSourceException {
        private static final long serialVersionUID = 1;

        DiskFull(String message) {
            super(message);
        }

        /**
         * @param message which file, and how much was wanted
         * @param cause what the disk said
         */
        public DiskFull(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The open operation could not be laid out, for want of memory say: it can only be rolled back. */
    public static final class OperationFailed extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /** @param message what happened */
        public OperationFailed(String message) {
            super(message);
        }

        /**
         * @param message what happened
         * @param cause why
         */
        public OperationFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The stream takes nothing more: it was closed, or a write or force failed and nobody knows what the disk holds. An
     * operation that was on its way at that moment may be found committed when the stream is opened the next time.
     */
    public static final class Stopped extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /** @param message why */
        public Stopped(String message) {
            super(message);
        }

        /**
         * @param message why
         * @param cause the failure
         */
        public Stopped(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Nothing was heard of the server until the deadline. What was called for has not happened, and will not. */
    public static final class Unreachable extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /**
         * @param message which server, and for how long
         * @param cause the last failure of the connection, or null
         */
        public Unreachable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The server does not want this source: its token, its certificate, the stream type or the version of the protocol. */
    public static final class Refused extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /** @param message what the server does not want, and what it would */
        public Refused(String message) {
            super(message);
        }
    }

    /** Another source has the lease of the stream. */
    public static final class LeaseHeld extends StreamSourceException {
        private static final long serialVersionUID = 1;

        private final transient LeaseHolder holder;

        /** @param holder who has it */
        public LeaseHeld(LeaseHolder holder) {
            super("Another source has the lease of the stream: " + holder.address() + ", since " + holder.since()
                    + (holder.isConnected()
                            ? "."
                            : ". It is not connected, and loses the lease in " + holder.endsInMillis()
                                    + " ms unless it comes back."));
            this.holder = holder;
        }

        /** Who has it. */
        public LeaseHolder holder() {
            return holder;
        }
    }

    /** Another source has, or had, the lease that this one had: it can change nothing any more, and what it calls for fails. */
    public static final class Fenced extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /** @param message who has taken the lease */
        public Fenced(String message) {
            super(message);
        }
    }

    /** What is committed was truncated or rewritten, or lost with the power, by others than this source. */
    public static final class HistoryChanged extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /** @param message what was there, and what is there now */
        public HistoryChanged(String message) {
            super(message);
        }
    }

    /**
     * The connection broke before the answer, and it cannot be found out any more whether the operation was committed, or
     * the change made: nobody answered in time, the lease was lost, or the history was changed.
     */
    public static final class OutcomeUnknown extends StreamSourceException {
        private static final long serialVersionUID = 1;

        /**
         * @param message which operation, and why it is not known
         * @param cause the failure of the connection, or null
         */
        public OutcomeUnknown(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
