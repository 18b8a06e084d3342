package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Compares the queries that go by bookmark with the model's answers. */
final class SimulatedQueries {
    private SimulatedQueries() {}

    static void compare(StreamSource stream, StreamModel model, Bookmark from, Bookmark to) {
        OptionalLong first = model.bookmark(from);
        OptionalLong end = model.bookmark(to);
        if (first.isEmpty()) {
            SimulatedSource.refused(StreamSourceException.BookmarkNotFound.class, () -> stream.getBookmark(from));
            SimulatedSource.refused(
                    StreamSourceException.BookmarkNotFound.class, () -> stream.getFirstEventAfterBookmark(from));
            return;
        }
        assertThat(stream.getBookmark(from)).isEqualTo(first.getAsLong());
        compareFirstEvent(stream, model, from, (int) first.getAsLong());
        if (end.isEmpty()) {
            SimulatedSource.refused(
                    StreamSourceException.BookmarkNotFound.class, () -> stream.getDataBetweenBookmarks(from, to));
        } else if (first.getAsLong() > end.getAsLong()) {
            SimulatedSource.refused(
                    StreamSourceException.BookmarkRangeReversed.class, () -> stream.getDataBetweenBookmarks(from, to));
        } else {
            List<byte[]> data = new ArrayList<>();
            stream.getDataBetweenBookmarks(from, to).forEach(data::add);
            List<byte[]> expected = model.committed.subList((int) first.getAsLong(), (int) end.getAsLong()).stream()
                    .filter(entry -> !entry.isBookmark())
                    .map(Entry::data)
                    .toList();
            assertThat(data).hasSameSizeAs(expected);
            for (int i = 0; i < data.size(); i++) {
                assertThat(data.get(i)).isEqualTo(expected.get(i));
            }
        }
    }

    private static void compareFirstEvent(StreamSource stream, StreamModel model, Bookmark from, int first) {
        var event = model.committed.subList(first, model.committed.size()).stream()
                .filter(entry -> !entry.isBookmark())
                .findFirst();
        if (event.isPresent()) {
            assertThat(stream.getFirstEventAfterBookmark(from)).isEqualTo(event.get());
        } else {
            SimulatedSource.refused(
                    StreamSourceException.EntryNotFound.class, () -> stream.getFirstEventAfterBookmark(from));
        }
    }
}
