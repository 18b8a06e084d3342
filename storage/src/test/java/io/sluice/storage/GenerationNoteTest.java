package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.storage.BookmarkIndex.Mark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** What the note of the generations knows, and for how long. */
final class GenerationNoteTest {
    private static final StreamFolder FOLDER = StreamFolder.of(Path.of("/simulated/stream.bin"));

    private final LongSupplier random = new Random(5)::nextLong;

    @Test
    void aGenerationIsACountAboveFortyRandomBits() {
        LongSupplier ones = () -> -1;
        LongSupplier zeros = () -> 0;
        assertThat(GenerationNote.next(0, ones)).isEqualTo(0x1ff_ffff_ffffL);
        assertThat(GenerationNote.next(0x1ff_ffff_ffffL, zeros)).isEqualTo(0x200_0000_0000L);
        assertThat(GenerationNote.next(0x200_0000_0000L, ones)).isEqualTo(0x3ff_ffff_ffffL);
    }

    @Test
    void whenTheCountHasNoRoomGenerationsStillGrowAndArePositive() {
        long generation = 0x7ffffe00_00000000L;
        for (int i = 0; i < 1_000; i++) {
            long next = GenerationNote.next(generation, random);
            assertThat(next).isGreaterThan(generation);
            generation = next;
        }
        assertThat(generation).isGreaterThanOrEqualTo(0x7fffff00_00000000L);
    }

    @Test
    void aThousandAndTwentyFourGenerationsAreKnown() throws Exception {
        GenerationNote note = GenerationNote.begin(random);
        List<Long> all = new ArrayList<>(List.of(note.current()));
        for (int i = 0; i < 3_000; i++) {
            // The lowest number comes early, and is forgotten together with those that were before it.
            note = note.changedFrom(i == 100 ? 3 : 1_000 + i, Mark.NONE, random);
            all.add(note.current());
        }
        SimulatedDisk disk = new SimulatedDisk();
        note.write(disk, FOLDER);
        GenerationNote read = GenerationNote.read(disk, FOLDER.generations());
        assertThat(read).isEqualTo(note);
        int oldest = all.size() - GenerationNote.MAX_CHANGES;
        for (int i = 0; i < oldest; i++) {
            assertThat(note.unchangedBefore(all.get(i))).isEmpty();
        }
        for (int i = oldest; i < all.size() - 1; i++) {
            assertThat(note.unchangedBefore(all.get(i))).hasValue(1_000 + i);
        }
        assertThat(note.unchangedBefore(note.current())).hasValue(-1);
    }

    @Test
    void whatWasForgottenIsUnknown() {
        GenerationNote before = GenerationNote.begin(random).changedFrom(7, new Mark(7, 5000, 1), random);
        GenerationNote after = before.forgotten(random);
        assertThat(after.current()).isGreaterThan(before.current());
        assertThat(after.mark()).isEqualTo(Mark.NONE);
        before.changes()
                .forEach(change ->
                        assertThat(after.unchangedBefore(change.generation())).isEmpty());
    }

    @Test
    void aCrashAnywhereInWritingLeavesTheOldNoteOrTheNewOne() throws Exception {
        boolean finished = false;
        for (int calls = 0; !finished; calls++) {
            for (int seed = 0; seed < 20; seed++) {
                SimulatedDisk disk = new SimulatedDisk();
                GenerationNote old = GenerationNote.begin(random);
                for (int i = 0; i < 200; i++) {
                    old = old.changedFrom(i, Mark.NONE, random);
                }
                old.write(disk, FOLDER);
                GenerationNote next = old.changedFrom(9, new Mark(9, 8000, 3), random);
                disk.crashAfter(calls);
                boolean written = false;
                try {
                    next.write(disk, FOLDER);
                    written = true;
                    finished = true;
                } catch (SimulatedDisk.Crash e) {
                    assertThat(disk.hasCrashed()).isTrue();
                }
                disk.cutPower(new Random(seed));
                GenerationNote read = GenerationNote.read(disk, FOLDER.generations());
                assertThat(read).isIn(written ? List.of(next) : List.of(old, next));
            }
        }
    }
}
