package io.sluice.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The note of how much of an open operation lies on the disk behind the committed end, so that the next process can go on
 * with it. It counts only what was forced before it was written, and only as long as the stream still ends where the
 * operation began: whatever else stands behind the end can be left over from another history, and means nothing.
 *
 * @param startPosition where the operation begins: the committed end
 * @param startEntries entries committed
 * @param generation of the history that the operation follows
 * @param endPosition where the entries end that were kept
 * @param endEntries the number after the last of them
 * @param firstByte what belongs at the start: a closed stream has a zero there, for other programs
 */
record KeptOperation(
        long startPosition, long startEntries, long generation, long endPosition, long endEntries, byte firstByte) {
    private static final long MAGIC = 0x736c756963654b4fL;
    private static final int CONTENT_LENGTH = 6 * Long.BYTES + 1;
    private static final int LENGTH = CONTENT_LENGTH + Integer.BYTES;

    /** Writes the note; when this returns it survives a power cut, and at any moment before the old one or this one does. */
    void write(Disk disk, StreamFolder folder) throws IOException {
        byte[] array = new byte[LENGTH];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        bytes.putLong(MAGIC)
                .putLong(startPosition)
                .putLong(startEntries)
                .putLong(generation)
                .putLong(endPosition)
                .putLong(endEntries)
                .put(firstByte)
                .putInt(checksum(array));
        Path next = folder.nextKeptOperation();
        disk.delete(next);
        try (DiskFile file = disk.openToWrite(next)) {
            file.write(bytes.flip(), 0);
            file.force();
        }
        disk.move(next, folder.keptOperation());
        disk.forceFolder(folder.path());
    }

    /** The note, or null when there is none, or none that can be believed. */
    static @Nullable KeptOperation read(Disk disk, StreamFolder folder) throws IOException {
        if (!disk.exists(folder.keptOperation())) {
            return null;
        }
        byte[] array = new byte[LENGTH];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        try (DiskFile file = disk.openToRead(folder.keptOperation())) {
            file.read(bytes, 0);
        }
        bytes.clear();
        if (bytes.getLong() != MAGIC || bytes.getInt(CONTENT_LENGTH) != checksum(array)) {
            return null;
        }
        return new KeptOperation(
                bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.get());
    }

    /** Removes the note; when this returns it does not come back. */
    static void remove(Disk disk, StreamFolder folder) throws IOException {
        disk.delete(folder.keptOperation());
        disk.forceFolder(folder.path());
    }

    /** The same without the last entries. */
    KeptOperation cutTo(long newEndPosition, long newEndEntries) {
        return new KeptOperation(startPosition, startEntries, generation, newEndPosition, newEndEntries, firstByte);
    }

    /** Whether the operation can follow what is committed now. */
    boolean follows(Committed now) {
        return startPosition == now.position()
                && startEntries == now.entries()
                && generation == now.generation()
                && endPosition > startPosition
                && endEntries > startEntries;
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, CONTENT_LENGTH);
        return (int) checksum.getValue();
    }
}
