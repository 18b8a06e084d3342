package io.sluice.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a server with the extension says between the entries of a stream: {@code u8 0x53, u32 length, u64 wholeUpTo, u64
 * generation}, where length counts the whole mark (docs/protocol.md, "The extension").
 *
 * @param wholeUpTo an end of the stream that a source has committed: the entries before this number are whole operations;
 *     unsigned
 * @param generation which history it is: a number, partly random, that is another one after each truncation and each
 *     rewriting
 */
public record StreamMark(long wholeUpTo, long generation) {
    /** Bytes of a mark. */
    public static final int LENGTH = 1 + Integer.BYTES + 2 * Long.BYTES;

    /** The longest mark that is read from a peer: a later version may say more, which is skipped. */
    public static final int MAX_LENGTH = 1024;

    /** Writes the mark at the buffer's position. */
    public void putTo(ByteBuffer buffer) {
        buffer.put((byte) EntryFormat.PACKET_MARK);
        buffer.putInt(LENGTH);
        buffer.putLong(wholeUpTo);
        buffer.putLong(generation);
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
        StreamMark mark = new StreamMark(buffer.getLong(start + 5), buffer.getLong(start + 13));
        buffer.position(start + length);
        return mark;
    }
}
