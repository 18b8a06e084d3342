package io.sluice.storage;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file.
 *
 * <p><b>Threading:</b> any thread; writes to places that overlap need a caller who orders them.
 */
interface DiskFile extends Closeable {
    /**
     * Reads from {@code position} until the target is full or the file ends.
     *
     * @return bytes read, 0 at the end of the file
     */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes all that remains in the source. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Returns when all that was written before survives a power cut, the file's length included. */
    void force() throws IOException;

    long length() throws IOException;

    /** Grows the file, with zeros, or cuts it. */
    void setLength(long length) throws IOException;

    /** Fills the target, or fails. */
    default void readFully(ByteBuffer target, long position) throws IOException {
        int wanted = target.remaining();
        int count = read(target, position);
        if (count < wanted) {
            throw new EOFException("the file ends at " + (position + count) + ", and " + wanted + " bytes at "
                    + position + " were to be read");
        }
    }
}
