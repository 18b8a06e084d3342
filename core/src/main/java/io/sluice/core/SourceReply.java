package io.sluice.core;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a server says to a source: {@code u64 command, u64 request, u32 length}, then a {@link Result} and the content, which
 * have {@code length} bytes together (docs/protocol.md, "The source protocol").
 *
 * @param command the number of the message that is answered, or {@link #LEASE_LOST}
 * @param request the number of the operation or request that is answered; 0 for a greeting, for the loss of the lease, and
 *     for a message that belongs to no operation
 * @param content what the command gives; empty unless the result is OK, but for {@link SourceResult#LEASE_HELD} and
 *     {@link SourceResult#UNKNOWN_VERSION}. The array is not copied
 */
public record SourceReply(long command, long request, Result result, byte[] content) {
    /** The command of a reply that nobody asked for: this source has lost the lease, and the connection ends. */
    public static final long LEASE_LOST = 119;

    /** Bytes before the result. */
    public static final int PREFIX_LENGTH = 20;

    /** The most content, in bytes: what comes before a page of entries, and the page. */
    public static final int MAX_CONTENT_LENGTH = 3 * Long.BYTES + EntryFormat.PAGE_LENGTH;

    private static final int MAX_LENGTH = Result.HEADER_LENGTH + Result.MAX_TEXT_LENGTH + MAX_CONTENT_LENGTH;
    private static final byte[] NOTHING = {};

    /** A reply without content. */
    public SourceReply(long command, long request, Result result) {
        this(command, request, result, NOTHING);
    }

    /** Bytes of the whole reply on the wire. */
    public int length() {
        return PREFIX_LENGTH + result.length() + content.length;
    }

    /** The content, to be read. */
    public ByteBuffer contentBuffer() {
        return ByteBuffer.wrap(content);
    }

    /** Writes the reply at the buffer's position. */
    public void putTo(ByteBuffer buffer) {
        buffer.putLong(command).putLong(request).putInt(result.length() + content.length);
        result.putTo(buffer);
        buffer.put(content);
    }

    /**
     * Bytes of the whole reply that begins at the buffer's position.
     *
     * @return -1 when too little is there to tell
     * @throws ProtocolException when something else begins there
     */
    public static int lengthAt(ByteBuffer buffer) {
        if (buffer.hasRemaining() && EntryFormat.packetType(buffer, buffer.position()) == EntryFormat.PACKET_RESULT) {
            throw new ProtocolException("That is the reply of a port for clients, not of one for sources.");
        }
        if (buffer.remaining() < PREFIX_LENGTH) {
            return -1;
        }
        int length = buffer.getInt(buffer.position() + 2 * Long.BYTES);
        if (length < Result.HEADER_LENGTH || length > MAX_LENGTH) {
            throw new ProtocolException("A reply to a source has 9 to " + MAX_LENGTH + " bytes behind its prefix, not "
                    + Integer.toUnsignedString(length) + ".");
        }
        return PREFIX_LENGTH + length;
    }

    /**
     * Reads a reply at the buffer's position, if all of it is there; otherwise nothing is consumed.
     *
     * @return null when bytes are missing
     * @throws ProtocolException when something else stands there, or a reply that is too long
     */
    public static @Nullable SourceReply read(ByteBuffer buffer) {
        int length = lengthAt(buffer);
        if (length < 0 || buffer.remaining() < length) {
            return null;
        }
        int start = buffer.position();
        ByteBuffer rest = buffer.slice(start + PREFIX_LENGTH, length - PREFIX_LENGTH);
        Result result = Result.read(rest);
        if (result == null) {
            throw new ProtocolException("The result in a reply to a source is longer than the reply.");
        }
        byte[] content = new byte[rest.remaining()];
        rest.get(content);
        buffer.position(start + length);
        return new SourceReply(buffer.getLong(start), buffer.getLong(start + Long.BYTES), result, content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SourceReply that
                && command == that.command
                && request == that.request
                && result.equals(that.result)
                && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(request) * 31 + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "SourceReply[command=" + command + ", request=" + Long.toUnsignedString(request) + ", result=" + result
                + ", " + content.length + " bytes]";
    }
}
