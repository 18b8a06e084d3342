package io.sluice.core;

import java.nio.ByteBuffer;

/**
 * What a client asks of a server: {@code u64 command, u64 streamType}, then the command's parameters (docs/protocol.md,
 * "Commands").
 */
public sealed interface Command {
    /** The number that stands for the command on the wire. */
    long code();

    /** The stream that is meant. */
    long streamType();

    /** Bytes of the whole command on the wire. */
    default int length() {
        return PREFIX_LENGTH;
    }

    /** Writes the command at the buffer's position. */
    default void putTo(ByteBuffer buffer) {
        buffer.putLong(code()).putLong(streamType());
    }

    /** Bytes of the command's number and the stream type. */
    int PREFIX_LENGTH = 16;

    /** The longest command, in bytes: a range between two bookmarks of 16 bytes. */
    int MAX_LENGTH = PREFIX_LENGTH + 2 * (Integer.BYTES + Bookmark.MAX_LENGTH);

    /** What the numbers of the extension's commands begin with: "Sluice" in ASCII, far from the numbers in use. */
    long EXTENSION = 0x536c_7569_6365_0000L;

    /** Stream from this entry on; {@code fromEntryNumber} is unsigned. */
    record Start(long streamType, long fromEntryNumber) implements Command {
        /** The command's number. */
        public static final long CODE = 1;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int length() {
            return PREFIX_LENGTH + Long.BYTES;
        }

        @Override
        public void putTo(ByteBuffer buffer) {
            Command.super.putTo(buffer);
            buffer.putLong(fromEntryNumber);
        }
    }

    /** End the stream; the session goes on. */
    record Stop(long streamType) implements Command {
        /** The command's number. */
        public static final long CODE = 2;

        @Override
        public long code() {
            return CODE;
        }
    }

    /** Give the stream's header. */
    record Header(long streamType) implements Command {
        /** The command's number. */
        public static final long CODE = 3;

        @Override
        public long code() {
            return CODE;
        }
    }

    /** Stream from the entry of this bookmark on. */
    record StartBookmark(long streamType, Bookmark fromBookmark) implements Command {
        /** The command's number. */
        public static final long CODE = 4;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int length() {
            return PREFIX_LENGTH + Integer.BYTES + fromBookmark.length();
        }

        @Override
        public void putTo(ByteBuffer buffer) {
            Command.super.putTo(buffer);
            putBookmark(buffer, fromBookmark);
        }
    }

    /** Give one entry; {@code entryNumber} is unsigned. */
    record Entry(long streamType, long entryNumber) implements Command {
        /** The command's number. */
        public static final long CODE = 5;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int length() {
            return PREFIX_LENGTH + Long.BYTES;
        }

        @Override
        public void putTo(ByteBuffer buffer) {
            Command.super.putTo(buffer);
            buffer.putLong(entryNumber);
        }
    }

    /** Give the first entry after this bookmark that is no bookmark. */
    record FirstAfterBookmark(long streamType, Bookmark bookmark) implements Command {
        /** The command's number. */
        public static final long CODE = 6;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int length() {
            return PREFIX_LENGTH + Integer.BYTES + bookmark.length();
        }

        @Override
        public void putTo(ByteBuffer buffer) {
            Command.super.putTo(buffer);
            putBookmark(buffer, bookmark);
        }
    }

    /** Give the entries from one bookmark's to the other's, both included. */
    record RangeBookmark(long streamType, Bookmark fromBookmark, Bookmark toBookmark) implements Command {
        /** The command's number. */
        public static final long CODE = 7;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int length() {
            return PREFIX_LENGTH + 2 * Integer.BYTES + fromBookmark.length() + toBookmark.length();
        }

        @Override
        public void putTo(ByteBuffer buffer) {
            Command.super.putTo(buffer);
            putBookmark(buffer, fromBookmark);
            putBookmark(buffer, toBookmark);
        }
    }

    /**
     * Of the extension between Sluice programs (docs/protocol.md, "The extension"): streams on this connection carry
     * marks from now on, and the answer holds one. A server without it answers {@link Result#INVALID_COMMAND}.
     */
    record Extend(long streamType) implements Command {
        /** The command's number. */
        public static final long CODE = EXTENSION | 1;

        @Override
        public long code() {
            return CODE;
        }
    }

    /**
     * Of the extension: which entries of the history of this {@code generation} still stand. The answer is the number of
     * the first that may be another by now, and 2^64-1 when none is.
     */
    record Unchanged(long streamType, long generation) implements Command {
        /** The command's number. */
        public static final long CODE = EXTENSION | 2;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int length() {
            return PREFIX_LENGTH + Long.BYTES;
        }

        @Override
        public void putTo(ByteBuffer buffer) {
            Command.super.putTo(buffer);
            buffer.putLong(generation);
        }
    }

    /** Of the extension, while streaming: send a mark now. The mark, between entries, is the answer; there is no result. */
    record Mark(long streamType) implements Command {
        /** The command's number. */
        public static final long CODE = EXTENSION | 3;

        @Override
        public long code() {
            return CODE;
        }
    }

    /** A number that stands for no command. What follows it on the wire cannot be understood. */
    record Unknown(long code, long streamType) implements Command {}

    private static void putBookmark(ByteBuffer buffer, Bookmark bookmark) {
        buffer.putInt(bookmark.length());
        bookmark.putTo(buffer);
    }
}
