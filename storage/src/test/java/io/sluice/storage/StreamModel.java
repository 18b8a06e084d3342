package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What a stream should hold, as simply as it can be said: a list of entries. */
final class StreamModel {
    private final int pageLength;

    /** Committed entries. */
    final List<Entry> committed = new ArrayList<>();

    /** Where each of them begins, and at the end where the last one ends. */
    final List<Long> positions = new ArrayList<>(List.of((long) PageLayout.HEADER_PAGE_LENGTH));

    StreamModel(int pageLength) {
        this.pageLength = pageLength;
    }

    StreamModel copy() {
        StreamModel copy = new StreamModel(pageLength);
        copy.committed.addAll(committed);
        copy.positions.clear();
        copy.positions.addAll(positions);
        return copy;
    }

    StreamModel with(List<Entry> operation) {
        StreamModel next = copy();
        for (Entry entry : operation) {
            long position = next.end();
            int length = EntryFormat.HEADER_LENGTH + entry.data().length;
            long used = (position - PageLayout.HEADER_PAGE_LENGTH) % pageLength;
            if (used + length > pageLength) {
                position += pageLength - used;
            }
            next.positions.set(next.positions.size() - 1, position);
            next.positions.add(position + length);
            next.committed.add(entry);
        }
        return next;
    }

    StreamModel truncated(int number) {
        StreamModel next = copy();
        next.committed.subList(number, committed.size()).clear();
        next.positions.subList(number + 1, positions.size()).clear();
        return next;
    }

    StreamModel rewritten(int number, byte[] data) {
        StreamModel next = copy();
        next.committed.set(number, new Entry(number, committed.get(number).type(), data));
        return next;
    }

    /** What a view shows, whatever that is. */
    static StreamModel of(StreamView view, int pageLength) {
        return new StreamModel(pageLength).with(entriesOf(view));
    }

    /** Whether the first entries are the same. */
    boolean beginsLike(StreamModel other, int count) {
        return committed.size() >= count
                && other.committed.size() >= count
                && committed.subList(0, count).equals(other.committed.subList(0, count));
    }

    long end() {
        return positions.get(positions.size() - 1);
    }

    OptionalLong bookmark(Bookmark bookmark) {
        for (int i = committed.size() - 1; i >= 0; i--) {
            Entry entry = committed.get(i);
            if (entry.isBookmark() && Bookmark.of(entry.data()).equals(bookmark)) {
                return OptionalLong.of(i);
            }
        }
        return OptionalLong.empty();
    }

    /** The newest entry of each bookmark. */
    Map<Bookmark, Long> bookmarks() {
        Map<Bookmark, Long> newest = new LinkedHashMap<>();
        for (Entry entry : committed) {
            if (entry.isBookmark()) {
                newest.put(Bookmark.of(entry.data()), entry.number());
            }
        }
        return newest;
    }

    /** Whether a view shows just this. */
    boolean isShownBy(StreamView view) {
        return view.committed().entries() == committed.size()
                && view.committed().position() == end()
                && entriesOf(view).equals(committed);
    }

    void assertShownBy(StreamView view, Iterable<Bookmark> unknown) {
        assertThat(view.header().totalEntries()).isEqualTo(committed.size());
        assertThat(view.header().totalLength()).isEqualTo(end());
        assertThat(entriesOf(view)).isEqualTo(committed);
        Map<Bookmark, Long> newest = bookmarks();
        newest.forEach((bookmark, number) ->
                assertThat(view.bookmark(bookmark)).as("bookmark %s", bookmark).hasValue(number));
        for (Bookmark bookmark : unknown) {
            if (!newest.containsKey(bookmark)) {
                assertThat(view.bookmark(bookmark)).as("bookmark %s", bookmark).isEmpty();
            }
        }
    }

    /** All that a reader gets who begins at the beginning, in chunks of an odd size. */
    static List<Entry> entriesOf(StreamView view) {
        List<Entry> entries = new ArrayList<>();
        Committed upTo = view.committed();
        long position = PageLayout.HEADER_PAGE_LENGTH;
        ByteBuffer chunk = ByteBuffer.allocate(701);
        while (position < upTo.position()) {
            chunk.clear();
            EntryChunk read = view.read(position, upTo.position(), upTo, chunk);
            chunk.flip();
            assertThat(chunk.remaining()).isEqualTo(read.length());
            if (read.length() == 0 && read.requiredLength() > chunk.capacity()) {
                chunk = ByteBuffer.allocate(read.requiredLength());
            }
            for (int index = 0; index < read.length(); index += EntryFormat.length(chunk, index)) {
                entries.add(EntryFormat.read(chunk, index));
            }
            position = read.nextPosition();
        }
        return entries;
    }
}
