package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.storage.BookmarkIndex.Item;
import io.sluice.storage.BookmarkIndex.Mark;
import io.sluice.storage.StorageException.Corrupt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings an index up to what the stream file holds. */
final class BookmarkScan {
    private static final Logger LOG = LoggerFactory.getLogger(BookmarkScan.class);
    private static final int FINGERPRINT_BYTES = 64 << 10;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final StreamState state;
    private final BookmarkIndex index;
    private final List<Item> batch = new ArrayList<>();
    private long progressAt = System.nanoTime() + PROGRESS_NANOS;

    /** Sees what a walk sees, so that what both want is read once. */
    interface Alongside {
        /** Nobody: the index alone is brought up. */
        Alongside NOBODY = new Alongside() {
            @Override
            public void walkBegins(long entries, long position) {}

            @Override
            public void entry(long position, ByteBuffer buffer, int entryIndex) {}

            @Override
            public void walkEnded() {}
        };

        /** What stands before this entry and this position is not walked. */
        void walkBegins(long entries, long position);

        /** See {@link EntryWalker.Visitor}. */
        void entry(long position, ByteBuffer buffer, int entryIndex);

        /** All is walked. */
        void walkEnded();
    }

    BookmarkScan(StreamState state, BookmarkIndex index) {
        this.state = state;
        this.index = index;
    }

    /** The bookmark that an entry holds, or null: other entries, and bookmarks of others that are empty or too long. */
    static @Nullable Bookmark bookmarkAt(ByteBuffer buffer, int entryIndex) {
        int length = EntryFormat.length(buffer, entryIndex) - EntryFormat.HEADER_LENGTH;
        if (EntryFormat.type(buffer, entryIndex) != EntryFormat.TYPE_BOOKMARK || !Bookmark.isValidLength(length)) {
            return null;
        }
        byte[] bytes = new byte[length];
        buffer.get(entryIndex + EntryFormat.HEADER_LENGTH, bytes);
        return Bookmark.of(bytes);
    }

    /** The mark of an index that reaches up to here: the bytes before are those of the file as it is now. */
    static Mark markAt(StreamState state, long entries, long position) throws IOException {
        return markAt(state.file(), state.layout(), entries, position, null);
    }

    private static Mark markAt(
            DiskFile file, PageLayout layout, long entries, long position, @Nullable KeptOperation kept)
            throws IOException {
        if (position <= PageLayout.HEADER_PAGE_LENGTH) {
            return new Mark(entries, position, 0);
        }
        // Within one page, since what follows padding can be anything.
        long start = Math.max(layout.pageStart(layout.pageOf(position - 1)), position - FINGERPRINT_BYTES);
        byte[] window = new byte[(int) (position - start)];
        file.readFully(ByteBuffer.wrap(window), start);
        if (kept != null && kept.startPosition() >= start && kept.startPosition() < position) {
            window[(int) (kept.startPosition() - start)] = kept.firstByte();
        }
        CRC32 low = new CRC32();
        CRC32C high = new CRC32C();
        low.update(window);
        high.update(window);
        return new Mark(entries, position, high.getValue() << 32 | low.getValue());
    }

    /**
     * Brings the index up to this end of the stream: from its own mark on, or from the beginning when it is missing,
     * ahead, or another file's.
     */
    void catchUp(long entries, long position) throws IOException {
        catchUp(entries, position, Alongside.NOBODY);
    }

    /** As {@link #catchUp(long, long)}; somebody else sees what is walked. */
    void catchUp(long entries, long position, Alongside alongside) throws IOException {
        Mark mark = index.mark();
        if (!holds(mark, state.file(), state.layout(), entries, position)) {
            LOG.info("{}: the bookmark index is not that of this file, building it anew", state.path());
            index.clear();
            mark = Mark.NONE;
        }
        alongside.walkBegins(mark.entries(), mark.position());
        if (mark.entries() == entries) {
            alongside.walkEnded();
            return;
        }
        try {
            new EntryWalker(state.file(), state.layout())
                    .walk(mark.position(), mark.entries(), position, (at, buffer, i) -> {
                        alongside.entry(at, buffer, i);
                        return visit(at, buffer, i, position);
                    });
            alongside.walkEnded();
        } catch (Corrupt e) {
            throw new Corrupt(state.path() + ": " + e.getMessage() + ".");
        }
        index.add(batch, markAt(state, entries, position));
    }

    /** Whether a stream that ends here still has, up to the mark, what the mark was made of. */
    static boolean holds(Mark mark, DiskFile file, PageLayout layout, long entries, long position) throws IOException {
        return mark.entries() <= entries && mark.position() <= position && matches(mark, file, layout, null);
    }

    /** The same for a mark that may be ahead of the stream, of an operation that was kept behind it. */
    static boolean holds(Mark mark, DiskFile file, PageLayout layout, KeptOperation kept) throws IOException {
        return mark.entries() <= kept.endEntries()
                && mark.position() <= kept.endPosition()
                && matches(mark, file, layout, kept);
    }

    private static boolean matches(Mark mark, DiskFile file, PageLayout layout, @Nullable KeptOperation kept)
            throws IOException {
        return mark.position() >= PageLayout.HEADER_PAGE_LENGTH
                && mark.equals(markAt(file, layout, mark.entries(), mark.position(), kept));
    }

    /**
     * Removes the bookmarks of entries from an index. The mark goes first: whatever is left in the index when the process
     * dies is below what it will be brought up to.
     *
     * @param number of the first one
     * @param position where it begins, or the padding before it
     * @param end where the last one ends
     */
    static void remove(BookmarkIndex index, StreamState state, long number, long position, long end)
            throws IOException {
        Mark mark = markAt(state, number, position);
        List<Item> batch = new ArrayList<>();
        index.change(batch, List.of(), mark);
        new EntryWalker(state.file(), state.layout()).walk(position, number, end, (at, buffer, entryIndex) -> {
            Bookmark bookmark = bookmarkAt(buffer, entryIndex);
            if (bookmark != null) {
                batch.add(new Item(bookmark, EntryFormat.number(buffer, entryIndex)));
            }
            if (batch.size() == Bookmarks.BATCH_COUNT) {
                index.change(batch, List.of(), mark);
                batch.clear();
            }
            return true;
        });
        index.change(batch, List.of(), mark);
    }

    private boolean visit(long position, ByteBuffer buffer, int entryIndex, long end) throws IOException {
        Bookmark bookmark = bookmarkAt(buffer, entryIndex);
        if (bookmark != null) {
            long number = EntryFormat.number(buffer, entryIndex);
            batch.add(new Item(bookmark, number));
            if (batch.size() == Bookmarks.BATCH_COUNT) {
                long after = position + EntryFormat.length(buffer, entryIndex);
                index.add(batch, markAt(state, number + 1, after));
                batch.clear();
                tellProgress(position, end);
            }
        }
        return true;
    }

    private void tellProgress(long position, long end) {
        long now = System.nanoTime();
        if (now - progressAt >= 0) {
            progressAt = now + PROGRESS_NANOS;
            LOG.info("{}: building the bookmark index, {}% done", state.path(), 100 * position / end);
        }
    }
}
