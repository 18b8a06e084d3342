package io.sluice.storage;

import io.sluice.storage.StorageException.Locked;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Builds anew what can be derived from a stream file: its bookmark index, and in its operation log checksums of what has
 * none. Checksums that are there stay as they are, those of bytes that have changed since included: a check is to find them.
 *
 * @param entries of the stream
 * @param bookmarks that can be looked up
 * @param bytes of the stream, header page included
 * @param keptEntries entries whose checksums were there already
 * @param foundEntries entries that have got a checksum, of what the file holds now
 */
public record Reindex(long entries, long bookmarks, long bytes, long keptEntries, long foundEntries) {
    /**
     * Does it, in one walk over the file; an index that is missing or another file's costs one more, at the opening that
     * comes before. A crash leaves an index that the next opening brings up, and the old log.
     *
     * <p><b>Threading:</b> one thread; it keeps two pages in memory.
     *
     * @throws StorageException.Locked when somebody writes the file
     * @throws StorageException.Corrupt when the file is damaged: {@link StreamRepair} comes first
     */
    public static Reindex of(Path file, Verification.Progress progress) {
        return of(file, progress, Seams.REAL);
    }

    static Reindex of(Path file, Verification.Progress progress, Seams seams) {
        // It must be there: opening to write would make it.
        ReadOnlyStream.open(file, seams).close();
        // Finishes what a crash has left, and checks the marks by which another program's changes are found.
        DataStream.open(file, DataStreamOptions.defaults(), seams).close();
        Disk disk = seams.disk();
        try {
            Path path = disk.realPath(file);
            Closeable lock = disk.lock(StreamFolder.of(path).lock());
            try (DiskFile stream = disk.openToRead(path)) {
                return new ReindexWalk(path, stream, progress, seams).run();
            } finally {
                lock.close();
            }
        } catch (Disk.LockHeldException e) {
            throw new Locked(file + " is being written already: " + StorageException.reason(e) + ".");
        } catch (IOException e) {
            throw StorageException.of("Cannot index " + file, e);
        }
    }
}
