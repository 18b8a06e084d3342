package io.sluice.core;

import java.nio.ByteBuffer;

/**
 * What a stream source says to a server: {@code u64 command, u64 streamType, u32 length}, then {@code length} bytes of
 * parameters (docs/protocol.md, "The source protocol"). These are the messages of a connection and of an operation;
 * {@link SourceRequest} has those that ask for an answer of their own.
 */
public sealed interface SourceMessage
        permits SourceMessage.AddBookmark,
                SourceMessage.AddEntry,
                SourceMessage.Commit,
                SourceMessage.Greet,
                SourceMessage.Rollback,
                SourceMessage.Start,
                SourceMessage.UpdateEntry,
                SourceRequest {
    /** The number that stands for the message on the wire. */
    long code();

    /** The stream that is meant. */
    long streamType();

    /** Bytes of the parameters. */
    int parametersLength();

    /** Writes the parameters at the buffer's position. */
    void putParametersTo(ByteBuffer buffer);

    /** Bytes of the whole message on the wire. */
    default int length() {
        return PREFIX_LENGTH + parametersLength();
    }

    /** Writes the message at the buffer's position. */
    default void putTo(ByteBuffer buffer) {
        buffer.putLong(code()).putLong(streamType()).putInt(parametersLength());
        putParametersTo(buffer);
    }

    /** The version of the protocol that this is. */
    int VERSION = 1;

    /** Bytes of a message before its parameters. */
    int PREFIX_LENGTH = 20;

    /** The longest parameters, in bytes: those of {@link SourceRequest.Rewrite} with the longest data. */
    int MAX_PARAMETERS_LENGTH = 2 * Long.BYTES + Integer.BYTES + EntryFormat.MAX_DATA_LENGTH;

    /** The longest token of a greeting, in bytes. */
    int MAX_TOKEN_LENGTH = 1024;

    /** Why a source wants the lease. */
    enum Claim {
        /** It wants the lease if nobody else has it; another run of this source is nobody else. */
        NEW(0),

        /** This run had the lease, and wants it only if nobody else, and no other run, had it since. */
        CONTINUE(1),

        /** Whoever has the lease is to lose it. */
        TAKE_OVER(2);

        private final int code;

        Claim(int code) {
            this.code = code;
        }

        /** The byte that stands for it on the wire. */
        int code() {
            return code;
        }

        static Claim of(int code) {
            for (Claim claim : values()) {
                if (claim.code == code) {
                    return claim;
                }
            }
            throw new ProtocolException("A claim is 0, 1 or 2, not " + code + ".");
        }
    }

    /**
     * The first message of a connection: who the source is.
     *
     * @param sourceId what the source calls itself, the same after a restart too, if it wants to go on then; random, not 0
     * @param instance which run of that source this is, the same each time it connects; random, and not 0
     * @param generation the history that the source knows, from the grant or the change before; 0 for none
     * @param token the shared secret, or nothing; at most {@link #MAX_TOKEN_LENGTH} bytes. The array is not copied
     */
    record Greet(long streamType, int version, Claim claim, long sourceId, long instance, long generation, byte[] token)
            implements SourceMessage {
        /** The message's number. */
        public static final long CODE = 101;

        /** Bytes of the parameters before the token. */
        static final int FIXED_LENGTH = Integer.BYTES + 1 + 3 * Long.BYTES;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return FIXED_LENGTH + token.length;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putInt(version).put((byte) claim.code());
            buffer.putLong(sourceId).putLong(instance).putLong(generation).put(token);
        }
    }

    /**
     * startAtomicOp.
     *
     * @param operation the number of the operation among the source's requests, by which its commit is answered; not 0
     * @param firstNumber the number that its first entry gets: the stream's next one
     */
    record Start(long streamType, long operation, long firstNumber) implements SourceMessage {
        /** The message's number. */
        public static final long CODE = 102;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 2 * Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(operation).putLong(firstNumber);
        }
    }

    /**
     * addStreamEntry.
     *
     * @param number the number that the entry gets
     * @param data the array is not copied
     */
    record AddEntry(long streamType, long number, int entryType, byte[] data) implements SourceMessage {
        /** The message's number. */
        public static final long CODE = 103;

        /** Bytes of the whole message with data of this length. */
        public static int length(int dataLength) {
            return PREFIX_LENGTH + Long.BYTES + Integer.BYTES + dataLength;
        }

        /** Writes the message at the buffer's position, as {@link #putTo} does, but without an object for each entry. */
        public static void put(ByteBuffer buffer, long streamType, long number, int entryType, byte[] data) {
            buffer.putLong(CODE).putLong(streamType).putInt(Long.BYTES + Integer.BYTES + data.length);
            buffer.putLong(number).putInt(entryType).put(data);
        }

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES + Integer.BYTES + data.length;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(number).putInt(entryType).put(data);
        }
    }

    /**
     * addStreamBookmark.
     *
     * @param number the number that the entry gets
     */
    record AddBookmark(long streamType, long number, Bookmark bookmark) implements SourceMessage {
        /** The message's number. */
        public static final long CODE = 104;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES + bookmark.length();
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            bookmark.putTo(buffer.putLong(number));
        }
    }

    /**
     * updateEntryData.
     *
     * @param data the array is not copied
     */
    record UpdateEntry(long streamType, long number, int entryType, byte[] data) implements SourceMessage {
        /** The message's number. */
        public static final long CODE = 105;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES + Integer.BYTES + data.length;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(number).putInt(entryType).put(data);
        }
    }

    /**
     * commitAtomicOp.
     *
     * @param operation as in the operation's start
     * @param endNumber the number after its last entry
     * @param checksum of the operation, see {@link EntryChecksum}
     */
    record Commit(long streamType, long operation, long endNumber, long checksum) implements SourceMessage {
        /** The message's number. */
        public static final long CODE = 106;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 3 * Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(operation).putLong(endNumber).putLong(checksum);
        }
    }

    /**
     * rollbackAtomicOp.
     *
     * @param operation as in the operation's start
     */
    record Rollback(long streamType, long operation) implements SourceMessage {
        /** The message's number. */
        public static final long CODE = 107;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(operation);
        }
    }
}
