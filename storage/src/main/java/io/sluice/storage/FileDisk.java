package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;

/** The real disk. */
final class FileDisk implements Disk {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** Where the operating system does not name its runs, each process counts as a run of its own. */
    private static final String OWN_BOOT_ID = UUID.randomUUID().toString();

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return new ChannelFile(file, Set.of(StandardOpenOption.READ));
    }

    @Override
    public DiskFile openToWrite(Path file) throws IOException {
        return new ChannelFile(
                file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
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
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new LockHeldException("another process has it open");
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new LockHeldException("this process has it open already");
        } catch (IOException e) {
            channel.close();
            throw e;
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
        private final Set<OpenOption> options;
        private volatile FileChannel channel;
        private volatile boolean closed;

        ChannelFile(Path path, Set<? extends OpenOption> options) throws IOException {
            this.path = path;
            this.options = Set.copyOf(options);
            this.channel = FileChannel.open(path, this.options);
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
                        throw isFull(e) ? new FullException("no space left for " + path, e) : e;
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
                channel = FileChannel.open(path, options);
            }
        }

        private static boolean isFull(IOException e) {
            String message = e.getMessage();
            return message != null
                    && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
        }
    }

    private interface ChannelCall<T> {
        T on(FileChannel channel) throws IOException;
    }
}
