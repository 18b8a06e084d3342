package io.sluice.storage;

import io.sluice.core.EntryFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The redo record of a rewrite of a committed entry: forced before the entry is touched, deleted after it was forced, so
 * that a crash in between leaves the old data or the new, never a mixture.
 *
 * @param number the entry
 * @param position where its data begins in the stream file
 * @param data its new data
 */
record PendingRewrite(long number, long position, byte[] data) {
    private static final long MAGIC = 0x736c756963655257L;
    private static final int HEADER_LENGTH = 3 * Long.BYTES + Integer.BYTES;

    /** Notes the rewrite: from now on a crash leaves it to the next opening. */
    void begin(Disk disk, StreamFolder folder) throws IOException {
        try (DiskFile file = disk.openToWrite(folder.rewrite())) {
            file.write(toBytes(), 0);
            file.force();
        }
        disk.forceFolder(folder.path());
    }

    /** Replaces the data. */
    void apply(DiskFile stream) throws IOException {
        stream.write(ByteBuffer.wrap(data), position);
        stream.force();
    }

    /** All that follows from the rewrite is done, too. */
    static void end(Disk disk, StreamFolder folder) throws IOException {
        disk.delete(folder.rewrite());
        disk.forceFolder(folder.path());
    }

    /**
     * Finishes a rewrite that a crash interrupted; {@link #end} is left to the caller.
     *
     * @return the number of the entry, if there was one; what was derived from the entry is void then
     */
    static OptionalLong finish(Disk disk, StreamFolder folder, StreamState state) throws IOException {
        PendingRewrite pending = disk.exists(folder.rewrite()) ? read(disk, folder.rewrite()) : null;
        // One that was not forced wholly had not touched the entry yet.
        if (pending == null || !pending.fits(state)) {
            return OptionalLong.empty();
        }
        // Whoever left it may have died, or failed, before it was forced.
        pending.begin(disk, folder);
        pending.apply(state.file());
        return OptionalLong.of(pending.number());
    }

    /** Whether the entry still is where the record says: somebody else may have cut the file since. */
    private boolean fits(StreamState state) throws IOException {
        if (position + data.length > state.committed().position()) {
            return false;
        }
        ByteBuffer header = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        state.file().readFully(header, position - EntryFormat.HEADER_LENGTH);
        return EntryFormat.packetType(header, 0) == EntryFormat.PACKET_ENTRY
                && EntryFormat.number(header, 0) == number
                && EntryFormat.length(header, 0) == EntryFormat.HEADER_LENGTH + data.length;
    }

    private ByteBuffer toBytes() {
        byte[] array = new byte[HEADER_LENGTH + data.length + Integer.BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        bytes.putLong(MAGIC)
                .putLong(number)
                .putLong(position)
                .putInt(data.length)
                .put(data);
        return bytes.putInt(checksum(array, bytes.position())).flip();
    }

    private static @Nullable PendingRewrite read(Disk disk, Path path) throws IOException {
        byte[] array = new byte[HEADER_LENGTH + EntryFormat.MAX_DATA_LENGTH + Integer.BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        try (DiskFile file = disk.openToRead(path)) {
            file.read(bytes, 0);
        }
        bytes.flip();
        if (bytes.remaining() < HEADER_LENGTH || bytes.getLong() != MAGIC) {
            return null;
        }
        long number = bytes.getLong();
        long position = bytes.getLong();
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining() - Integer.BYTES) {
            return null;
        }
        byte[] data = new byte[length];
        bytes.get(data);
        int expected = checksum(array, bytes.position());
        return bytes.getInt() == expected ? new PendingRewrite(number, position, data) : null;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
