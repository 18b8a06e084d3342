package io.sluice.source;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.ProtocolException;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.StreamHeader;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The queries of a remote source.
 *
 * <p><b>Threading:</b> any thread; each waits for its answer.
 */
final class RemoteQueries {
    private static final long END = -1;

    private final long streamType;
    private final Delivery delivery;

    RemoteQueries(long streamType, Delivery delivery) {
        this.streamType = streamType;
        this.delivery = delivery;
    }

    StreamHeader header() {
        return StreamHeader.read(delivery.request(id -> new SourceRequest.GetHeader(streamType, id))
                .contentBuffer());
    }

    Entry entry(long number) {
        return entry(delivery.request(id -> new SourceRequest.GetEntry(streamType, id, number)));
    }

    long bookmark(Bookmark bookmark) {
        return delivery.request(id -> new SourceRequest.GetBookmark(streamType, id, bookmark))
                .contentBuffer()
                .getLong();
    }

    Entry firstEventAfter(Bookmark bookmark) {
        return entry(delivery.request(id -> new SourceRequest.GetFirstEventAfterBookmark(streamType, id, bookmark)));
    }

    /** The entry that is the content of a reply. */
    static Entry entry(SourceReply reply) {
        ByteBuffer content = reply.contentBuffer();
        if (content.remaining() < EntryFormat.HEADER_LENGTH || EntryFormat.length(content, 0) != content.remaining()) {
            throw new ProtocolException("The server answered message " + reply.command() + " with "
                    + content.remaining() + " bytes that are no entry.");
        }
        return EntryFormat.read(content, 0);
    }

    Iterable<byte[]> dataBetween(Bookmark from, Bookmark to) {
        // Asked for now, so that a misuse is found at the call.
        Page first = page(from, to, 0, 0, 0);
        return () -> new Pages(from, to, first);
    }

    private Page page(Bookmark from, Bookmark to, long generation, long number, long endNumber) {
        ByteBuffer content = delivery.request(id -> new SourceRequest.GetDataBetweenBookmarks(
                        streamType, id, generation, number, endNumber, from, to))
                .contentBuffer();
        return new Page(content.getLong(), content.getLong(), content.getLong(), content.slice());
    }

    /** Entries of a range, and where to go on. */
    private record Page(long generation, long nextNumber, long endNumber, ByteBuffer entries) {}

    /** Goes from page to page. */
    private final class Pages implements Iterator<byte[]> {
        private final Bookmark from;
        private final Bookmark to;
        private Page page;
        private ByteBuffer entries;

        Pages(Bookmark from, Bookmark to, Page first) {
            this.from = from;
            this.to = to;
            page = first;
            entries = first.entries().duplicate();
        }

        @Override
        public boolean hasNext() {
            while (!entries.hasRemaining() && page.nextNumber() != END) {
                page = page(from, to, page.generation(), page.nextNumber(), page.endNumber());
                entries = page.entries().duplicate();
            }
            return entries.hasRemaining();
        }

        @Override
        public byte[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int index = entries.position();
            byte[] data = EntryFormat.read(entries, index).data();
            entries.position(index + EntryFormat.length(entries, index));
            return data;
        }
    }
}
