package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSourceException.BookmarkNotFound;
import io.sluice.core.StreamSourceException.BookmarkRangeReversed;
import io.sluice.core.StreamSourceException.EntryNotFound;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The queries of the source library that go by bookmark, over any view of a stream. */
final class BookmarkQueries {
    private BookmarkQueries() {}

    static long numberOf(StreamView view, Bookmark bookmark) {
        return view.bookmark(bookmark).orElseThrow(() -> new BookmarkNotFound(bookmark));
    }

    static Entry firstEventAfter(StreamView view, Bookmark bookmark) {
        Entry entry = view.firstEventFrom(numberOf(view, bookmark));
        if (entry == null) {
            throw new EntryNotFound("Nothing but bookmarks follows bookmark " + bookmark + " so far.");
        }
        return entry;
    }

    static Iterable<byte[]> dataBetween(StreamView view, Bookmark from, Bookmark to) {
        while (true) {
            long generation = view.committed().generation();
            long first = numberOf(view, from);
            long end = numberOf(view, to);
            Committed now = view.committed();
            if (now.generation() == generation) {
                if (first > end) {
                    throw new BookmarkRangeReversed(from, first, to, end);
                }
                long startPosition = view.positionOf(first, now);
                long endPosition = view.positionOf(end, now);
                return () -> new DataIterator(view, now, startPosition, endPosition);
            }
        }
    }

    /** Reads a chunk at a time, and fails with {@link HistoryChangedException} when the stream is truncated meanwhile. */
    private static final class DataIterator implements Iterator<byte[]> {
        private static final int CHUNK_BYTES = 256 << 10;

        private final StreamView view;
        private final Committed upTo;
        private final long endPosition;
        private long position;
        private ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
        private byte @Nullable [] next;

        DataIterator(StreamView view, Committed upTo, long position, long endPosition) {
            this.view = view;
            this.upTo = upTo;
            this.position = position;
            this.endPosition = endPosition;
        }

        @Override
        public boolean hasNext() {
            while (next == null && (chunk.hasRemaining() || position < endPosition)) {
                if (chunk.hasRemaining()) {
                    takeEntry();
                } else {
                    fill();
                }
            }
            return next != null;
        }

        private void takeEntry() {
            int index = chunk.position();
            int length = EntryFormat.length(chunk, index);
            if (EntryFormat.type(chunk, index) != EntryFormat.TYPE_BOOKMARK) {
                next = EntryFormat.read(chunk, index).data();
            }
            chunk.position(index + length);
        }

        private void fill() {
            // Filled beside: a read that fails must not leave old entries to be taken again.
            ByteBuffer next = chunk.duplicate().clear();
            EntryChunk read = view.read(position, endPosition, upTo, next);
            if (read.length() == 0 && read.requiredLength() > next.capacity()) {
                next = ByteBuffer.allocate(read.requiredLength());
                read = view.read(position, endPosition, upTo, next);
            }
            chunk = next.flip();
            position = read.nextPosition();
        }

        @Override
        public byte[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            byte[] data = Objects.requireNonNull(next);
            next = null;
            return data;
        }
    }
}
