package io.sluice.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The note that a writer keeps which does not force each commit: up to where the file was surely on the disk, and in
 * which run of the operating system. It is there while such a writer has the file open, so that finding it tells that the
 * writer died; finding it in another run of the operating system tells that unforced bytes may be lost.
 *
 * @param position bytes of the stream file that were forced
 * @param entries how many entries that is
 * @param periodic whether the writer forces from time to time, and so promises what this says; otherwise it promises
 *     nothing
 * @param bootId the run of the operating system; empty after a failed force, when what this run shows may not be on the disk
 */
record Checkpoint(long position, long entries, boolean periodic, String bootId) {
    private static final long MAGIC = 0x736c756963654350L;
    private static final int MAX_BOOT_ID_LENGTH = 64;
    private static final int LENGTH = 3 * Long.BYTES + 3 * Integer.BYTES + MAX_BOOT_ID_LENGTH;

    /** The same note of a writer whose force has failed: whoever finds it takes what followed for lost with the power. */
    Checkpoint distrusted() {
        return new Checkpoint(position, entries, periodic, "");
    }

    boolean isDistrusted() {
        return bootId.isEmpty();
    }

    /**
     * Writes the note; when this returns it survives a power cut.
     *
     * @param isNamed whether its name is on the disk already
     */
    void write(Disk disk, StreamFolder folder, boolean isNamed) throws IOException {
        Path path = folder.checkpoint();
        byte[] id = bootId.getBytes(StandardCharsets.UTF_8);
        byte[] array = new byte[LENGTH];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        bytes.putLong(MAGIC)
                .putLong(position)
                .putLong(entries)
                .putInt(periodic ? 1 : 0)
                .putInt(id.length)
                .put(id);
        bytes.position(LENGTH - Integer.BYTES);
        bytes.putInt(checksum(array));
        try (DiskFile file = disk.openToWrite(path)) {
            file.write(bytes.flip(), 0);
            file.force();
        }
        if (!isNamed) {
            disk.forceFolder(folder.path());
        }
    }

    /** The note, or null when there is none, or none that was written wholly. */
    static @Nullable Checkpoint read(Disk disk, Path path) throws IOException {
        if (!disk.exists(path)) {
            return null;
        }
        byte[] array = new byte[LENGTH];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        try (DiskFile file = disk.openToRead(path)) {
            file.read(bytes, 0);
        }
        bytes.clear();
        if (bytes.getLong() != MAGIC || bytes.getInt(LENGTH - Integer.BYTES) != checksum(array)) {
            return null;
        }
        long position = bytes.getLong();
        long entries = bytes.getLong();
        boolean periodic = bytes.getInt() == 1;
        byte[] id = new byte[bytes.getInt()];
        bytes.get(id);
        return new Checkpoint(position, entries, periodic, new String(id, StandardCharsets.UTF_8));
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, LENGTH - Integer.BYTES);
        return (int) checksum.getValue();
    }
}
