package io.sluice.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The result that begins every reply: {@code u8 0xff, u32 length, u32 code, ASCII text}, where length counts the whole
 * result (docs/protocol.md). Codes carry the meaning, texts are for people.
 *
 * @param code 0 is success; unsigned
 * @param text at most {@link #MAX_TEXT_LENGTH} characters of ASCII
 */
public record Result(int code, String text) {
    /** The command is carried out. */
    public static final Result OK = new Result(0, "OK");

    /** A start or a query while the session streams. */
    public static final Result ALREADY_STARTED = new Result(1, "Already started");

    /** A stop while the session does not stream. */
    public static final Result ALREADY_STOPPED = new Result(2, "Already stopped");

    /** A start beyond the end of the stream. */
    public static final Result BAD_FROM_ENTRY = new Result(3, "Bad from entry");

    /** A start or a range from a bookmark that is not known, or a range that runs backwards. */
    public static final Result BAD_FROM_BOOKMARK = new Result(4, "Bad from bookmark");

    /** A range to a bookmark that is not known. */
    public static final Result BAD_TO_BOOKMARK = new Result(5, "Bad to bookmark");

    /** A command that is not known. */
    public static final Result INVALID_COMMAND = new Result(9, "Invalid command");

    /** Of the extension: the server does not know what has changed since that generation. */
    public static final Result UNKNOWN_GENERATION = new Result(0x5301, "Unknown generation");

    /** Bytes of a result before its text. */
    public static final int HEADER_LENGTH = 9;

    /** The longest text that is read from a peer. */
    public static final int MAX_TEXT_LENGTH = 1024;

    /** "OK" in ASCII. */
    private static final short OK_TEXT = 0x4f4b;

    /** Whether the command was carried out. */
    public boolean isOk() {
        return code == 0;
    }

    /** Bytes of the whole result. */
    public int length() {
        return HEADER_LENGTH + text.length();
    }

    /** Writes the result at the buffer's position. */
    public void putTo(ByteBuffer buffer) {
        buffer.put((byte) EntryFormat.PACKET_RESULT);
        buffer.putInt(length());
        buffer.putInt(code);
        buffer.put(text.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads a result at the buffer's position, if all of it is there; otherwise nothing is consumed.
     *
     * @return null when bytes are missing
     * @throws ProtocolException when something else stands there, or a result that is too long
     */
    public static @Nullable Result read(ByteBuffer buffer) {
        int start = buffer.position();
        if (!buffer.hasRemaining()) {
            return null;
        }
        int packetType = EntryFormat.packetType(buffer, start);
        if (packetType != EntryFormat.PACKET_RESULT) {
            throw new ProtocolException(
                    "A result begins with 0xff, not with 0x" + Integer.toHexString(packetType) + ".");
        }
        if (buffer.remaining() < Byte.BYTES + Integer.BYTES) {
            return null;
        }
        int length = EntryFormat.length(buffer, start);
        if (length < HEADER_LENGTH || length > HEADER_LENGTH + MAX_TEXT_LENGTH) {
            throw new ProtocolException("A result has 9 to " + (HEADER_LENGTH + MAX_TEXT_LENGTH) + " bytes, not "
                    + Integer.toUnsignedString(length) + ".");
        }
        if (buffer.remaining() < length) {
            return null;
        }
        int code = buffer.getInt(start + 5);
        if (code == 0 && length == OK.length() && buffer.getShort(start + HEADER_LENGTH) == OK_TEXT) {
            // What almost every result is, millions of times.
            buffer.position(start + length);
            return OK;
        }
        byte[] text = new byte[length - HEADER_LENGTH];
        buffer.position(start + HEADER_LENGTH);
        buffer.get(text);
        return new Result(code, new String(text, StandardCharsets.US_ASCII));
    }
}
