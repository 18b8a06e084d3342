package io.sluice.storage;

import io.sluice.core.StreamHeader;
import io.sluice.storage.StorageException.Corrupt;
import io.sluice.storage.StorageException.Locked;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Repairs a stream file that cannot be opened, or whose bytes have changed: cuts it back to the last whole operation before
 * the first fault, or to the last whole entry where nobody knows where operations end, and makes the header say so. What
 * goes is kept in files beside it before anything is changed.
 *
 * <p>Looking for what is wrong changes nothing. While this is open no other process can open the file to write, if one ever
 * has: the lock lies in the folder beside the file.
 *
 * <p>A crash in the middle of {@link #apply} leaves the file as it was, or repaired; the next repair goes on. What is derived
 * from the file follows at its next opening.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link StorageException}; the file is as it was then, or repaired.
 */
public final class StreamRepair implements AutoCloseable {
    private final Disk disk;
    private final Seams seams;
    private final Path path;
    private final StreamFolder folder;
    private final DiskFile file;
    private @Nullable Closeable lock;
    private final RepairScan.Found scan;

    private StreamRepair(Path given, DataStreamOptions fields, Verification.Progress progress, Seams seams)
            throws IOException {
        this.seams = seams;
        this.disk = seams.disk();
        if (!disk.exists(given)) {
            // Opening to write would make it.
            throw new NoSuchFileException(given.toString());
        }
        this.path = disk.realPath(given);
        this.folder = StreamFolder.of(path);
        this.lock = disk.exists(folder.lock()) ? disk.lock(folder.lock()) : null;
        DiskFile opened = null;
        try {
            opened = disk.openToRead(path);
            this.scan = new RepairScan(disk, path, opened, seams.layout(), progress).run(fields);
            this.file = opened;
        } catch (IOException | RuntimeException e) {
            closeAll(opened, lock);
            throw e;
        }
    }

    /**
     * Looks for what is wrong with a file: walks over all of it.
     *
     * @param fields the version, the system id and the stream type: wanted only when the header cannot be read; the other
     *     options have no meaning
     * @throws Locked when somebody writes the file
     * @throws Corrupt when nothing can be made of the file, or the header cannot be read and a field is missing
     * @throws StorageException.Mismatch when the header has other fields
     */
    public static StreamRepair open(Path file, DataStreamOptions fields, Verification.Progress progress) {
        return open(file, fields, progress, Seams.REAL);
    }

    static StreamRepair open(Path file, DataStreamOptions fields, Verification.Progress progress, Seams seams) {
        try {
            return new StreamRepair(file, fields, progress, seams);
        } catch (Disk.LockHeldException e) {
            throw new Locked(file + " is being written: " + StorageException.reason(e) + ".");
        } catch (IOException e) {
            throw StorageException.of("Cannot repair " + file, e);
        }
    }

    /** What is wrong, and what there is to do. */
    public RepairPlan plan() {
        return scan.plan();
    }

    /** Does what the plan says. Nothing is changed when there is nothing to do. */
    public void apply() {
        if (plan().isGood()) {
            return;
        }
        try {
            takeLock();
            new KeptRanges(disk, path, file).keep(plan().kept());
            changeNotes();
            writeFile();
        } catch (Disk.LockHeldException e) {
            throw new Locked(path + " is being written: " + StorageException.reason(e) + ".");
        } catch (IOException e) {
            throw StorageException.of("Cannot repair " + path, e);
        }
    }

    /** A file that no writer of ours has opened yet has no lock. */
    private void takeLock() throws IOException {
        if (lock != null) {
            return;
        }
        if (!disk.exists(folder.path())) {
            disk.createFolder(folder.path());
            disk.forceFolder(Objects.requireNonNull(path.getParent()));
        }
        lock = disk.lock(folder.lock());
        if (!scan.isStill(file)) {
            throw new Corrupt(path + " was changed while it was looked at; look again.");
        }
    }

    /** Before the stream changes: a new generation, and no bookmarks that could be of entries which are gone. */
    private void changeNotes() throws IOException {
        RepairPlan plan = plan();
        StreamHeader repaired = plan.repaired();
        if (scan.changesHistory()) {
            Generations generations = Generations.open(disk, folder, seams.random());
            if (scan.isPrefixKnown()) {
                StreamState state = new StreamState(path, file, seams.layout(), repaired, generations.note());
                long first = plan.found().isPresent()
                        ? Math.min(
                                repaired.totalEntries(),
                                Math.max(0, plan.found().get().totalEntries()))
                        : repaired.totalEntries();
                generations.change(first, BookmarkScan.markAt(state, repaired.totalEntries(), repaired.totalLength()));
            } else {
                generations.forget();
            }
            try (BookmarkIndex index = seams.indexes().open(folder.bookmarks())) {
                index.clear();
            }
        }
        if (scan.isCheckpointWrong()) {
            disk.delete(folder.checkpoint());
            disk.forceFolder(folder.path());
        }
    }

    private void writeFile() throws IOException {
        StreamHeader repaired = plan().repaired();
        try (DiskFile target = disk.openToWrite(path)) {
            if (target.length() < PageLayout.HEADER_PAGE_LENGTH) {
                target.setLength(PageLayout.HEADER_PAGE_LENGTH);
                target.force();
            }
            if (scan.writesHeader()) {
                // All of it lies in one sector: a power cut leaves the old one or this one.
                ByteBuffer begin = ByteBuffer.allocate(HeaderPage.HEADER_POSITION + StreamHeader.LENGTH);
                repaired.putTo(begin.put(HeaderPage.MAGIC));
                target.write(begin.flip(), 0);
                target.force();
            }
            // Not before the header: the zeros could make a whole entry of one that was cut.
            new StreamWriter(target, seams.layout()).markEnd(repaired.totalLength());
            target.force();
        }
    }

    @Override
    public void close() {
        try {
            closeAll(file, lock);
        } catch (IOException e) {
            throw StorageException.of("Cannot close " + path, e);
        }
    }

    private static void closeAll(@Nullable Closeable first, @Nullable Closeable second) throws IOException {
        try (second) {
            if (first != null) {
                first.close();
            }
        }
    }
}
