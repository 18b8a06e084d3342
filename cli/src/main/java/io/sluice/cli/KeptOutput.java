package io.sluice.cli;

import io.sluice.cli.StoredPlace.OutputEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An output that a place belongs to. Up to the length that is stored with the place it is on the disk; what lies behind that
 * was written before a process died, and is cut off.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure}, and {@link OutputException} for what cannot be written.
 */
final class KeptOutput implements AutoCloseable {
    /** So many of the last bytes tell the file from others. */
    private static final int TAIL_LENGTH = 4096;

    private final Path file;
    private final FileChannel channel;

    /** What belongs to the place; null when there is no place yet. */
    private final @Nullable OutputEnd stored;

    private final Output output;

    private KeptOutput(Path file, FileChannel channel, @Nullable OutputEnd stored) {
        this.file = file;
        this.channel = channel;
        this.stored = stored;
        this.output = new Output(channel, file.toString());
    }

    /** Refuses what would be lost if a new output took this name. An empty file can be one whose command died at once. */
    static void requireNew(Path file, boolean force) {
        try {
            if (Files.exists(file)) {
                requireRegular(file);
                if (!force && Files.size(file) > 0) {
                    throw CommandFailure.failed(file + " exists already, but the resume file does not;"
                            + " --force overwrites it from the beginning.");
                }
            }
        } catch (IOException e) {
            throw new OutputException(file.toString(), e);
        }
    }

    private static void requireRegular(Path file) {
        if (!Files.isRegularFile(file)) {
            throw CommandFailure.failed(file + " is no regular file: --resume needs one, which can be cut back.");
        }
    }

    /**
     * Opens a new output, which no place belongs to yet. Nothing is written or cut.
     *
     * @param force whether it may be a file that holds something
     */
    static KeptOutput create(Path file, boolean force) {
        requireNew(file, force);
        KeptOutput output = new KeptOutput(file, open(file), null);
        try {
            // Another command may have begun with it before it was locked.
            requireNew(file, force);
            Folders.force(file);
            return output;
        } catch (IOException e) {
            output.close();
            throw new OutputException(file.toString(), e);
        } catch (CommandFailure e) {
            output.close();
            throw e;
        }
    }

    /** Opens the output that a place belongs to, and checks that it is that. Nothing is written or cut. */
    static KeptOutput reopen(Path file, OutputEnd stored, ResumeFile resume) {
        if (!Files.exists(file) && stored.length() > 0) {
            throw CommandFailure.failed(file + " is missing, but " + resume + " goes on after its first "
                    + Words.count(stored.length(), "byte", "bytes") + ". To start anew, remove " + resume + ".");
        }
        if (Files.exists(file)) {
            requireRegular(file);
        }
        KeptOutput output = new KeptOutput(file, open(file), stored);
        try {
            output.check(stored, resume);
            // It may be new, when a process died before it had made it.
            Folders.force(file);
            return output;
        } catch (IOException e) {
            output.close();
            throw CommandFailure.failed("Cannot go on with " + file + ": " + Words.reason(e) + ".");
        } catch (CommandFailure e) {
            output.close();
            throw e;
        }
    }

    private void check(OutputEnd expected, ResumeFile resume) throws IOException {
        long length = channel.size();
        if (length < expected.length()) {
            throw CommandFailure.failed(file + " has " + Words.count(length, "byte", "bytes") + ", but " + resume
                    + " goes on after " + Words.grouped(expected.length())
                    + ": it was cut. To start anew, remove both.");
        }
        if (!tail(expected.length()).equals(expected.tail())) {
            throw CommandFailure.failed(file + " is not as it was written: the bytes before position "
                    + expected.length() + ", where " + resume + " goes on, are others. To start anew, remove both.");
        }
    }

    private static FileChannel open(Path file) {
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            if (!ResumeFile.tryLock(channel)) {
                channel.close();
                throw CommandFailure.failed(file + " is being written by another process.");
            }
            return channel;
        } catch (IOException e) {
            throw new OutputException(file.toString(), e);
        }
    }

    /** Cuts off what belongs to no place. From now on it can be written. */
    void begin() {
        try {
            long length = stored == null ? 0 : stored.length();
            channel.truncate(length).position(length);
        } catch (IOException e) {
            throw new OutputException(file.toString(), e);
        }
    }

    /** Where to write. */
    Output output() {
        return output;
    }

    /** What a place before which nothing was written says of it. */
    OutputEnd empty() {
        return new OutputEnd(OutputEnd.nameOf(file), 0, HexFormat.of().toHexDigits(0));
    }

    /** Forces what was written, and tells where it ends. */
    OutputEnd force() {
        output.flush();
        try {
            channel.force(false);
            long length = channel.position();
            return new OutputEnd(OutputEnd.nameOf(file), length, tail(length));
        } catch (IOException e) {
            throw new OutputException(file.toString(), e);
        }
    }

    /** The checksum of the bytes before that position. */
    private String tail(long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(TAIL_LENGTH, position));
        long start = position - bytes.capacity();
        while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
            // Reads on.
        }
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.flip());
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    @Override
    public void close() {
        output.close();
    }
}
