package io.sluice.storage;

import io.sluice.core.LeaseHolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a {@link SourceLease} lies in the folder beside the stream file. */
final class LeaseNote {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseNote.class);
    private static final long MAGIC = 0x736c756963654c65L;
    private static final int FIXED_LENGTH = 5 * Long.BYTES + 2;

    private LeaseNote() {}

    /** Writes the note; when this returns it survives a power cut, and at any moment the old one or this one is there. */
    static void write(SourceLease lease, Disk disk, StreamFolder folder) throws IOException {
        Path next = folder.nextLease();
        // A crash may have left one that is longer.
        disk.delete(next);
        try (DiskFile file = disk.openToWrite(next)) {
            file.write(toBytes(lease), 0);
            file.force();
        }
        disk.move(next, folder.lease());
        disk.forceFolder(folder.path());
    }

    /** The note, or null when there is none, or none that can be believed. */
    static @Nullable SourceLease read(Disk disk, Path path) {
        if (!disk.exists(path)) {
            return null;
        }
        byte[] array = new byte[FIXED_LENGTH + LeaseHolder.MAX_ADDRESS_LENGTH + Integer.BYTES + 1];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        try (DiskFile file = disk.openToRead(path)) {
            file.read(bytes, 0);
        } catch (IOException e) {
            LOG.warn("{} cannot be read, no source can go on: {}", path, StorageException.reason(e));
            return null;
        }
        SourceLease lease = fromBytes(array, bytes.flip());
        if (lease == null) {
            LOG.warn("{} is damaged, no source can go on", path);
        }
        return lease;
    }

    private static ByteBuffer toBytes(SourceLease lease) {
        byte[] address = lease.address().getBytes(StandardCharsets.US_ASCII);
        byte[] array = new byte[FIXED_LENGTH + address.length + Integer.BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        bytes.putLong(MAGIC)
                .putLong(lease.epoch())
                .putLong(lease.sourceId())
                .putLong(lease.instance())
                .putLong(lease.sinceMillis())
                .put((byte) (lease.released() ? 1 : 0))
                .put((byte) address.length)
                .put(address);
        return bytes.putInt(checksum(array, bytes.position())).flip();
    }

    private static @Nullable SourceLease fromBytes(byte[] array, ByteBuffer bytes) {
        if (bytes.remaining() < FIXED_LENGTH || bytes.getLong() != MAGIC) {
            return null;
        }
        long epoch = bytes.getLong();
        long sourceId = bytes.getLong();
        long instance = bytes.getLong();
        long since = bytes.getLong();
        boolean released = bytes.get() == 1;
        byte[] address = new byte[bytes.get() & 0xff];
        if (bytes.remaining() != address.length + Integer.BYTES) {
            return null;
        }
        bytes.get(address);
        if (bytes.getInt() != checksum(array, FIXED_LENGTH + address.length)) {
            return null;
        }
        String text = new String(address, StandardCharsets.US_ASCII);
        return new SourceLease(epoch, sourceId, instance, text, since, released);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
