package io.sluice.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the records of the operation log.
 *
 * @param generation of the history that the records are of: what has changed since then they know nothing of
 * @param settled so many records surely lie on the disk; those behind are looked at, one by one, when the stream is opened
 */
record OperationLogHeader(long generation, long settled) {
    static final int LENGTH = 32;
    private static final long MAGIC = 0x736c756963654f70L;
    private static final int VERSION = 1;

    void write(DiskFile file) throws IOException {
        byte[] array = new byte[LENGTH];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        bytes.putLong(MAGIC).putInt(VERSION).putLong(generation).putLong(settled);
        file.write(bytes.putInt(checksum(array)).flip(), 0);
    }

    /** The header, or null when there is none that can be believed. */
    static @Nullable OperationLogHeader read(DiskFile file) throws IOException {
        byte[] array = new byte[LENGTH];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        file.read(bytes, 0);
        bytes.clear();
        if (bytes.getLong() != MAGIC
                || bytes.getInt() != VERSION
                || bytes.getInt(LENGTH - Integer.BYTES) != checksum(array)) {
            return null;
        }
        return new OperationLogHeader(bytes.getLong(), bytes.getLong());
    }

    /** Where this record begins in the log; records count from 0. */
    static long positionOf(long record) {
        return LENGTH + record * OperationRecord.LENGTH;
    }

    /** How many whole records a log of this length has. */
    static long recordsIn(long fileLength) {
        return Math.max(0, fileLength - LENGTH) / OperationRecord.LENGTH;
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, LENGTH - Integer.BYTES);
        return (int) checksum.getValue();
    }
}
