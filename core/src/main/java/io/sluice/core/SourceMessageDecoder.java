package io.sluice.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source's messages from bytes that arrive in any fragmentation. It keeps no bytes of its own: what is not a whole
 * message yet stays in the caller's buffer.
 *
 * <p><b>Threading:</b> stateless.
 */
public final class SourceMessageDecoder {
    private SourceMessageDecoder() {}

    /**
     * Checks the beginning of a message, as far as it is there, before more of it is awaited.
     *
     * @param greeted whether the greeting is over: before it nothing else is allowed, and nothing long
     * @return bytes of the whole message, or -1 when too little is there to tell
     * @throws UnknownMessage when it has a number that no message has
     * @throws ProtocolException when it is longer than a message can be
     */
    public static int lengthOf(ByteBuffer buffer, boolean greeted) {
        int start = buffer.position();
        if (buffer.remaining() < Long.BYTES) {
            return -1;
        }
        long code = buffer.getLong(start);
        if (Long.compareUnsigned(code, SourceMessage.Greet.CODE) < 0
                || Long.compareUnsigned(code, SourceRequest.Close.CODE) > 0) {
            throw new UnknownMessage(code);
        }
        if (!greeted && code != SourceMessage.Greet.CODE) {
            throw new ProtocolException("A source greets first, with message " + SourceMessage.Greet.CODE
                    + "; this one began with message " + code + ".");
        }
        if (buffer.remaining() < SourceMessage.PREFIX_LENGTH) {
            return -1;
        }
        int length = buffer.getInt(start + 2 * Long.BYTES);
        int max = code == SourceMessage.Greet.CODE
                ? SourceMessage.Greet.FIXED_LENGTH + SourceMessage.MAX_TOKEN_LENGTH
                : SourceMessage.MAX_PARAMETERS_LENGTH;
        if (length < 0 || length > max) {
            throw new ProtocolException("The parameters of message " + code + " have at most " + max + " bytes, not "
                    + Integer.toUnsignedString(length) + ".");
        }
        return SourceMessage.PREFIX_LENGTH + length;
    }

    /**
     * Reads one message at the buffer's position, if all of it is there; otherwise nothing is consumed.
     *
     * @param greeted as in {@link #lengthOf}
     * @return null when bytes are missing
     * @throws UnknownMessage when it has a number that no message has
     * @throws UnknownVersion when it is a greeting of a version that this is not
     * @throws ProtocolException when the bytes cannot be a message
     */
    public static @Nullable SourceMessage read(ByteBuffer buffer, boolean greeted) {
        int length = lengthOf(buffer, greeted);
        if (length < 0 || buffer.remaining() < length) {
            return null;
        }
        int start = buffer.position();
        Taker parameters = new Taker(buffer, start + SourceMessage.PREFIX_LENGTH, start + length);
        SourceMessage message = read(buffer.getLong(start), buffer.getLong(start + Long.BYTES), parameters);
        if (parameters.remaining() > 0) {
            throw new ProtocolException(
                    "Message " + message.code() + " has " + parameters.remaining() + " bytes of parameters too many.");
        }
        buffer.position(start + length);
        return message;
    }

