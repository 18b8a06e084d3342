package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamSourceException;
import io.sluice.testing.Operations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index follows the file: whatever it holds, the answer is the file's. */
final class BookmarkIndexTest {
    private static final Bookmark MARK = Bookmark.of((byte) 42);

    @TempDir
    Path folder;

    /** A stream of single entries, with the bookmark at two of them. */
    private static void write(DataStream stream, int entries, int... marks) {
        stream.startAtomicOp();
        for (long number = stream.getHeader().totalEntries(); number < entries; number++) {
            long at = number;
            if (java.util.Arrays.stream(marks).anyMatch(mark -> mark == at)) {
                stream.addStreamBookmark(MARK);
            } else {
                stream.addStreamEntry(2, new byte[20]);
            }
        }
        stream.commitAtomicOp();
    }

    @Test
    void aTruncationUncoversTheOlderEntryOfABookmark() {
        Path file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(file)) {
            write(stream, 600, 10, 500);
            assertThat(stream.getBookmark(MARK)).isEqualTo(500);
            stream.truncate(400);
            assertThat(stream.getBookmark(MARK)).isEqualTo(10);
            write(stream, 600);
            assertThat(stream.getBookmark(MARK)).isEqualTo(10);
        }
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.getBookmark(MARK)).isEqualTo(10);
            assertThat(stream.getEntry(400).data()).hasSize(20);
        }
    }

    @Test
    void soItDoesWhenACrashComesAnywhereInTheTruncation() {
        boolean finished = false;
        for (int calls = 0; !finished; calls++) {
            SimulatedDisk disk = new SimulatedDisk();
            SimulatedIndex index = new SimulatedIndex();
            Seams seams = new Seams(
                    disk, System::nanoTime, path -> index.open(), new PageLayout(4096), new Random(1)::nextLong, false);
            Path file = Path.of("/simulated/stream.bin");
            DataStream stream = DataStream.open(file, DataStreamOptions.defaults(), seams);
            write(stream, 600, 10, 500);
            stream.step();
            disk.crashAfter(calls);
            try {
                stream.truncate(400);
                finished = true;
            } catch (StreamSourceException.Stopped e) {
                assertThat(disk.hasCrashed()).isTrue();
            }
            disk.cutPower(new Random(calls));
            index.cutPower(new Random(calls));
            try (DataStream again = DataStream.open(file, DataStreamOptions.defaults(), seams)) {
                boolean truncated = again.getHeader().totalEntries() == 400;
                assertThat(again.getHeader().totalEntries()).isIn(400L, 600L);
                assertThat(again.getBookmark(MARK)).isEqualTo(truncated ? 10 : 500);
                again.truncate(400);
                write(again, 700);
                again.step();
                assertThat(again.getBookmark(MARK)).isEqualTo(10);
            }
            assertThat(calls).isLessThan(100);
        }
    }

    @Test
    void aMissingDamagedOrForeignIndexIsBuiltAnew() throws IOException {
        Path file = folder.resolve("stream.bin");
        Path other = folder.resolve("other.bin");
        try (DataStream stream = DataStream.open(file);
                DataStream foreign = DataStream.open(other)) {
            Operations.replay("small", stream);
            write(foreign, 30, 3, 7, 14);
        }
        Path index = StreamFolder.of(file).bookmarks();
        Bookmark known = Bookmark.fromHex("020000000000000002");

        Files.delete(index);
        assertFinds(file, known, 10);
        Files.writeString(index, "this is no index");
        assertFinds(file, known, 10);
        Files.copy(StreamFolder.of(other).bookmarks(), index, StandardCopyOption.REPLACE_EXISTING);
        assertFinds(file, known, 10);
        byte[] damaged = Files.readAllBytes(index);
        new Random(1).nextBytes(damaged);
        Files.write(index, damaged);
        assertFinds(file, known, 10);
    }

    @Test
    void anIndexThatIsAheadOrBehindTheFileIsBroughtToItsEnd() throws IOException {
        Path file = folder.resolve("stream.bin");
        Path index = StreamFolder.of(file).bookmarks();
        Path kept = folder.resolve("kept.mv");
        try (DataStream stream = DataStream.open(file)) {
            write(stream, 600, 10, 500);
        }
        Files.copy(index, kept);
        try (DataStream stream = DataStream.open(file)) {
            stream.truncate(400);
            write(stream, 450, 420);
        }
        Files.copy(kept, index, StandardCopyOption.REPLACE_EXISTING);
        assertFinds(file, MARK, 420);
        Files.copy(index, kept, StandardCopyOption.REPLACE_EXISTING);
        try (DataStream stream = DataStream.open(file)) {
            write(stream, 900, 800);
        }
        Files.copy(kept, index, StandardCopyOption.REPLACE_EXISTING);
        assertFinds(file, MARK, 800);
    }

    @Test
    void whatTheIndexFailedToStoreIsFoundAtTheNextOpening() {
        SimulatedDisk disk = new SimulatedDisk();
        SimulatedIndex index = new SimulatedIndex();
        Seams seams = new Seams(
                disk, System::nanoTime, path -> index.open(), new PageLayout(4096), new Random(1)::nextLong, false);
        Path file = Path.of("/simulated/stream.bin");
        try (DataStream stream = DataStream.open(file, DataStreamOptions.defaults(), seams)) {
            write(stream, 20, 3);
            index.failAdds(1);
            stream.step();
            assertThat(stream.getBookmark(MARK)).isEqualTo(3);
        }
        try (DataStream stream = DataStream.open(file, DataStreamOptions.defaults(), seams)) {
            assertThat(stream.getBookmark(MARK)).isEqualTo(3);
        }
    }

    @Test
    void aRebuildThatFailsIsDoneAgainBeforeTheIndexIsBelieved() {
        SimulatedDisk disk = new SimulatedDisk();
        SimulatedIndex index = new SimulatedIndex();
        Seams seams = new Seams(
                disk, System::nanoTime, path -> index.open(), new PageLayout(4096), new Random(1)::nextLong, false);
        Path file = Path.of("/simulated/stream.bin");
        try (DataStream stream = DataStream.open(file, DataStreamOptions.defaults(), seams)) {
            write(stream, 20, 3);
            stream.step();
            index.plant(MARK, 5);
            index.failAdds(1);
            assertThatThrownBy(() -> stream.getBookmark(MARK)).isInstanceOf(RuntimeException.class);
            write(stream, 30);
            stream.step();
            assertThat(stream.getBookmark(MARK)).isEqualTo(3);
        }
        try (DataStream stream = DataStream.open(file, DataStreamOptions.defaults(), seams)) {
            assertThat(stream.getBookmark(MARK)).isEqualTo(3);
        }
    }

    @Test
    void lookupsBesideTruncationsDoNotMakeTheIndexBeBuiltAnew() throws Exception {
        AtomicInteger clears = new AtomicInteger();
        Seams seams = new Seams(
                new FileDisk(),
                System::nanoTime,
                path -> new CountingIndex(Seams.openIndex(path), clears),
                new PageLayout(4096),
                new Random(1)::nextLong,
                true);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), DataStreamOptions.defaults(), seams)) {
            write(stream, 100, 10);
            int before = clears.get();
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    assertThat(stream.getBookmark(MARK)).isIn(10L, 50L);
                }
            });
            for (int i = 0; i < 100; i++) {
                stream.truncate(40);
                write(stream, 100, 50);
            }
            done.set(true);
            asking.get(20, TimeUnit.SECONDS);
            assertThat(clears.get()).isEqualTo(before);
        }
    }

    /** Counts how often it is emptied. */
    private record CountingIndex(BookmarkIndex index, AtomicInteger clears) implements BookmarkIndex {
        @Override
        public Mark mark() {
            return index.mark();
        }

        @Override
        public long newest(Bookmark bookmark, long below) {
            return index.newest(bookmark, below);
        }

        @Override
        public void add(List<Item> items, Mark mark) {
            index.add(items, mark);
        }

        @Override
        public void change(List<Item> removed, List<Item> added, Mark mark) {
            index.change(removed, added, mark);
        }

        @Override
        public void clear() {
            clears.incrementAndGet();
            index.clear();
        }

        @Override
        public void close() {
            index.close();
        }
    }

    private static void assertFinds(Path file, Bookmark bookmark, long number) {
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.getBookmark(bookmark)).isEqualTo(number);
        }
    }

    @Test
    void moreBookmarksThanTheOverlayHoldsAreFoundAtOnce() {
        try (DataStream stream = DataStream.open(
                folder.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER))) {
            int count = Bookmarks.OVERLAY_LIMIT + 2 * Bookmarks.BATCH_COUNT;
            stream.startAtomicOp();
            for (int i = 0; i < count; i++) {
                stream.addStreamBookmark(bookmark(i));
            }
            stream.commitAtomicOp();
            for (int i = 0; i < count; i += 997) {
                assertThat(stream.getBookmark(bookmark(i))).isEqualTo(i);
            }
        }
    }

    private static Bookmark bookmark(int number) {
        return Bookmark.of(java.nio.ByteBuffer.allocate(4).putInt(number).array());
    }
}
