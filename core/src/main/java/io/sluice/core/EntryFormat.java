package io.sluice.core;

import java.nio.ByteBuffer;

/**
 * How an entry lies in the stream file and on the wire: {@code u8 packetType, u32 length, u32 entryType, u64 number,
 * data}, big-endian, where length counts the whole entry. The source of these facts is docs/file-format.md.
 *
 * <p>The accessors read from a buffer at an absolute index, so that a walk over millions of entries allocates nothing.
 * Buffers must be big-endian, which is what {@link ByteBuffer} is unless told otherwise.
 *
 * <p><b>Threading:</b> stateless.
 */
public final class EntryFormat {
    /** Packet type of padding: the rest of the page holds no entry. */
    public static final int PACKET_PADDING = 0;

    /** Packet type of the stream header. */
    public static final int PACKET_HEADER = 1;

    /** Packet type of an entry in the file and while streaming. */
    public static final int PACKET_ENTRY = 2;

    /** Packet type of a mark, which only the extension knows: 'S' in ASCII. */
    public static final int PACKET_MARK = 0x53;

    /** Packet type of an entry that answers an Entry or Bookmark command. */
    public static final int PACKET_QUERIED_ENTRY = 0xfe;

    /** Packet type of a result. */
    public static final int PACKET_RESULT = 0xff;

    /** Bytes of an entry before its data. */
    public static final int HEADER_LENGTH = 17;

    /** Bytes of a page of the stream file; no entry is longer than that. */
    public static final int PAGE_LENGTH = 1 << 20;

    /** The most data an entry can carry, in bytes. */
    public static final int MAX_DATA_LENGTH = PAGE_LENGTH - HEADER_LENGTH;

    /** Entry type of a bookmark. */
    public static final int TYPE_BOOKMARK = 0xb0;

    /** Entry type that means "not found" in a reply; no entry of a stream has it. */
    public static final int TYPE_NOT_FOUND = 0xffffffff;

    private static final int LENGTH_OFFSET = 1;
    private static final int TYPE_OFFSET = 5;
    private static final int NUMBER_OFFSET = 9;

    private EntryFormat() {}

    /** The packet type of what begins at {@code index}, 0 to 255. */
    public static int packetType(ByteBuffer buffer, int index) {
        return buffer.get(index) & 0xff;
    }

    /**
     * The length of the whole packet that begins at {@code index}, in bytes. Negative when the wire or a damaged file
     * holds 2^31 or more: compare against {@link #HEADER_LENGTH} before believing it.
     */
    public static int length(ByteBuffer buffer, int index) {
        return buffer.getInt(index + LENGTH_OFFSET);
    }

    /** The entry's type; print it with {@link Integer#toUnsignedString(int)}. */
    public static int type(ByteBuffer buffer, int index) {
        return buffer.getInt(index + TYPE_OFFSET);
    }

    /** The entry's number; unsigned. */
    public static long number(ByteBuffer buffer, int index) {
        return buffer.getLong(index + NUMBER_OFFSET);
    }

    /** Writes the 17 bytes before the data at {@code index}. */
    public static void putHeader(ByteBuffer buffer, int index, int packetType, int length, int type, long number) {
        buffer.put(index, (byte) packetType);
        buffer.putInt(index + LENGTH_OFFSET, length);
        buffer.putInt(index + TYPE_OFFSET, type);
        buffer.putLong(index + NUMBER_OFFSET, number);
    }

    /** Appends a whole entry at the buffer's position. */
    public static void put(ByteBuffer buffer, int packetType, int type, long number, byte[] data) {
        buffer.put((byte) packetType);
        buffer.putInt(HEADER_LENGTH + data.length);
        buffer.putInt(type);
        buffer.putLong(number);
        buffer.put(data);
    }

    /** Appends the entry that means "not found": type 0xffffffff, number 0, no data. */
    public static void putNotFound(ByteBuffer buffer) {
        put(buffer, PACKET_QUERIED_ENTRY, TYPE_NOT_FOUND, 0, new byte[0]);
    }

    /** Copies the entry that begins at {@code index} and lies wholly in the buffer. */
    public static Entry read(ByteBuffer buffer, int index) {
        byte[] data = new byte[length(buffer, index) - HEADER_LENGTH];
        buffer.get(index + HEADER_LENGTH, data);
        return new Entry(number(buffer, index), type(buffer, index), data);
    }
}
