package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.StreamSourceException.Stopped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generation of a stream names its history, also after it was closed, copied, or changed by somebody else. */
final class GenerationTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("stream.bin");
    }

    /** Commits so many entries, of a content that this seed decides. */
    private static void grow(DataStream stream, int entries, int seed) {
        stream.startAtomicOp();
        for (int i = 0; i < entries; i++) {
            byte[] data = new byte[200];
            Arrays.fill(data, (byte) (seed + i));
            stream.addStreamEntry(2, data);
        }
        stream.commitAtomicOp();
    }

    private static void rewrite(DataStream stream, long number, int value) {
        stream.rewriteCommittedEntry(number, 2, filled(value));
    }

    private static byte[] filled(int value) {
        byte[] data = new byte[200];
        Arrays.fill(data, (byte) value);
        return data;
    }

    private static long generation(DataStream stream) {
        return stream.view().committed().generation();
    }

    private long create(int entries) {
        try (DataStream stream = DataStream.open(file)) {
            grow(stream, entries, 0);
            return generation(stream);
        }
    }

    private void assertNewAndUnknown(long before) {
        long now;
        try (DataStream stream = DataStream.open(file)) {
            now = generation(stream);
            assertThat(now).isPositive().isNotEqualTo(before);
            assertThat(stream.view().unchangedBefore(before)).isEmpty();
            assertThat(stream.view().unchangedBefore(now)).hasValue(-1);
        }
        assertStays(now);
    }

    private void assertStays(long before) {
        try (DataStream stream = DataStream.open(file)) {
            assertThat(generation(stream)).isEqualTo(before);
            assertThat(stream.view().unchangedBefore(before)).hasValue(-1);
        }
    }

    @Test
    void itStaysWhenTheStreamGrowsAndIsClosedAndOpened() {
        long first = create(10);
        assertThat(first).isPositive();
        try (DataStream stream = DataStream.open(file)) {
            assertThat(generation(stream)).isEqualTo(first);
            grow(stream, 10, 3);
            assertThat(generation(stream)).isEqualTo(first);
        }
        assertStays(first);
    }

    @Test
    void itIsNewAndHigherAfterEachChange() {
        create(20);
        List<Long> seen = new ArrayList<>();
        try (DataStream stream = DataStream.open(file)) {
            seen.add(generation(stream));
            stream.truncate(15);
            seen.add(generation(stream));
            rewrite(stream, 3, 77);
            seen.add(generation(stream));
            stream.truncate(15);
            assertThat(generation(stream)).as("nothing was removed").isEqualTo(seen.get(2));
        }
        try (DataStream stream = DataStream.open(file)) {
            rewrite(stream, 3, 78);
            seen.add(generation(stream));
        }
        assertThat(seen).isSorted().doesNotHaveDuplicates();
        assertStays(seen.get(3));
    }

    @Test
    void itTellsTheLowestEntryThatHasChangedSince() {
        create(50);
        long[] generations = new long[5];
        try (DataStream stream = DataStream.open(file)) {
            generations[0] = generation(stream);
            stream.truncate(40);
            generations[1] = generation(stream);
            grow(stream, 20, 9);
            rewrite(stream, 20, 1);
            generations[2] = generation(stream);
        }
        try (DataStream stream = DataStream.open(file)) {
            stream.truncate(30);
            generations[3] = generation(stream);
            rewrite(stream, 25, 2);
            generations[4] = generation(stream);
            assertUnchangedBefore(stream, generations);
        }
        try (DataStream stream = DataStream.open(file)) {
            assertUnchangedBefore(stream, generations);
            assertThat(stream.view().unchangedBefore(generations[4] + 1)).isEmpty();
            assertThat(stream.view().unchangedBefore(0)).isEmpty();
            assertThat(stream.view().unchangedBefore(-1)).isEmpty();
        }
    }

    private static void assertUnchangedBefore(DataStream stream, long[] generations) {
        long[] expected = {20, 20, 25, 25, -1};
        for (int i = 0; i < expected.length; i++) {
            assertThat(stream.view().unchangedBefore(generations[i]))
                    .as("generation %d", i)
                    .hasValue(expected[i]);
        }
    }

    @Test
    void listenersHearOfTheGenerationThatIsThereAfterReopening() {
        create(10);
        List<Long> told = new ArrayList<>();
        try (DataStream stream = DataStream.open(file)) {
            stream.view().addListener(new StreamListener() {
                @Override
                public void committed(Committed now) {}

                @Override
                public void historyChanged(Committed now) {
                    told.add(now.generation());
                }
            });
            stream.truncate(5);
            rewrite(stream, 1, 4);
            assertThat(told).hasSize(2).last().isEqualTo(generation(stream));
        }
        assertStays(told.get(1));
    }

    @Test
    void twoCopiesThatAreChangedApartShareNoNewGeneration() throws IOException {
        long before = create(20);
        Path copy = copy("copy.bin");
        Files.createDirectory(StreamFolder.of(copy).path());
        Files.copy(StreamFolder.of(file).generations(), StreamFolder.of(copy).generations());
        try (DataStream one = DataStream.open(file);
                DataStream other = DataStream.open(copy)) {
            assertThat(generation(one)).isEqualTo(before);
            assertThat(generation(other)).isEqualTo(before);
            one.truncate(10);
            other.truncate(10);
            assertThat(generation(one)).isNotEqualTo(generation(other));
            assertThat(one.view().unchangedBefore(generation(other))).isEmpty();
        }
    }

    @Test
    void aNoteThatIsGoneOrDamagedBeginsANewGeneration() throws IOException {
        create(10);
        Path note = StreamFolder.of(file).generations();
        try (DataStream stream = DataStream.open(file)) {
            stream.truncate(8);
            stream.truncate(6);
        }
        byte[] good = Files.readAllBytes(note);
        for (int i = -3; i < good.length; i++) {
            long before;
            try (DataStream stream = DataStream.open(file)) {
                before = generation(stream);
            }
            byte[] bad = Files.readAllBytes(note);
            switch (i) {
                case -3 -> Files.delete(note);
                case -2 -> Files.write(note, new byte[0]);
                case -1 -> Files.write(note, Arrays.copyOf(bad, bad.length - 1));
                default -> {
                    bad[i % bad.length] ^= 0x10;
                    Files.write(note, bad);
                }
            }
            assertNewAndUnknown(before);
        }
    }

    @Test
    void aNoteThatWasBeingWrittenIsOfNoAccount() throws IOException {
        long before = create(10);
        Files.write(StreamFolder.of(file).nextGenerations(), new byte[100_000]);
        assertStays(before);
        try (DataStream stream = DataStream.open(file)) {
            stream.truncate(5);
            assertThat(stream.view().unchangedBefore(before)).hasValue(5);
        }
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.view().unchangedBefore(before)).hasValue(5);
        }
    }

    @Test
    void aFileThatAnotherProgramCutAndGrewAgainHasAnUnknownHistory() throws IOException {
        for (String kept : List.of("bookmarks.mv", "generations")) {
            Files.deleteIfExists(file);
            long before = create(200);
            Path copy = copy("copy.bin");
            try (DataStream other = DataStream.open(copy)) {
                other.truncate(150);
                grow(other, 80, 50);
            }
            Files.copy(copy, file, StandardCopyOption.REPLACE_EXISTING);
            Files.delete(copy);
            // Each of the two notices it without the other.
            Path index = StreamFolder.of(file).bookmarks();
            if (kept.equals("generations")) {
                Files.delete(index);
            } else {
                unmark(StreamFolder.of(file));
            }
            assertNewAndUnknown(before);
        }
    }

    /** Leaves the note without a mark that could tell anything. */
    private static void unmark(StreamFolder of) throws IOException {
        GenerationNote note = GenerationNote.read(new FileDisk(), of.generations());
        assertThat(note).isNotNull();
        assertThat(note.mark()).isNotEqualTo(BookmarkIndex.Mark.NONE);
        note.withMark(BookmarkIndex.Mark.NONE).write(new FileDisk(), of);
    }

    @Test
    void aFileThatAnotherProgramOnlyCutHasAnUnknownHistory() throws IOException {
        long before = create(200);
        Path copy = copy("copy.bin");
        try (DataStream other = DataStream.open(copy)) {
            other.truncate(150);
        }
        Files.copy(copy, file, StandardCopyOption.REPLACE_EXISTING);
        assertNewAndUnknown(before);
    }

    @Test
    void aFileThatWasMadeAnewInItsPlaceHasAnUnknownHistory() throws IOException {
        long before = create(200);
        Files.delete(file);
        assertNewAndUnknown(before);
        // Also where nothing was noted of what it held.
        long again = create(200);
        Files.delete(file);
        Files.delete(StreamFolder.of(file).bookmarks());
        unmark(StreamFolder.of(file));
        assertNewAndUnknown(again);
    }

    @Test
    void aFileThatAnotherProgramAppendedToIsInTheSameGeneration() throws IOException {
        long before = create(200);
        Path copy = copy("copy.bin");
        try (DataStream other = DataStream.open(copy)) {
            grow(other, 9_000, 50);
        }
        Files.copy(copy, file, StandardCopyOption.REPLACE_EXISTING);
        assertStays(before);
        Files.delete(StreamFolder.of(file).bookmarks());
        assertStays(before);
    }

    private Path copy(String name) throws IOException {
        return Files.copy(file, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aStreamThatIsOnlyReadHasAGenerationOfItsOwnAndLeavesNoTrace() throws IOException {
        long written = create(10);
        byte[] note = Files.readAllBytes(StreamFolder.of(file).generations());
        Set<Long> seen = new HashSet<>(Set.of(written));
        for (int i = 0; i < 3; i++) {
            try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
                long own = stream.view().committed().generation();
                assertThat(own).isPositive();
                assertThat(seen.add(own)).isTrue();
                assertThat(stream.view().unchangedBefore(own)).hasValue(-1);
                assertThat(stream.view().unchangedBefore(written)).isEmpty();
            }
        }
        assertThat(StreamFolder.of(file).generations()).hasBinaryContent(note);
        Path alone = copy("alone.bin");
        DataStream.openReadOnly(alone).close();
        assertThat(StreamFolder.of(alone).path()).doesNotExist();
    }

    @Test
    void aRewriteThatFailsLeavesAGenerationThatTheNextOpeningDoesNotKnow() {
        SimulatedDisk disk = new SimulatedDisk();
        SimulatedIndex index = new SimulatedIndex();
        Seams seams = new Seams(
                disk, System::nanoTime, path -> index.open(), new PageLayout(4096), new Random(1)::nextLong, false);
        Path simulated = Path.of("/simulated/stream.bin");
        DataStream stream = DataStream.open(simulated, DataStreamOptions.defaults(), seams);
        grow(stream, 10, 0);
        long before = generation(stream);
        // The note of the generation, the new data, and then the entry itself.
        disk.failWrites("Input/output error", write -> write == 2);
        assertThatThrownBy(() -> rewrite(stream, 4, 9)).isInstanceOf(Stopped.class);
        long shown = generation(stream);
        assertThat(shown).isGreaterThan(before);
        assertThat(stream.view().unchangedBefore(before)).hasValue(4);
        disk.failWrites("", write -> false);
        stream.close();
        try (DataStream again = DataStream.open(simulated, DataStreamOptions.defaults(), seams)) {
            assertThat(again.getEntry(4).data()).isEqualTo(filled(9));
            assertThat(generation(again)).isNotEqualTo(shown);
            assertThat(again.view().unchangedBefore(shown)).isEmpty();
            assertThat(again.view().unchangedBefore(before)).hasValue(4);
        }
    }
}
