package io.sluice.core;

import java.nio.ByteBuffer;

/**
 * The header of a stream: what it is and how far it is committed. It is both a part of the stream file and the answer
 * to the Header command (docs/protocol.md).
 *
 * @param version the version of the stream's content, 0 to 255; 1 to 4 are known; nobody may refuse one
 * @param systemId the system that the stream belongs to, for instance a chain id; unsigned
 * @param streamType the source whose stream this is; 1 is a zkEVM sequencer; unsigned
 * @param totalLength bytes used in the stream file, header page included
 * @param totalEntries entries committed
 */
public record StreamHeader(int version, long systemId, long streamType, long totalLength, long totalEntries) {
    /** Bytes of the header entry. */
    public static final int LENGTH = 38;

    /** Bytes of the header entry that servers sent before 2024, without version and systemId. */
    public static final int OLD_LENGTH = 29;

    /** The stream type of a zkEVM sequencer. */
    public static final long SEQUENCER = 1;

    /** Checks the version's range. */
    public StreamHeader {
        if (version < 0 || version > 255) {
            throw new IllegalArgumentException("A stream's version is 0 to 255, not " + version + ".");
        }
    }

    /** The same stream, committed up to another place. */
    public StreamHeader withTotals(long newTotalLength, long newTotalEntries) {
        return new StreamHeader(version, systemId, streamType, newTotalLength, newTotalEntries);
    }

    /** Writes the 38 bytes at the buffer's position. */
    public void putTo(ByteBuffer buffer) {
        buffer.put((byte) EntryFormat.PACKET_HEADER);
        buffer.putInt(LENGTH);
        buffer.put((byte) version);
        buffer.putLong(systemId);
        buffer.putLong(streamType);
        buffer.putLong(totalLength);
        buffer.putLong(totalEntries);
    }

    /**
     * Reads a header entry of 38 or 29 bytes at the buffer's position; an old one has version and systemId 0.
     *
     * @throws ProtocolException when something else stands there
     */
    public static StreamHeader read(ByteBuffer buffer) {
        int packetType = buffer.get() & 0xff;
        int length = buffer.getInt();
        if (packetType != EntryFormat.PACKET_HEADER || (length != LENGTH && length != OLD_LENGTH)) {
            throw new ProtocolException("A header entry begins with packet type 1 and length 38 or 29, not with type "
                    + packetType + " and length " + Integer.toUnsignedString(length) + ".");
        }
        boolean old = length == OLD_LENGTH;
        int version = old ? 0 : buffer.get() & 0xff;
        long systemId = old ? 0 : buffer.getLong();
        return new StreamHeader(version, systemId, buffer.getLong(), buffer.getLong(), buffer.getLong());
    }
}
