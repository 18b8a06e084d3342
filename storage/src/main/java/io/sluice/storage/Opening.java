package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.storage.BookmarkIndex.Mark;
import io.sluice.storage.StorageException.Corrupt;
import io.sluice.storage.StorageException.Locked;
import io.sluice.storage.StorageException.Mismatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a stream file to write: takes the lock, makes or checks the file, finishes what a crash left half done, and
 * brings the bookmark index up to date. What is open afterwards is exactly what the header counts.
 */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);
    private static final int WRITE_AGAIN_BYTES = 1 << 20;

    /** As it was given, until it is known where the file really is: two names of one file must meet at one lock. */
    private Path path;

    private StreamFolder folder;
    private final DataStreamOptions options;
    private final Seams seams;
    private @Nullable Closeable lock;
    private @Nullable DiskFile file;
    private @Nullable BookmarkIndex index;
    private @Nullable OperationLog operations;

    /** So many entries are surely what they were: all, unless the power was cut before they were forced. */
    private long keptEntries = Long.MAX_VALUE;

    Opening(Path path, DataStreamOptions options, Seams seams) {
        this.path = path;
        this.folder = StreamFolder.of(path);
        this.options = options;
        this.seams = seams;
    }

    /** What an open stream consists of. */
    record Parts(
            StreamState state,
            StreamWriter writer,
            Bookmarks bookmarks,
            Checkpoints checkpoints,
            Generations generations,
            OperationLog operations,
            BookmarkIndex index,
            Closeable lock,
            StreamFolder folder) {

        /**
         * Closes everything.
         *
         * @param known whether it is known what the disk holds; otherwise the next opening looks
         * @return why the file could not be left in good order, or null
         */
        @Nullable
        Stopped close(boolean known) {
            Stopped failure = null;
            try {
                if (known) {
                    leaveToOthers();
                }
            } catch (IOException | RuntimeException e) {
                LOG.error("{}: closing: {}", state.path(), e.getMessage());
                failure = new Stopped(
                        "The stream " + state.path() + " was not closed in good order: " + StorageException.reason(e)
                                + ". The next start looks at what the disk holds.",
                        e);
            }
            for (Closeable part : List.of(index, operations, state.file(), lock)) {
                try {
                    part.close();
                } catch (IOException e) {
                    LOG.warn("{}: closing: {}", state.path(), e.getMessage());
                }
            }
            return failure;
        }

        /** Leaves the file as any other program wants to find it. */
        private void leaveToOthers() throws IOException {
            bookmarks.storeAll();
            operations.store();
            writer.markEnd(state.committed().position());
            checkpoints.force();
            checkpoints.end();
            Committed now = state.committed();
            generations.remark(BookmarkScan.markAt(state, now.entries(), now.position()));
        }
    }

    Parts open() {
        try {
            return openFile();
        } catch (Disk.LockHeldException e) {
            closeAll();
            throw new Locked(path + " is being written already: " + StorageException.reason(e) + ".");
        } catch (IOException e) {
            closeAll();
            throw StorageException.of("Cannot open " + path, e);
        } catch (Corrupt e) {
            closeAll();
            throw advised(e);
        } catch (RuntimeException e) {
            closeAll();
            throw e;
        }
    }

    private Corrupt advised(Corrupt damage) {
        try (DiskFile damaged = seams.disk().openToRead(path)) {
            return damage.withAdvice(path, damaged);
        } catch (IOException e) {
            return damage;
        }
    }

    private Parts openFile() throws IOException {
        Disk disk = seams.disk();
        path = disk.realPath(path);
        folder = StreamFolder.of(path);
        if (disk.exists(path)) {
            // Before anything is made beside it: a file that is none of ours stays as it is, and alone.
            checkIsStream();
        }
        if (!disk.exists(folder.path())) {
            disk.createFolder(folder.path());
        }
        Closeable heldLock = disk.lock(folder.lock());
        lock = heldLock;
        DiskFile opened = disk.openToWrite(path);
        file = opened;
        // Each time: who made the file or the folder may have died before their names were on the disk.
        forceParent();
        Generations generations = Generations.open(disk, folder, seams.random());
        if (HeaderPage.isBlank(opened)) {
            generations.forget();
            create(opened);
        }
        StreamHeader header = HeaderPage.read(opened, path);
        checkWishes(header);
        StreamWriter writer = new StreamWriter(opened, seams.layout());
        header = recover(opened, header, writer, generations);
        boolean foreign = !generations.isOfThisFile(opened, seams.layout(), header);
        StreamState state = new StreamState(path, opened, seams.layout(), header, generations.note());
        disk.delete(folder.relayout());
        BookmarkIndex openedIndex = seams.indexes().open(folder.bookmarks());
        index = openedIndex;
        if (openedIndex.mark().entries() > keptEntries) {
            // Made of what may be lost, or be something else now before the bytes that its mark is compared with.
            openedIndex.clear();
        }
        OptionalLong rewritten = PendingRewrite.finish(disk, folder, state);
        if (rewritten.isPresent()) {
            openedIndex.clear();
        }
        if (foreign || isIndexOfAnotherFile(openedIndex, state)) {
            LOG.warn("{} was changed by another program, its history begins a new generation", path);
            generations.forget();
            state.publishHistory(header.totalLength(), header.totalEntries(), generations.note());
        }
        OperationLog openedLog =
                OperationLog.open(disk, folder, state, options.forcePolicy(), generations.note(), rewritten);
        operations = openedLog;
        PendingRewrite.end(disk, folder);
        bringUp(openedIndex, state, openedLog);
        Checkpoints checkpoints = new Checkpoints(disk, seams.clock(), opened, folder, options.forcePolicy());
        checkpoints.write(state.committed());
        generations.remark(BookmarkScan.markAt(state, header.totalEntries(), header.totalLength()));
        return new Parts(
                state,
                writer,
                new Bookmarks(state, openedIndex),
                checkpoints,
                generations,
                openedLog,
                openedIndex,
                heldLock,
                folder);
    }

    /** An index may be ahead, of an operation that was kept; it stays so until it is known what becomes of that. */
    private void bringUp(BookmarkIndex openedIndex, StreamState state, OperationLog openedLog) throws IOException {
        Committed now = state.committed();
        if (openedIndex.mark().entries() > now.entries() && isOfThisFile(openedIndex.mark(), state)) {
            openedLog.walkBegins(now.entries(), now.position());
            openedLog.walkEnded();
        } else {
            new BookmarkScan(state, openedIndex).catchUp(now.entries(), now.position(), openedLog);
        }
    }

    private boolean isOfThisFile(Mark mark, StreamState state) throws IOException {
        Committed now = state.committed();
        KeptOperation kept = KeptOperation.read(seams.disk(), folder);
        if (kept != null
                && kept.follows(now)
                && kept.endPosition() <= state.file().length()) {
            return BookmarkScan.holds(mark, state.file(), state.layout(), kept);
        }
        return BookmarkScan.holds(mark, state.file(), state.layout(), now.entries(), now.position());
    }

    /** Whether somebody has changed what the index was made from: an index without a mark, a new one say, tells nothing. */
    private boolean isIndexOfAnotherFile(BookmarkIndex openedIndex, StreamState state) throws IOException {
        Mark mark = openedIndex.mark();
        return mark.entries() <= keptEntries && !isOfThisFile(mark, state);
    }

    private void checkIsStream() throws IOException {
        try (DiskFile existing = seams.disk().openToRead(path)) {
            if (!HeaderPage.isBlank(existing)) {
                checkWishes(HeaderPage.read(existing, path));
            }
        }
    }

    /** A new file has its pages before its header: a crash in between leaves a blank page, which is as good as no file. */
    private void create(DiskFile newFile) throws IOException {
        newFile.setLength(seams.layout().pageStart(PageLayout.INITIAL_PAGES));
        newFile.force();
        HeaderPage.create(newFile, options.newHeader());
        newFile.force();
    }

    private void forceParent() throws IOException {
        Path parent = path.getParent();
        if (parent != null) {
            seams.disk().forceFolder(parent);
        }
    }

    private void checkWishes(StreamHeader header) {
        if (options.version().isPresent() && options.version().getAsInt() != header.version()) {
            throw new Mismatch(path + " has version " + header.version() + ", not "
                    + options.version().getAsInt() + ".");
        }
        checkWish("system id", options.systemId().orElse(header.systemId()), header.systemId());
        checkWish("stream type", options.streamType().orElse(header.streamType()), header.streamType());
    }

    private void checkWish(String field, long wished, long actual) {
        if (wished != actual) {
            throw new Mismatch(path + " has " + field + " " + Long.toUnsignedString(actual) + ", not "
                    + Long.toUnsignedString(wished) + ".");
        }
    }

    /** Checks the header against the file, and leaves the file as the Go servers want to find it. */
    private StreamHeader recover(DiskFile opened, StreamHeader found, StreamWriter writer, Generations generations)
            throws IOException {
        StreamHeader header = afterUnforced(opened, found, generations);
        HeaderPage.check(header, opened.length(), path);
        checkLastPage(opened, header);
        // A process that died between writing and forcing may have left a commit or a truncation that is not on the
        // disk yet. Readers are about to see it. The header is written again: after a failed force the operating system
        // takes what it has in memory for written.
        HeaderPage.writeAgain(opened, header);
        opened.force();
        writer.makeRoom(header.totalLength());
        ByteBuffer next = ByteBuffer.allocate(1);
        opened.readFully(next, header.totalLength());
        if (next.get(0) != EntryFormat.PACKET_PADDING) {
            // Only now: what stands there belongs to the stream as long as a longer header may be on the disk.
            writer.markEnd(header.totalLength());
            opened.force();
        }
        return header;
    }

    /** What to make of the file of a writer that did not force, and died. */
    private StreamHeader afterUnforced(DiskFile opened, StreamHeader found, Generations generations)
            throws IOException {
        Disk disk = seams.disk();
        Checkpoint checkpoint = Checkpoint.read(disk, folder.checkpoint());
        if (checkpoint == null) {
            return found;
        }
        StreamHeader header = found;
        boolean powerCut = !checkpoint.bootId().equals(disk.bootId());
        if (powerCut) {
            // Readers may have seen more than was forced, also where the header that was left counts no more than that.
            // Before anything else: whoever deletes the checkpoint to open a damaged file does not hide the change.
            keptEntries = Math.max(0, Math.min(checkpoint.entries(), found.totalEntries()));
            generations.lost(keptEntries);
        }
        if (powerCut && checkpoint.position() < found.totalLength()) {
            header = checkpoint.periodic()
                    ? cutBack(opened, found, checkpoint)
                    : checkUnforced(opened, found, checkpoint);
        }
        try {
            opened.force();
        } catch (IOException e) {
            Checkpoints.distrust(checkpoint, disk, folder);
            throw e;
        }
        disk.delete(folder.checkpoint());
        // If it came back after a power cut, what is committed from now on would be cut off.
        disk.forceFolder(folder.path());
        return header;
    }

    /** What was not forced can hold anything, also where it looks whole: the promise is the last checkpoint. */
    private StreamHeader cutBack(DiskFile opened, StreamHeader found, Checkpoint checkpoint) throws IOException {
        LOG.warn(
                "{}: cut back from {} entries to {}: the others were not forced yet when the power was cut",
                path,
                found.totalEntries(),
                checkpoint.entries());
        StreamHeader header = found.withTotals(checkpoint.position(), checkpoint.entries());
        // A note that is wrong must not cost the only header.
        HeaderPage.check(header, opened.length(), path);
        checkLastPage(opened, header);
        HeaderPage.write(opened, header);
        return header;
    }

    private StreamHeader checkUnforced(DiskFile opened, StreamHeader found, Checkpoint checkpoint) throws IOException {
        try {
            HeaderPage.check(found, opened.length(), path);
            walk(opened, checkpoint.position(), checkpoint.entries(), found);
            if (checkpoint.isDistrusted()) {
                writeAgain(opened, checkpoint.position(), found.totalLength());
            }
            return found;
        } catch (Corrupt e) {
            throw new Corrupt(e.getMessage() + " It was written without forcing, and the power was cut. The first "
                    + checkpoint.entries() + " entries were forced. To open it as it is, delete " + folder.checkpoint()
                    + ".");
        }
    }

    /** After a failed force the operating system takes for written what it has in memory: no other force brings it out. */
    private void writeAgain(DiskFile opened, long from, long to) throws IOException {
        LOG.warn("{}: {} bytes are written again, as a force of them has failed", path, to - from);
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(WRITE_AGAIN_BYTES, to - from));
        for (long position = from; position < to; position += piece.limit()) {
            piece.clear().limit((int) Math.min(piece.capacity(), to - position));
            opened.readFully(piece, position);
            opened.write(piece.flip(), position);
        }
    }

    /** The last page is what a crash could have hurt. */
    private void checkLastPage(DiskFile opened, StreamHeader header) throws IOException {
        if (header.totalEntries() == 0) {
            return;
        }
        PageLayout layout = seams.layout();
        long start = layout.pageStart(layout.pageOf(header.totalLength() - 1));
        ByteBuffer first = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        opened.readFully(first, start);
        walk(opened, start, EntryFormat.number(first, 0), header);
    }

    private void walk(DiskFile opened, long from, long number, StreamHeader header) throws IOException {
        long end;
        try {
            end = new EntryWalker(opened, seams.layout())
                    .walk(from, number, header.totalLength(), (position, buffer, entryIndex) -> true);
        } catch (Corrupt e) {
            throw new Corrupt(path + ": " + e.getMessage() + ".");
        }
        if (end != header.totalEntries()) {
            throw new Corrupt(path + ": the header counts " + header.totalEntries()
                    + " entries, but the last one is entry " + Long.toUnsignedString(end - 1) + ".");
        }
    }

    private void closeAll() {
        if (index != null) {
            index.close();
        }
        closeQuietly(operations);
        closeQuietly(file);
        closeQuietly(lock);
    }

    private static void closeQuietly(@Nullable Closeable open) {
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("closing after a failed open", e);
            }
        }
    }
}
