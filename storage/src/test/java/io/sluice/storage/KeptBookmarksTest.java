package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamSourceException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The bookmarks of an operation that is kept are in the index before it is committed, and found when it is. */
final class KeptBookmarksTest extends TwoHistories {
    @Test
    void bookmarksAreIndexedAsFarAsEntriesAreKeptAndFoundWhenTheyAreCommitted() {
        DataStream first = open();
        commit(first, 10, 1);
        first.startAtomicOp();
        add(first, 200, 1);
        first.openOperation().keep();
        add(first, 230, 1);
        assertBookmarks(first, 10, 1);
        first.close();
        assertThat(index.open().mark().entries()).isEqualTo(200);

        DataStream second = open();
        assertThat(index.open().mark().entries()).as("it was not built anew").isEqualTo(200);
        assertBookmarks(second, 10, 1);
        assertThat(second.openOperation().takeUp()).isTrue();
        second.openOperation().cut(150);
        assertThat(index.open().mark().entries()).isEqualTo(150);
        second.openOperation().keep();
        add(second, 170, 1);
        second.commitAtomicOp();
        assertBookmarks(second, 170, 1);
        second.startAtomicOp();
        add(second, 300, 1);
        second.openOperation().keep();
        second.rollbackAtomicOp();
        assertBookmarks(second, 170, 1);
        second.close();
        assertThat(index.open().mark().entries()).isEqualTo(170);
        assertThat(opened.all()).noneMatch(line -> line.contains("another program"));
    }

    @Test
    void anIndexThatIsAheadOfWhatWasKeptIsBuiltAnew() throws IOException {
        DataStream first = open();
        commit(first, 10, 1);
        first.startAtomicOp();
        add(first, 200, 1);
        first.openOperation().keep();
        first.close();
        disk.delete(StreamFolder.of(FILE).keptOperation());
        try (DataStream second = open()) {
            assertThat(second.openOperation().takeUp()).isFalse();
            assertBookmarks(second, 10, 1);
            commit(second, 100, 2);
            assertThat(second.getBookmark(Bookmark.of(entry(95, 2).data()))).isEqualTo(95);
        }
        assertThat(index.open().mark().entries()).isEqualTo(100);
    }

    @Test
    void whoeverWritesWithoutTakingUpWhatWasKeptFindsNoneOfItsBookmarks() {
        DataStream first = open();
        commit(first, 10, 1);
        first.startAtomicOp();
        add(first, 200, 1);
        first.openOperation().keep();
        first.close();
        try (DataStream second = open()) {
            second.startAtomicOp();
            add(second, 12, 1);
            second.commitAtomicOp();
            assertBookmarks(second, 12, 1);
        }
        try (DataStream third = open()) {
            assertThat(third.openOperation().takeUp()).isFalse();
            assertBookmarks(third, 12, 1);
        }
    }

    /** The index has what was kept, and no room for removing it. */
    @Test
    void whatIsDroppedOnAFullDiskIsDroppedWhenThereIsRoom() {
        try (DataStream stream = open()) {
            commit(stream, 10, 1);
            OpenOperation operation = stream.openOperation();
            stream.startAtomicOp();
            add(stream, 150, 1);
            add(stream, 200, 2);
            operation.keep();
        }
        try (DataStream stream = open()) {
            OpenOperation operation = stream.openOperation();
            assertThat(operation.takeUp()).isTrue();
            index.setFull(true);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> operation.cut(150)).hasMessageContaining("disk is full");
                assertThat(operation.backToKept()).isTrue();
                assertThat(operation.nextNumber()).isEqualTo(200);
            }
            index.setFull(false);
            operation.cut(150);
            operation.keep();
            assertBookmarks(stream, 10, 1);
            add(stream, 170, 1);
            operation.keep();
        }
        try (DataStream stream = open()) {
            OpenOperation operation = stream.openOperation();
            assertThat(operation.takeUp()).isTrue();
            assertThat(operation.nextNumber()).isEqualTo(170);
            index.setFull(true);
            assertThatThrownBy(stream::rollbackAtomicOp).isInstanceOf(StreamSourceException.DiskFull.class);
            assertThatThrownBy(stream::rollbackAtomicOp).isInstanceOf(StreamSourceException.DiskFull.class);
            index.setFull(false);
            stream.rollbackAtomicOp();
            commit(stream, 100, 2);
            assertThat(stream.getBookmark(Bookmark.of(entry(95, 2).data()))).isEqualTo(95);
        }
        assertThat(opened.all()).noneMatch(line -> line.contains("another program"));
    }
}
