package io.sluice.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes data to its place in the stream file, and makes room for it before.
 *
 * <p><b>Threading:</b> the source's thread and the committer, at places that do not overlap.
 */
final class StreamWriter {
    private final DiskFile file;
    private final PageLayout layout;

    /** The file's length; guarded by the monitor. */
    private long fileLength;

    StreamWriter(DiskFile file, PageLayout layout) throws IOException {
        this.file = file;
        this.layout = layout;
        this.fileLength = file.length();
    }

    void write(ByteBuffer data, long position) throws IOException {
        makeRoom(position + data.remaining());
        file.write(data, position);
    }

    /** Grows the file, if need be, so that it holds this many bytes and one more. */
    synchronized void makeRoom(long end) throws IOException {
        long wanted = layout.fileLengthFor(end, fileLength);
        if (wanted > fileLength) {
            file.setLength(wanted);
            fileLength = wanted;
        }
    }

    /**
     * Puts the zero byte behind the last entry that the Go servers' reader wants to find there: it streams a leftover
     * entry if there is one, and hangs at the end of the file.
     */
    void markEnd(long end) throws IOException {
        makeRoom(end);
        file.write(ByteBuffer.allocate(1), end);
    }
}
