package io.sluice.server;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.SourceRequest;
import io.sluice.core.StreamSourceException.BookmarkNotFound;
import io.sluice.core.StreamSourceException.BookmarkRangeReversed;
import io.sluice.core.StreamSourceException.UnknownEntryNumber;
import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.HistoryChangedException;
import io.sluice.storage.StreamView;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Collects a page of the entries between two bookmarks that are no bookmarks: as many as the buffer holds, and at least one
 * if there is one.
 */
final class PageRead implements SlicedRead {
    /** What is named as the next number when there is none. */
    static final long NO_MORE = -1;

    private static final int PREFIX_LENGTH = 3 * Long.BYTES;

    private final StreamView view;
    private final Committed upTo;
    private final ByteBuffer buffer;
    private final long endPosition;
    private final long endNumber;
    private long position;

    /** The entry at {@link #position}. */
    private long number;

    private PageRead(
            StreamView view,
            Committed upTo,
            ByteBuffer buffer,
            long position,
            long number,
            long endPosition,
            long endNumber) {
        this.view = view;
        this.upTo = upTo;
        this.buffer = buffer.clear();
        this.position = position;
        this.number = number;
        this.endPosition = endPosition;
        this.endNumber = endNumber;
    }

    static PageRead of(StreamView view, SourceRequest.GetDataBetweenBookmarks asked, ByteBuffer buffer) {
        if (asked.generation() == 0) {
            long first = numberOf(view, asked.from());
            long end = numberOf(view, asked.to());
            if (first > end) {
                throw new BookmarkRangeReversed(asked.from(), first, asked.to(), end);
            }
            return of(view, view.committed(), buffer, first, end);
        }
        Committed upTo = view.committed();
        if (asked.generation() != upTo.generation()) {
            throw new HistoryChangedException(asked.generation(), upTo.generation());
        }
        if (Long.compareUnsigned(asked.endNumber(), upTo.entries()) > 0) {
            throw new UnknownEntryNumber(asked.endNumber(), upTo.entries());
        }
        long first = Long.compareUnsigned(asked.number(), asked.endNumber()) > 0 ? asked.endNumber() : asked.number();
        return of(view, upTo, buffer, first, asked.endNumber());
    }

    private static PageRead of(StreamView view, Committed upTo, ByteBuffer buffer, long first, long end) {
        return new PageRead(view, upTo, buffer, view.positionOf(first, upTo), first, view.positionOf(end, upTo), end);
    }

    private static long numberOf(StreamView view, Bookmark bookmark) {
        return view.bookmark(bookmark).orElseThrow(() -> new BookmarkNotFound(bookmark));
    }

    @Override
    public byte @Nullable [] next() {
        if (position < endPosition) {
            int kept = buffer.position();
            EntryChunk chunk = view.read(position, endPosition, upTo, buffer);
            position = chunk.nextPosition();
            dropBookmarks(kept);
            boolean full = chunk.requiredLength() > buffer.remaining();
            if (!full && position < endPosition) {
                return null;
            }
        }
        return content();
    }

    /** Moves the entries that were read from here on together, over the bookmarks among them. */
    private void dropBookmarks(int from) {
        int end = buffer.position();
        int kept = from;
        int index = from;
        while (index < end) {
            int length = EntryFormat.length(buffer, index);
            if (EntryFormat.type(buffer, index) != EntryFormat.TYPE_BOOKMARK) {
                buffer.put(kept, buffer, index, length);
                kept += length;
            }
            index += length;
            number++;
        }
        buffer.position(kept);
    }

    private byte[] content() {
        int length = buffer.position();
        return ByteBuffer.allocate(PREFIX_LENGTH + length)
                .putLong(upTo.generation())
                .putLong(position < endPosition ? number : NO_MORE)
                .putLong(endNumber)
                .put(buffer.duplicate().flip())
                .array();
    }
}
