package io.sluice.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a server with the extension says between the entries of a stream: {@code u8 0x53, u32 length, u64 wholeUpTo, u64
 * generation}, where length counts the whole mark, and {@code u64 operationEnd} behind that if there is one
 * (docs/protocol.md, "The extension").
 *
 * @param wholeUpTo an end of the stream that a source has committed: the entries before this number are whole operations;
 *     unsigned
 * @param generation which history it is: a number, partly random, that is another one after each truncation and each
 *     rewriting
 * @param operationEnd an earlier end that a source has committed, in the chunk that follows; 0 when none is known
 */
public record StreamMark(long wholeUpTo, long generation, long operationEnd) {
    /** Bytes of a mark without an operation's end. */
    public static final int LENGTH = 1 + Integer.BYTES + 2 * Long.BYTES;

    private static final int LENGTH_WITH_END = LENGTH + Long.BYTES;

    /** The longest mark that is read from a peer: a later version may say more, which is skipped. */
    public static final int MAX_LENGTH = 1024;

    /** A mark that knows of no other end. */
    public StreamMark(long wholeUpTo, long generation) {
        this(wholeUpTo, generation, 0);
    }

    /** How many bytes it has. */
    public int length() {
        return operationEnd == 0 ? LENGTH : LENGTH_WITH_END;
    }

    /** Writes the mark at the buffer's position. */
    public void putTo(ByteBuffer buffer) {
        buffer.put((byte) EntryFormat.PACKET_MARK);
        buffer.putInt(length());
        buffer.putLong(wholeUpTo);
        buffer.putLong(generation);
        if (operationEnd != 0) {
            buffer.putLong(operationEnd);
        }
    }

    /**
     * Reads a mark at the buffer's position, where its packet type stands, if all of it is there; otherwise nothing is
     * consumed.
     *
     * @return null when bytes are missing
     * @throws ProtocolException when something else stands there, or a mark of an impossible length
     */
    public static @Nullable StreamMark read(ByteBuffer buffer) {
        int start = buffer.position();
        if (!buffer.hasRemaining()) {
            return null;
        }
        int packetType = EntryFormat.packetType(buffer, start);
        if (packetType != EntryFormat.PACKET_MARK) {
            throw new ProtocolException("A mark begins with 0x53, not with 0x" + Integer.toHexString(packetType) + ".");
        }
        if (buffer.remaining() < Byte.BYTES + Integer.BYTES) {
            return null;
        }
        int length = EntryFormat.length(buffer, start);
        if (length < LENGTH || length > MAX_LENGTH) {
            throw new ProtocolException("A mark has " + LENGTH + " to " + MAX_LENGTH + " bytes, not "
                    + Integer.toUnsignedString(length) + ".");
        }
        if (buffer.remaining() < length) {
            return null;
        }
        long wholeUpTo = buffer.getLong(start + 5);
        long end = length < LENGTH_WITH_END ? 0 : buffer.getLong(start + LENGTH);
        buffer.position(start + length);
        // What is beyond all that is whole can be no end.
        boolean isEarlier = Long.compareUnsigned(end, wholeUpTo) < 0;
        return new StreamMark(wholeUpTo, buffer.getLong(start + 13), isEarlier ? end : 0);
    }
}
