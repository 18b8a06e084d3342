package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The real disk. */
final class FileDisk implements Disk {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** The locks of this process: its own second look at a lock file would let go of the first one's lock. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** Where the operating system does not name its runs, each process counts as a run of its own. */
    private static final String OWN_BOOT_ID = UUID.randomUUID().toString();

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return new ChannelFile(file, Set.of(StandardOpenOption.READ));
    }

    @Override
    public DiskFile openToWrite(Path file) throws IOException {
        try {
            return new ChannelFile(
                    file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
        } catch (IOException e) {
            throw toldFull(e, file);
        }
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } catch (IOException e) {
            throw toldFull(e, folder);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void move(Path file, Path target) throws IOException {
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw toldFull(e, target);
        }
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Path realPath(Path file) throws IOException {
        if (Files.exists(file)) {
            return file.toRealPath();
        }
        if (Files.isSymbolicLink(file)) {
            throw new IOException("it is a link to a file that does not exist");
        }
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
        return folder.toRealPath().resolve(absolute.getFileName());
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        // Before the file is touched: the operating system drops a process's lock when any channel on the file is
        // closed.
        Path key = realPath(file);
        if (!HELD.add(key)) {
            throw new LockHeldException("this process has it open already");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            if (channel.tryLock() == null) {
                throw new LockHeldException("another process has it open");
            }
            return new HeldLock(key, channel);
        } catch (IOException | RuntimeException e) {
            HELD.remove(key);
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
    }

    private record HeldLock(Path key, FileChannel channel) implements Closeable {
        @Override
        public void close() throws IOException {
            try {
                channel.close();
            } finally {
                HELD.remove(key);
            }
        }
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return OWN_BOOT_ID;
        }
    }

    /**
     * A file that outlives interrupts. The JDK closes a FileChannel, for everybody, when a thread that is inside it is
     * interrupted, and a source's thread is the user's to interrupt. All that is done here can be done twice: so the
     * channel is opened anew, the call repeated, and the interrupt kept for whoever looks for it.
     */
    private static final class ChannelFile implements DiskFile {
        private final Path path;
        private final Set<OpenOption> reopenOptions;

        /** What the operating system calls the file, whatever its name is by now; null where it does not tell. */
        private final @Nullable Object identity;

        private volatile FileChannel channel;
        private volatile boolean closed;

        ChannelFile(Path path, Set<? extends OpenOption> options) throws IOException {
            this.path = path;
            this.channel = FileChannel.open(path, options);
            this.identity = identity();
            this.reopenOptions = new HashSet<>(options);
            reopenOptions.remove(StandardOpenOption.CREATE);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int start = target.position();
            return uninterrupted(open -> {
                target.position(start);
                long at = position;
                while (target.hasRemaining()) {
                    int count = open.read(target, at);
                    if (count < 0) {
                        break;
                    }
                    at += count;
                }
                return (int) (at - position);
            });
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            int start = source.position();
            uninterrupted(open -> {
                source.position(start);
                long at = position;
                while (source.hasRemaining()) {
                    at += open.write(source, at);
                }
                return at;
            });
        }

        @Override
        public void force() throws IOException {
            uninterrupted(open -> {
                // Data and whatever metadata is needed to find them again, the length included; not the times.
                open.force(false);
                return open;
            });
        }

        @Override
        public long length() throws IOException {
            return uninterrupted(FileChannel::size);
        }

        @Override
        public void setLength(long length) throws IOException {
            uninterrupted(open -> {
                if (length > open.size()) {
                    open.write(ByteBuffer.allocate(1), length - 1);
                } else {
                    open.truncate(length);
                }
                return open;
            });
        }

        @Override
        public void close() throws IOException {
            closed = true;
            channel.close();
        }

        private <T> T uninterrupted(ChannelCall<T> call) throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                while (true) {
                    FileChannel open = channel;
                    try {
                        return call.on(open);
                    } catch (ClosedByInterruptException e) {
                        interrupted = true;
                        // The flag has to go before the channel can be used again; it is set again below.
                        Thread.interrupted();
                        reopen(open, e);
                    } catch (ClosedChannelException e) {
                        // Another thread's interrupt closed it under this one.
                        reopen(open, e);
                    } catch (IOException e) {
                        throw toldFull(e, path);
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private synchronized void reopen(FileChannel broken, ClosedChannelException cause) throws IOException {
            if (closed) {
                throw cause;
            }
            if (channel == broken) {
                FileChannel again = FileChannel.open(path, reopenOptions);
                if (!Objects.equals(identity, identity())) {
                    again.close();
                    throw new IOException(path + " was replaced by another file");
                }
                channel = again;
            }
        }

        private @Nullable Object identity() throws IOException {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        }
    }

    private static IOException toldFull(IOException e, Path path) {
        return isFull(e) ? new FullException("no space left for " + path, e) : e;
    }

    /** Whether this is about room on the disk, in the words of the operating system. */
    static boolean isFull(IOException e) {
        String message = e.getMessage();
        return message != null
                && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
    }

    private interface ChannelCall<T> {
        T on(FileChannel channel) throws IOException;
    }
}
