package io.sluice.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The file that keeps a place: replaced whole, so that after a power cut it holds the old place or the new one. Only one
 * process at a time has it. The lock is on a file beside it, {@code FILE.lock}, which stays, for the file itself is another
 * one after each replacement; {@code FILE.new} is what it will be replaced with.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure}.
 */
final class ResumeFile implements AutoCloseable {
    /** A place is far shorter; what is longer is something else. */
    private static final int MAX_LENGTH = 1 << 16;

    private final Path file;
    private final FileChannel lock;

    private ResumeFile(Path file, FileChannel lock) {
        this.file = file;
        this.lock = lock;
    }

    /** Takes the file for this process, whether it exists or not. */
    static ResumeFile open(Path named) {
        try {
            // A link stays one: what it leads to is replaced.
            Path file = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
            if (Files.isDirectory(file)) {
                throw CommandFailure.failed("Cannot keep a place in " + named + ": it is a folder, not a file.");
            }
            FileChannel channel =
                    FileChannel.open(beside(file, ".lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            if (!tryLock(channel)) {
                channel.close();
                throw CommandFailure.failed(named + " is in use by another process, which goes on there already.");
            }
            return new ResumeFile(file, channel);
        } catch (IOException e) {
            throw CommandFailure.failed("Cannot keep a place in " + named + ": " + Words.reason(e) + ".");
        }
    }

    /** Whether nobody else has this file; until the channel is closed nobody will. */
    static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // It is another command of the same process.
            return false;
        }
    }

    /** Whether a file is one of those that this one needs. */
    boolean uses(Path other) {
        Path path = other.toAbsolutePath().normalize();
        try {
            path = Files.exists(path) ? path.toRealPath() : path;
        } catch (IOException e) {
            // What cannot be looked at cannot be opened either, which is told then.
        }
        return path.equals(file.normalize())
                || path.equals(beside(file, ".lock").normalize())
                || path.equals(beside(file, ".new").normalize());
    }

    /**
     * The place; null when there is no file yet.
     *
     * @param parse reads the text; an IllegalArgumentException says why it cannot
     * @param toStartAnew what to do then, in words
     */
    <T> @Nullable T read(Function<String, T> parse, String toStartAnew) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            boolean possible = Files.size(file) <= MAX_LENGTH;
            return parse.apply(possible ? Files.readString(file, StandardCharsets.ISO_8859_1) : "");
        } catch (IllegalArgumentException e) {
            throw CommandFailure.failed(file + " holds no place to go on from: " + e.getMessage() + ". To start anew, "
                    + toStartAnew + ".");
        } catch (IOException e) {
            throw CommandFailure.failed("Cannot read " + file + ": " + Words.reason(e) + ".");
        }
    }

    /** Replaces the place by these lines of ASCII; they are on the disk when this returns. */
    void store(String place) {
        Path next = beside(file, ".new");
        try {
            try (FileChannel channel = FileChannel.open(
                    next, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(place.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            Folders.force(file);
        } catch (IOException e) {
            throw CommandFailure.failed("Cannot keep the place in " + file + ": " + Words.reason(e) + ".");
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The process is about to end, and the lock with it.
        }
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
