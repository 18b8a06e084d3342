package io.sluice.cli;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that gets its name when it is whole. Its first page is written last; in a compressed one that page is a frame of its
 * own, stored as it is, so that it can be.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure}, and {@link OutputException} for what cannot be written.
 */
final class SnapshotFile implements WritableByteChannel {
    private static final int PAGE_LENGTH = 4096;

    /**
     * What stands in a zstd file before 4096 bytes that are stored as they are (RFC 8878): the magic number, a descriptor
     * that says one segment and a length of two bytes, that length less 256, and the header of a last, raw block.
     */
    private static final byte[] RAW_FRAME = ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0xfd2fb528)
            .put((byte) 0x60)
            .putShort((short) (PAGE_LENGTH - 256))
            .put((byte) (PAGE_LENGTH << 3 | 1))
            .putShort((short) (PAGE_LENGTH << 3 >> 8))
            .array();

    private final Path target;
    private final Path partial;
    private final FileChannel channel;
    private final boolean force;
    private final @Nullable ZstdOutputStreamNoFinalizer compressed;
    private boolean begun;
    private boolean finished;
    private long length;

    private SnapshotFile(Path target, Path partial, FileChannel channel, boolean compress, boolean force)
            throws IOException {
        this.target = target;
        this.partial = partial;
        this.channel = channel;
        this.force = force;
        this.compressed =
                compress ? new ZstdOutputStreamNoFinalizer(Channels.newOutputStream(channel)).setChecksum(true) : null;
    }

    /**
     * Begins a file.
     *
     * @param force whether one that is there may be overwritten, when it is whole
     */
    static SnapshotFile create(Path target, boolean compress, boolean force) {
        requireFree(target, force);
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try {
            FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            try {
                if (!ResumeFile.tryLock(channel)) {
                    throw CommandFailure.failed(partial + " is being written by another process.");
                }
                channel.truncate(0);
                return new SnapshotFile(target, partial, channel, compress, force);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new OutputException(partial.toString(), e);
        }
    }

    private static void requireFree(Path target, boolean force) {
        Path folder = target.resolveSibling(target.getFileName() + ".sluice");
        if (Files.exists(folder)) {
            throw CommandFailure.failed(folder + " belongs to a stream file " + target
                    + " that was written there, and perhaps is: choose another name, or remove both.");
        }
        if (Files.isDirectory(target)) {
            throw CommandFailure.failed(target + " is a folder; --output wants the name of a new file.");
        }
        if (Files.exists(target) && !force) {
            throw CommandFailure.failed(target + " exists already; --force overwrites it.");
        }
    }

    @Override
    public int write(ByteBuffer bytes) {
        int count = bytes.remaining();
        try {
            if (compressed == null) {
                writeAll(bytes);
            } else if (!begun) {
                writeAll(ByteBuffer.wrap(RAW_FRAME));
                writeAll(bytes);
            } else {
                compressed.write(bytes.array(), bytes.arrayOffset() + bytes.position(), count);
                bytes.position(bytes.limit());
            }
            begun = true;
            return count;
        } catch (IOException e) {
            throw new OutputException(partial.toString(), e);
        }
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Writes the first page, brings all to the disk, and gives the file its name. */
    void finish(ByteBuffer firstPage) {
        try {
            if (compressed != null) {
                compressed.closeWithoutClosingParentStream();
            }
            long position = compressed == null ? 0 : RAW_FRAME.length;
            while (firstPage.hasRemaining()) {
                position += channel.write(firstPage, position);
            }
            channel.force(true);
            length = channel.size();
            requireFree(target, force);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            finished = true;
            Folders.force(target);
        } catch (IOException e) {
            throw new OutputException(partial.toString(), e);
        }
    }

    /** Bytes of the finished file. */
    long length() {
        return length;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Takes away what was not finished. */
    @Override
    public void close() throws IOException {
        try (channel) {
            if (!finished) {
                Files.deleteIfExists(partial);
            }
        }
    }
}
