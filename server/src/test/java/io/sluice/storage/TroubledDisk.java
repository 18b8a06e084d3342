package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A real disk that is full, fails or does not answer when a test says so. */
public final class TroubledDisk {
    private final Disk real = new FileDisk();

    /** What becomes of a write. */
    public enum Trouble {
        NONE,
        FULL,
        FAILS,
        HANGS
    }

    private volatile Trouble trouble = Trouble.NONE;

    /** From now on. */
    public void set(Trouble now) {
        trouble = now;
    }

    /** Opens a stream on it. */
    public DataStream open(Path file) {
        Seams seams = new Seams(
                new Troubled(),
                System::nanoTime,
                Seams::openIndex,
                PageLayout.STANDARD,
                new java.security.SecureRandom()::nextLong,
                true);
        return DataStream.open(file, DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER), seams);
    }

    private void meet() throws IOException {
        while (trouble == Trouble.HANGS) {
            LockSupport.parkNanos(1_000_000);
        }
        if (trouble == Trouble.FULL) {
            throw new Disk.FullException("No space left on device", new IOException("No space left on device"));
        }
        if (trouble == Trouble.FAILS) {
            throw new IOException("Input/output error");
        }
    }

    private final class Troubled implements Disk {
        @Override
        public DiskFile openToRead(Path file) throws IOException {
            return real.openToRead(file);
        }

        @Override
        public DiskFile openToWrite(Path file) throws IOException {
            return new TroubledFile(real.openToWrite(file));
        }

        @Override
        public boolean exists(Path file) {
            return real.exists(file);
        }

        @Override
        public Path realPath(Path file) throws IOException {
            return real.realPath(file);
        }

        @Override
        public void createFolder(Path folder) throws IOException {
            real.createFolder(folder);
        }

        @Override
        public void delete(Path file) throws IOException {
            real.delete(file);
        }

        @Override
        public void move(Path file, Path target) throws IOException {
            real.move(file, target);
        }

        @Override
        public void forceFolder(Path folder) throws IOException {
            real.forceFolder(folder);
        }

        @Override
        public Closeable lock(Path file) throws IOException {
            return real.lock(file);
        }

        @Override
        public String bootId() {
            return real.bootId();
        }
    }

    private final class TroubledFile implements DiskFile {
        private final DiskFile file;

        TroubledFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            meet();
            file.write(source, position);
        }

        @Override
        public void force() throws IOException {
            meet();
            file.force();
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public void setLength(long length) throws IOException {
            meet();
            file.setLength(length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
