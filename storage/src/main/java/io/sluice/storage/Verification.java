package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.storage.StorageException.Corrupt;
import java.io.IOException;
import java.util.Optional;

/**
 * What a walk over a whole stream file found.
 *
 * @param entries whole entries found, in order, up to the end or the fault
 * @param bookmarks how many of them are bookmarks
 * @param oddBookmarks how many bookmark entries have no bytes or more than 16, so that they cannot be looked up
 * @param pages data pages walked
 * @param bytes committed bytes walked, header page included
 * @param fault where the file is not as the format wants it; empty when it is everywhere
 * @param coverage what the checksums beside the file say of the bytes, also behind a fault
 */
public record Verification(
        long entries,
        long bookmarks,
        long oddBookmarks,
        long pages,
        long bytes,
        Optional<String> fault,
        Coverage coverage) {

    /** So often a file that is being changed is walked again, before a fault is believed. */
    private static final int MAX_WALKS = 5;

    /** Hears how far a walk is; called often. */
    public interface Progress {
        /** So many of so many bytes are walked. */
        void walked(long bytes, long totalBytes);
    }

    /** Whether nothing is wrong. */
    public boolean isGood() {
        return fault.isEmpty() && coverage.damagedCount() == 0;
    }

    /** Checks what is committed now, while a writer may add to it or change it. */
    static Verification of(StreamState state, Disk disk, Progress progress) throws IOException {
        for (int walk = 1; true; walk++) {
            History history = History.of(disk, state.path(), state.file());
            HeaderPage.check(history.header(), state.file().length(), state.path());
            Verification found = new Walk(state, disk, history, progress).run();
            // What was read while it was changed is of no history, and no fault.
            if (found.isGood() || walk == MAX_WALKS || history.isStill(History.of(disk, state.path(), state.file()))) {
                return found;
            }
        }
    }

    private static final class Walk {
        private final DiskFile file;
        private final PageLayout layout;
        private final StreamState state;
        private final Disk disk;
        private final History history;
        private final Progress progress;
        private final Committed committed;
        private long entries;
        private long bookmarks;
        private long oddBookmarks;
        private long position = PageLayout.HEADER_PAGE_LENGTH;

        Walk(StreamState state, Disk disk, History history, Progress progress) {
            this.file = state.file();
            this.layout = state.layout();
            this.state = state;
            this.disk = disk;
            this.history = history;
            this.progress = progress;
            this.committed = new Committed(
                    history.header().totalLength(), history.header().totalEntries(), 0);
        }

        Verification run() throws IOException {
            if (history.comparable() == 0) {
                return compare(() -> null);
            }
            StreamFolder folder = StreamFolder.of(disk.realPath(state.path()));
            try (DiskFile log = disk.openToRead(folder.operations())) {
                Committed end = new Committed(committed.position(), history.comparable(), 0);
                return compare(new OperationLogReader(log, layout, end)::next);
            }
        }

        private Verification compare(OperationCheck.RecordSource records) throws IOException {
            OperationCheck check = new OperationCheck(file, layout, committed, records);
            Optional<String> fault = walk(check);
            check.rest();
            boolean isChanged = !history.isOfOneHand(file, layout);
            Coverage coverage = isChanged && fault.isEmpty()
                    ? check.coverageOfChanged()
                    : check.coverage(isChanged, history.remark());
            progress.walked(position, committed.position());
            long pages = position == PageLayout.HEADER_PAGE_LENGTH ? 0 : layout.pageOf(position - 1) + 1L;
            return new Verification(entries, bookmarks, oddBookmarks, pages, position, fault, coverage);
        }

        private Optional<String> walk(OperationCheck check) {
            try {
                new EntryWalker(file, layout).walk(position, 0, committed.position(), (at, buffer, index) -> {
                    count(at, EntryFormat.type(buffer, index), EntryFormat.length(buffer, index));
                    if (BookmarkScan.bookmarkAt(buffer, index) != null) {
                        bookmarks++;
                    }
                    check.entry(at, buffer, index);
                    return true;
                });
                return entries == committed.entries() ? badLength() : Optional.of(miscount());
            } catch (Corrupt e) {
                return Optional.of(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                return Optional.of("cannot be read after position " + position + ": " + StorageException.reason(e));
            }
        }

        private void count(long at, int type, int length) {
            if (layout.offset(at) == 0) {
                progress.walked(at, committed.position());
            }
            int dataLength = length - EntryFormat.HEADER_LENGTH;
            if (type == EntryFormat.TYPE_BOOKMARK && !Bookmark.isValidLength(dataLength)) {
                oddBookmarks++;
            }
            entries++;
            position = at + length;
        }

        /** The Go servers refuse a file that ends within a page. */
        private Optional<String> badLength() throws IOException {
            long length = file.length();
            return layout.offset(length) == 0
                    ? Optional.empty()
                    : Optional.of("the file has " + length + " bytes, which is not the header page and whole pages of "
                            + layout.pageLength() + ": it was cut or appended to");
        }

        private String miscount() {
            return "the header counts " + committed.entries() + " entries, the file holds " + entries;
        }
    }
}
