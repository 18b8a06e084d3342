package io.sluice.core;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Checksums of entries, as the source protocol has them. That of one entry is the CRC-32 (that of zlib) of its bytes as
 * they lie in the stream file, packet type to data; that of an operation, or of any run of entries, is the sum of those,
 * modulo 2^64. So it can be kept up while entries are added and updated, and sums of neighbours add up.
 *
 * <p><b>Threading:</b> an instance is confined to one thread.
 */
public final class EntryChecksum {
    private final CRC32 crc = new CRC32();
    private final ByteBuffer header = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);

    /** The checksum of an entry with these fields. */
    public long of(int entryType, long number, byte[] data) {
        int length = EntryFormat.HEADER_LENGTH + data.length;
        EntryFormat.putHeader(header, 0, EntryFormat.PACKET_ENTRY, length, entryType, number);
        crc.reset();
        crc.update(header.array());
        crc.update(data);
        return crc.getValue();
    }

    /** The checksum of an entry. */
    public long of(Entry entry) {
        return of(entry.type(), entry.number(), entry.data());
    }

    /** The checksum of the whole entries, as they lie in the stream file, that remain in the buffer; it is consumed. */
    public long ofAll(ByteBuffer entries) {
        long sum = 0;
        int limit = entries.limit();
        while (entries.position() < limit) {
            entries.limit(entries.position() + EntryFormat.length(entries, entries.position()));
            crc.reset();
            crc.update(entries);
            sum += crc.getValue();
            entries.limit(limit);
        }
        return sum;
    }
}
