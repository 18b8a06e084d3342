package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.testing.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A damaged bookmark index is no damage of the stream: what is reported, and that it is built anew or brought up. */
final class IndexDamageTest {
    private static final String UNREADABLE = "cannot be read and is built anew";
    private static final String BUILT_ANEW = "building it anew";
    private static final String NOTHING = "";
    private static final Bookmark MARK = Bookmark.of((byte) 1);
    private static final Bookmark OTHER = Bookmark.of((byte) 2);

    @TempDir
    Path folder;

    @RegisterExtension
    final LogLines reading = new LogLines(Seams.class);

    @RegisterExtension
    final LogLines scanning = new LogLines(BookmarkScan.class);

    private interface Damage {
        void to(IndexDamageTest test, Path index) throws IOException;
    }

    /** @param said what the opening says of it */
    private record Case(String name, Damage damage, String said) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case("missing", (test, index) -> Files.delete(index), NOTHING),
                new Case("no index at all", (test, index) -> Files.writeString(index, "this is no index"), UNREADABLE),
                new Case("empty", (test, index) -> Files.write(index, new byte[0]), NOTHING),
                new Case("corrupt", IndexDamageTest::overwrite, UNREADABLE),
                new Case("cut", (test, index) -> Files.write(index, test.half(index)), UNREADABLE),
                new Case("of another stream", (test, index) -> test.take("other.bin", index), BUILT_ANEW),
                new Case("behind", (test, index) -> test.take("older.bin", index), NOTHING),
                new Case("ahead", (test, index) -> test.take("longer.bin", index), BUILT_ANEW));
    }

    private static void overwrite(IndexDamageTest test, Path index) throws IOException {
        byte[] bytes = new byte[(int) Files.size(index)];
        new Random(1).nextBytes(bytes);
        Files.write(index, bytes);
    }

    private byte[] half(Path index) throws IOException {
        byte[] bytes = Files.readAllBytes(index);
        return Arrays.copyOf(bytes, bytes.length / 2);
    }

    private void take(String name, Path index) throws IOException {
        Files.copy(StreamFolder.of(folder.resolve(name)).bookmarks(), index, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Entries 0 to N-1, of which each hundredth is a bookmark, and the 57th behind it another one. */
    private Path write(String name, int entries, int seed) {
        Path file = folder.resolve(name);
        try (DataStream stream = DataStream.open(file)) {
            stream.startAtomicOp();
            for (int i = 0; i < entries; i++) {
                if (i % 100 == 0) {
                    stream.addStreamBookmark(MARK);
                } else if (i % 100 == 57) {
                    stream.addStreamBookmark(OTHER);
                } else {
                    stream.addStreamEntry(2, new byte[] {(byte) seed, (byte) i, (byte) (i >> 8)});
                }
            }
            stream.commitAtomicOp();
        }
        return file;
    }

    private Path writeWith(Case damage) throws IOException {
        Path file = write("stream.bin", 1_000, 1);
        write("other.bin", 1_000, 2);
        write("older.bin", 500, 1);
        write("longer.bin", 1_500, 1);
        damage.damage().to(this, StreamFolder.of(file).bookmarks());
        return file;
    }

    private static void assertFindsBookmarks(Path file) {
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.getBookmark(MARK)).isEqualTo(900);
            assertThat(stream.getBookmark(OTHER)).isEqualTo(957);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void itIsNotBelievedAndTheStreamIsGood(Case damage) throws IOException {
        Path file = writeWith(damage);

        assertGood(file);
        assertFindsBookmarks(file);
        List<String> said =
                Stream.of(reading, scanning).flatMap(log -> log.all().stream()).toList();
        if (damage.said().isEmpty()) {
            assertThat(said).isEmpty();
        } else {
            assertThat(said).singleElement().asString().contains(file.toString(), damage.said());
        }
        assertGood(file);
    }

    /** A repair has nothing to do. */
    private static void assertGood(Path file) {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            assertThat(stream.verify((bytes, total) -> {}).isGood()).isTrue();
        }
        try (StreamRepair repair = StreamRepair.open(file, DataStreamOptions.defaults(), (bytes, total) -> {})) {
            assertThat(repair.plan().isGood()).as("%s", repair.plan()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aReindexingMakesItAnew(Case damage) throws IOException {
        Path file = writeWith(damage);
        Reindex made = Reindex.of(file, (bytes, total) -> {});
        assertThat(made.bookmarks()).isEqualTo(20);
        assertThat(made.keptEntries()).isEqualTo(1_000);
        assertFindsBookmarks(file);
    }
}