    // One line for each message: a table, not a program.
    private static SourceMessage read(long code, long type, Taker take) {
        return switch ((int) code) {
            case (int) SourceMessage.Greet.CODE -> greet(type, take);
            case (int) SourceMessage.Start.CODE -> new SourceMessage.Start(type, take.request(), take.u64());
            case (int) SourceMessage.AddEntry.CODE ->
                new SourceMessage.AddEntry(type, take.u64(), take.u32(), take.data());
            case (int) SourceMessage.AddBookmark.CODE ->
                new SourceMessage.AddBookmark(type, take.u64(), take.lastBookmark());
            case (int) SourceMessage.UpdateEntry.CODE ->
                new SourceMessage.UpdateEntry(type, take.u64(), take.u32(), take.data());
            case (int) SourceMessage.Commit.CODE ->
                new SourceMessage.Commit(type, take.request(), take.u64(), take.u64());
            case (int) SourceMessage.Rollback.CODE -> new SourceMessage.Rollback(type, take.request());
            case (int) SourceRequest.Truncate.CODE -> new SourceRequest.Truncate(type, take.request(), take.u64());
            case (int) SourceRequest.Rewrite.CODE ->
                new SourceRequest.Rewrite(type, take.request(), take.u64(), take.u32(), take.data());
            case (int) SourceRequest.GetHeader.CODE -> new SourceRequest.GetHeader(type, take.request());
            case (int) SourceRequest.GetEntry.CODE -> new SourceRequest.GetEntry(type, take.request(), take.u64());
            case (int) SourceRequest.GetBookmark.CODE ->
                new SourceRequest.GetBookmark(type, take.request(), take.lastBookmark());
            case (int) SourceRequest.GetFirstEventAfterBookmark.CODE ->
                new SourceRequest.GetFirstEventAfterBookmark(type, take.request(), take.lastBookmark());
            case (int) SourceRequest.GetDataBetweenBookmarks.CODE ->
                new SourceRequest.GetDataBetweenBookmarks(
                        type, take.request(), take.u64(), take.u64(), take.u64(), take.bookmark(), take.bookmark());
            case (int) SourceRequest.GetOpenEntry.CODE ->
                new SourceRequest.GetOpenEntry(type, take.request(), take.u64());
            case (int) SourceRequest.GetChecksum.CODE ->
                new SourceRequest.GetChecksum(type, take.request(), take.u64(), take.u64());
            case (int) SourceRequest.KeepAlive.CODE -> new SourceRequest.KeepAlive(type, take.request());
            case (int) SourceRequest.Close.CODE -> new SourceRequest.Close(type, take.request());
            default -> throw new UnknownMessage(code);
        };
    }

    private static SourceMessage greet(long type, Taker take) {
        int version = take.u32();
        if (version != SourceMessage.VERSION) {
            throw new UnknownVersion(version);
        }
        SourceMessage.Claim claim = SourceMessage.Claim.of(take.u8());
        return new SourceMessage.Greet(type, version, claim, take.request(), take.request(), take.u64(), take.data());
    }

    /** A number of a message that there is not; nothing behind it can be understood. */
    public static final class UnknownMessage extends ProtocolException {
        private static final long serialVersionUID = 1;

        UnknownMessage(long code) {
            super("There is no source message " + Long.toUnsignedString(code) + ": they are " + SourceMessage.Greet.CODE
                    + " to " + SourceRequest.Close.CODE + ".");
        }
    }

    /** A greeting in another version of the protocol. */
    public static final class UnknownVersion extends ProtocolException {
        private static final long serialVersionUID = 1;

        UnknownVersion(int version) {
            super("Version " + Integer.toUnsignedString(version) + " of the source protocol is not known here; known: "
                    + SourceMessage.VERSION + ".");
        }
    }

    /** Takes parameters one after the other, without touching the buffer's position. */
    private static final class Taker {
        private final ByteBuffer bytes;
        private final int end;
        private int index;

        Taker(ByteBuffer bytes, int index, int end) {
            this.bytes = bytes;
            this.index = index;
            this.end = end;
        }

        int remaining() {
            return end - index;
        }

        /** The index of what is taken. */
        private int take(int count) {
            if (remaining() < count) {
                throw new ProtocolException(
                        "The parameters of a source message end " + (count - remaining()) + " bytes too early.");
            }
            int taken = index;
            index += count;
            return taken;
        }

        int u8() {
            return bytes.get(take(1)) & 0xff;
        }

        int u32() {
            return bytes.getInt(take(Integer.BYTES));
        }

        long u64() {
            return bytes.getLong(take(Long.BYTES));
        }

        /** A number that names something: 0 is nobody's. */
        long request() {
            long request = u64();
            if (request == 0) {
                throw new ProtocolException("A source, an operation or a request cannot have the number 0.");
            }
            return request;
        }

        byte[] data() {
            return bytes(remaining());
        }

        private byte[] bytes(int count) {
            byte[] taken = new byte[count];
            bytes.get(take(count), taken);
            return taken;
        }

        Bookmark lastBookmark() {
            return bookmarkOf(remaining());
        }

        Bookmark bookmark() {
            return bookmarkOf(u32());
        }

        private Bookmark bookmarkOf(int length) {
            if (!Bookmark.isValidLength(length)) {
                throw new ProtocolException("A bookmark has 1 to " + Bookmark.MAX_LENGTH + " bytes, not "
                        + Integer.toUnsignedString(length) + ".");
            }
            return Bookmark.of(bytes(length));
        }
    }
}
