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
 * @param fault what is wrong and where; empty when the file is good
 */
public record Verification(
        long entries, long bookmarks, long oddBookmarks, long pages, long bytes, Optional<String> fault) {

    /** Hears how far a walk is; called often. */
    public interface Progress {
        /** So many of so many bytes are walked. */
        void walked(long bytes, long totalBytes);
    }

    /** Whether nothing is wrong. */
    public boolean isGood() {
        return fault.isEmpty();
    }

    static Verification of(StreamState state, Progress progress) {
        return new Walk(state, progress).run();
    }

    private static final class Walk {
        private final StreamState state;
        private final Progress progress;
        private final Committed committed;
        private long entries;
        private long bookmarks;
        private long oddBookmarks;
        private long position = PageLayout.HEADER_PAGE_LENGTH;

        Walk(StreamState state, Progress progress) {
            this.state = state;
            this.progress = progress;
            this.committed = state.committed();
        }

        Verification run() {
            try {
                new EntryWalker(state.file(), state.layout())
                        .walk(position, 0, committed.position(), (at, buffer, index) -> {
                            count(at, EntryFormat.type(buffer, index), EntryFormat.length(buffer, index));
                            if (BookmarkScan.bookmarkAt(buffer, index) != null) {
                                bookmarks++;
                            }
                            return true;
                        });
                return result(entries == committed.entries() ? badLength() : Optional.of(miscount()));
            } catch (Corrupt e) {
                return result(Optional.of(String.valueOf(e.getMessage())));
            } catch (IOException e) {
                return result(
                        Optional.of("cannot be read after position " + position + ": " + StorageException.reason(e)));
            }
        }

        private void count(long at, int type, int length) {
            if (state.layout().offset(at) == 0) {
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
            long length = state.file().length();
            return state.layout().offset(length) == 0
                    ? Optional.empty()
                    : Optional.of("the file has " + length + " bytes, which is not the header page and whole pages of "
                            + state.layout().pageLength() + ": it was cut or appended to");
        }

        private String miscount() {
            return "the header counts " + committed.entries() + " entries, the file holds " + entries;
        }

        private Verification result(Optional<String> fault) {
            progress.walked(position, committed.position());
            long pages = position == PageLayout.HEADER_PAGE_LENGTH
                    ? 0
                    : state.layout().pageOf(position - 1) + 1L;
            return new Verification(entries, bookmarks, oddBookmarks, pages, position, fault);
        }
    }
}
