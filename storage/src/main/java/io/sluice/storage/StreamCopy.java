package io.sluice.storage;

import io.sluice.core.StreamHeader;
import io.sluice.storage.BookmarkIndex.Mark;
import io.sluice.storage.StorageException.Corrupt;
import java.io.EOFException;
import java.io.IOException;

/**
 * Copies a stream file that somebody may be writing. What is committed when it begins is copied, and it is an error when
 * that was changed before all of it was read.
 *
 * <p><b>Threading:</b> one thread; it keeps one page in memory.
 */
final class StreamCopy {
    private final StreamState state;
    private final Disk disk;

    StreamCopy(StreamState state, Disk disk) {
        this.state = state;
        this.disk = disk;
    }

    StreamHeader to(StreamFileWriter target, Verification.Progress progress) throws IOException {
        History history = history();
        StreamHeader header = history.header();
        HeaderPage.check(header, state.file().length(), state.path());
        Mark mark = BookmarkScan.markAt(state, header.totalEntries(), header.totalLength());
        try {
            copy(header, target, progress);
        } catch (EOFException e) {
            requireSame(history, mark);
            throw e;
        } catch (Corrupt e) {
            requireSame(history, mark);
            throw new Corrupt(state.path() + ": " + e.getMessage() + ".");
        }
        requireSame(history, mark);
        return header;
    }

    private History history() throws IOException {
        return History.of(disk, state.path(), state.file());
    }

    private void copy(StreamHeader header, StreamFileWriter target, Verification.Progress progress) throws IOException {
        PageLayout layout = state.layout();
        long end = header.totalLength();
        long entries = new EntryWalker(state.file(), layout)
                .walk(PageLayout.HEADER_PAGE_LENGTH, 0, end, (at, buffer, index) -> {
                    if (layout.offset(at) == 0) {
                        progress.walked(at, end);
                        target.endPage();
                    }
                    target.add(buffer, index);
                    return true;
                });
        if (layout.offset(end) == 0 && target.position() < end) {
            target.endPage();
        }
        if (entries != header.totalEntries() || target.position() != end) {
            throw new Corrupt("the header counts " + header.totalEntries() + " entries in " + end
                    + " bytes, the file holds " + entries + " in " + target.position());
        }
        progress.walked(end, end);
    }

    /**
     * A writer of ours notes each change of what is committed. One of another program does not: it is told by the header,
     * and by the last bytes of what was copied.
     */
    private void requireSame(History before, Mark mark) throws IOException {
        History now = history();
        StreamHeader header = now.header();
        boolean isSame = before.isStill(now)
                && BookmarkScan.holds(mark, state.file(), state.layout(), header.totalEntries(), header.totalLength());
        if (!isSame) {
            throw new StorageException(state.path() + " was cut or changed while it was copied: it had "
                    + before.header().totalEntries() + " entries, and has " + header.totalEntries()
                    + " now. Copy it again.");
        }
    }
}
