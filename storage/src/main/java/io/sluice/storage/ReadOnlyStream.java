package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream file, open to be read: no lock is taken, nothing is created, nothing is changed, and the file may be one that a
 * server is writing. It shows what was committed when it was opened.
 *
 * <p>Its generation is its own, and the only one that {@link StreamView#unchangedBefore} knows.
 *
 * <p>Bookmarks are found by walking the file once, at the first question.
 *
 * <p><b>Threading:</b> any thread.
 *
 * <p><b>Failure:</b> {@link StorageException}. When the writer truncates the file, reads beyond its new end may give what
 * is there then: open it again.
 */
public final class ReadOnlyStream implements AutoCloseable {
    private final StreamState state;
    private final Disk disk;
    private final CommittedReader reader;

    private ReadOnlyStream(StreamState state, Disk disk) {
        this.state = state;
        this.disk = disk;
        this.reader = new CommittedReader(state, new WalkedBookmarks(state), position -> OptionalLong.empty());
    }

    static ReadOnlyStream open(Path path, Seams seams) {
        try {
            DiskFile file = seams.disk().openToRead(path);
            try {
                StreamHeader header = readHeader(file, path);
                HeaderPage.check(header, file.length(), path);
                // Not the writer's generation: what was read of the file, and what of its note, may be of two moments.
                GenerationNote own = GenerationNote.begin(seams.random());
                return new ReadOnlyStream(new StreamState(path, file, seams.layout(), header, own), seams.disk());
            } catch (StorageException.Corrupt e) {
                StorageException.Corrupt advised = e.withAdvice(path, file);
                file.close();
                throw advised;
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw StorageException.of("Cannot open " + path, e);
        }
    }

    /** A writer may be in the middle of writing it: it is right when it reads the same twice. */
    static StreamHeader readHeader(DiskFile file, Path path) throws IOException {
        StreamHeader header = HeaderPage.read(file, path);
        StreamHeader again = HeaderPage.read(file, path);
        while (!again.equals(header)) {
            header = again;
            again = HeaderPage.read(file, path);
        }
        return header;
    }

    /** What was committed when the file was opened. */
    public StreamView view() {
        return reader;
    }

    /**
     * Walks over all that is committed now and checks it: against the format, and against the checksums that lie beside the
     * file.
     */
    public Verification verify(Verification.Progress progress) {
        try {
            return Verification.of(state, disk, progress);
        } catch (IOException e) {
            throw StorageException.of("Cannot check " + state.path(), e);
        }
    }

    /**
     * Copies what is committed now, with the same pages.
     *
     * @param progress may throw, which ends the copy
     * @return the header of what was copied
     * @throws StorageException when the file is damaged, or was cut or changed meanwhile
     * @throws IOException when the file cannot be read, or what the target throws
     */
    public StreamHeader copyTo(StreamFileWriter target, Verification.Progress progress) throws IOException {
        return new StreamCopy(state, disk).to(target, progress);
    }

    /** The generation that the writer of the file has noted last; empty when there is no note beside the file. */
    public OptionalLong notedGeneration() throws IOException {
        GenerationNote note = GenerationNote.read(
                disk, StreamFolder.of(disk.realPath(state.path())).generations());
        return note == null ? OptionalLong.empty() : OptionalLong.of(note.current());
    }

    /**
     * Gives all entries in their order, whatever their numbers are, to somebody who looks for what is wrong with them:
     * {@link #verify} ends with the first wrong number. Where a page is damaged this goes on with the next page. A file
     * that counts more or fewer entries than it has is damaged too, which is told in the end.
     *
     * <p>It reads on the caller's thread, and keeps one page in memory.
     *
     * @throws RuntimeException what the visitor throws
     */
    public void walk(EntryVisitor visitor) {
        new EntryWalker(state.file(), state.layout()).walkLeniently(state.committed(), visitor);
    }

    @Override
    public void close() {
        try {
            state.file().close();
        } catch (IOException e) {
            throw StorageException.of("Cannot close " + state.path(), e);
        }
    }

    /** The bookmarks of a file, found when they are asked for. */
    private static final class WalkedBookmarks implements CommittedReader.BookmarkLookup {
        private final StreamState state;
        private @Nullable BookmarkIndex index;

        WalkedBookmarks(StreamState state) {
            this.state = state;
        }

        @Override
        public synchronized OptionalLong newest(Bookmark bookmark, long below) {
            BookmarkIndex known = index;
            if (known == null) {
                known = walk();
                index = known;
            }
            long number = known.newest(bookmark, below);
            return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
        }

        @Override
        public synchronized void rebuild() {
            index = walk();
        }

        private BookmarkIndex walk() {
            Committed now = state.committed();
            BookmarkIndex walked = new MemoryBookmarkIndex();
            try {
                new BookmarkScan(state, walked).catchUp(now.entries(), now.position());
            } catch (IOException e) {
                throw StorageException.of(state.path() + ": looking for bookmarks", e);
            }
            return walked;
        }
    }
}
