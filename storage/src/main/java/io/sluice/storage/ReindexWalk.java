package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.OperationRecord.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The one walk over a stream file that both its bookmark index and its operation log are built of. The old log stays in its
 * place until the new one is whole.
 *
 * <p><b>Threading:</b> one thread, which holds the lock of the file.
 */
final class ReindexWalk implements BookmarkScan.Alongside {
    private final Disk disk;
    private final StreamFolder folder;
    private final StreamState state;
    private final Verification.Progress progress;
    private final Seams seams;
    private final GenerationNote note;

    /** Entries before this one are those that the old log is true of. */
    private final long comparable;

    private final OperationLogFile next;
    private final RecordMaker found;
    private @Nullable OperationLogReader oldRecords;

    /** The record of the old log that comes next, and its first entry; null when there is none. */
    private @Nullable OperationRecord old;

    private long oldStart;

    /** Entries before this one are covered by records that were taken over. */
    private long keptUpTo;

    private long kept;
    private long bookmarks;
    private @Nullable IOException failure;

    ReindexWalk(Path path, DiskFile stream, Verification.Progress progress, Seams seams) throws IOException {
        this.disk = seams.disk();
        this.seams = seams;
        this.progress = progress;
        this.folder = StreamFolder.of(path);
        StreamHeader header = HeaderPage.read(stream, path);
        HeaderPage.check(header, stream.length(), path);
        this.note = Generations.open(disk, folder, seams.random()).note();
        this.state = new StreamState(path, stream, seams.layout(), header, note);
        this.comparable = History.of(disk, path, stream).comparable();
        disk.delete(folder.nextOperations());
        this.next = new OperationLogFile(disk.openToWrite(folder.nextOperations()));
        this.found = new RecordMaker(seams.layout(), Kind.FOUND, next::append);
    }

    Reindex run() throws IOException {
        Committed now = state.committed();
        try (OperationLogFile log = next;
                BookmarkIndex index = seams.indexes().open(folder.bookmarks())) {
            log.clear(note.current());
            index.clear();
            scan(index, now);
            if (failure != null) {
                throw failure;
            }
            found.finish(Kind.FOUND);
            log.write();
            log.settleChange(note.current());
        } catch (IOException | RuntimeException e) {
            disk.delete(folder.nextOperations());
            throw e;
        }
        disk.move(folder.nextOperations(), folder.operations());
        disk.forceFolder(folder.path());
        return new Reindex(now.entries(), bookmarks, now.position(), kept, now.entries() - kept);
    }

    private void scan(BookmarkIndex index, Committed now) throws IOException {
        BookmarkScan scan = new BookmarkScan(state, index);
        if (comparable == 0) {
            scan.catchUp(now.entries(), now.position(), this);
        } else {
            try (DiskFile log = disk.openToRead(folder.operations())) {
                Committed end = new Committed(now.position(), comparable, 0);
                oldRecords = new OperationLogReader(log, state.layout(), end);
                old = oldRecords.next();
                scan.catchUp(now.entries(), now.position(), this);
            }
        }
        progress.walked(now.position(), now.position());
    }

    @Override
    public void walkBegins(long entries, long position) {
        // All is walked: the index is empty.
    }

    @Override
    public void entry(long position, ByteBuffer buffer, int index) {
        if (state.layout().offset(position) == 0) {
            progress.walked(position, state.committed().position());
        }
        if (BookmarkScan.bookmarkAt(buffer, index) != null) {
            bookmarks++;
        }
        if (failure == null) {
            try {
                cover(position, buffer, index);
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** An entry gets a checksum of what it is now, unless a record that was there covers it. */
    private void cover(long position, ByteBuffer buffer, int index) throws IOException {
        long number = EntryFormat.number(buffer, index);
        OperationRecord record = old;
        while (record != null && oldStart == number) {
            if (record.kind() != Kind.NONE) {
                found.finish(Kind.FOUND);
                next.append(record.endEntries(), record.endPosition(), record.kind(), record.crc());
                kept += record.endEntries() - oldStart;
                keptUpTo = record.endEntries();
            }
            oldStart = record.endEntries();
            record = oldRecords == null ? null : oldRecords.next();
            old = record;
        }
        if (number >= keptUpTo) {
            found.addEntry(position, buffer, index);
        }
    }

    @Override
    public void walkEnded() {
        // What is at hand is finished when nothing has failed.
    }
}
