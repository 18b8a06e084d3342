package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** A disk that is another one, but for what a subclass changes. */
class DelegatingDisk implements Disk {
    private final Disk disk;

    DelegatingDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return disk.openToRead(file);
    }

    @Override
    public DiskFile openToWrite(Path file) throws IOException {
        return disk.openToWrite(file);
    }

    @Override
    public boolean exists(Path file) {
        return disk.exists(file);
    }

    @Override
    public Path realPath(Path file) throws IOException {
        return disk.realPath(file);
    }

    @Override
    public void createFolder(Path newFolder) throws IOException {
        disk.createFolder(newFolder);
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public void move(Path file, Path target) throws IOException {
        disk.move(file, target);
    }

    @Override
    public void forceFolder(Path forced) throws IOException {
        disk.forceFolder(forced);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return disk.lock(file);
    }

    @Override
    public String bootId() {
        return disk.bootId();
    }
}
