package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.storage.SimulatedFaults.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What died or failed between a write and its force is not believed because it can be seen. */
final class FailedForceTest {
    private static final Path FILE = Path.of("/simulated/stream.bin");
    private static final Path CHECKPOINT = StreamFolder.of(FILE).checkpoint();
    private static final ForcePolicy SECONDLY = ForcePolicy.interval(Duration.ofSeconds(1));

    private SimulatedDisk disk = new SimulatedDisk();
    private SimulatedIndex index = new SimulatedIndex();
    private long nanos;

    private void begin(long seed) {
        disk = new SimulatedDisk(new Random(seed));
        index = new SimulatedIndex();
    }

    private DataStream open(ForcePolicy policy) {
        Seams seams = new Seams(
                disk, () -> nanos, path -> index.open(), new PageLayout(4096), new Random(1)::nextLong, false);
        return DataStream.open(FILE, DataStreamOptions.defaults().withForcePolicy(policy), seams);
    }

    private static StreamHeader commit(DataStream stream, int length) {
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[length]);
        return stream.commitAtomicOp();
    }

    private void cutPower(long seed) {
        disk.cutPower(new Random(seed));
        index.cutPower(new Random(seed));
    }

    @Test
    void aHeaderWhoseForceFailedIsOnTheDiskBeforeItIsShown() {
        int shown = 0;
        for (long seed = 0; seed < 60; seed++) {
            begin(seed);
            DataStream stream = open(ForcePolicy.ALWAYS);
            commit(stream, 100);
            disk.faults().fail(Kind.FORCE, FILE, 1);
            assertThatThrownBy(() -> commit(stream, 200)).isInstanceOf(Stopped.class);
            stream.close();
            DataStream again = open(ForcePolicy.ALWAYS);
            long entries = again.getHeader().totalEntries();
            shown += entries == 2 ? 1 : 0;
            cutPower(seed);
            try (DataStream last = open(ForcePolicy.ALWAYS)) {
                assertThat(last.getHeader().totalEntries()).isEqualTo(entries);
            }
        }
        assertThat(shown).isPositive();
    }

    @Test
    void afterAFailedForceAStreamThatIsNotForcedEachTimeGoesBackToItsCheckpoint() {
        for (long seed = 0; seed < 60; seed++) {
            begin(seed);
            DataStream stream = open(SECONDLY);
            commit(stream, 600);
            nanos += Duration.ofSeconds(2).toNanos();
            long covered = commit(stream, 600).totalEntries();
            long generation = stream.view().committed().generation();
            commit(stream, 900);
            nanos += Duration.ofSeconds(2).toNanos();
            disk.faults().fail(Kind.FORCE, FILE, 0);
            stream.step();
            assertThatThrownBy(() -> commit(stream, 10)).isInstanceOf(Stopped.class);
            assertThat(stream.getHeader().totalEntries()).isEqualTo(covered + 1);
            stream.close();
            try (DataStream again = open(SECONDLY)) {
                assertThat(again.getHeader().totalEntries()).isEqualTo(covered);
                assertThat(again.view().unchangedBefore(generation)).hasValue(covered);
            }
        }
    }

    @Test
    void aForceThatFailsAtTheCloseIsNotForgotten() {
        begin(1);
        DataStream stream = open(SECONDLY);
        commit(stream, 600);
        disk.faults().fail(Kind.FORCE, FILE, 0);
        assertThat(stream.failure()).isEmpty();
        stream.close();
        assertThat(stream.failure())
                .hasValueSatisfying(why -> assertThat(why)
                        .hasMessageContainingAll(
                                FILE.toString(), "not closed in good order", SimulatedFaults.IO_ERROR));
        try (DataStream again = open(SECONDLY)) {
            assertThat(again.getHeader().totalEntries()).isZero();
        }
    }

    @Test
    void whatWasNeverForcedIsWrittenAgainAfterAFailedForceBeforeItIsTakenForForced() {
        long mostShown = 0;
        for (long seed = 0; seed < 60; seed++) {
            begin(seed);
            DataStream stream = open(ForcePolicy.NEVER);
            commit(stream, 600);
            commit(stream, 3000);
            disk.faults().fail(Kind.FORCE, FILE, 0);
            stream.close();
            disk.killProcess();
            long shown;
            try (DataStream again = open(ForcePolicy.NEVER)) {
                // The system may have dropped some of it, and shows what it had before.
                shown = again.getHeader().totalEntries();
            } catch (StorageException.Corrupt e) {
                continue;
            }
            mostShown = Math.max(shown, mostShown);
            cutPower(seed);
            try (DataStream again = open(ForcePolicy.NEVER)) {
                assertThat(again.getHeader().totalEntries()).isEqualTo(shown);
            }
        }
        assertThat(mostShown).isEqualTo(2);
    }

    @Test
    void aFailedTruncationLeavesEveryBookmarkFound() {
        for (int forces = 0; forces < 4; forces++) {
            begin(forces);
            DataStream stream = open(ForcePolicy.ALWAYS);
            for (byte i = 0; i < 3; i++) {
                stream.startAtomicOp();
                stream.addStreamBookmark(Bookmark.of(i));
                stream.commitAtomicOp();
            }
            disk.faults().fail(Kind.FORCE, FILE, forces);
            try {
                stream.truncate(1);
            } catch (Stopped e) {
                assertThat(stream.getHeader().totalEntries()).isEqualTo(3);
            }
            boolean isCut = stream.getHeader().totalEntries() == 1;
            assertThat(stream.view().bookmark(Bookmark.of((byte) 0))).hasValue(0);
            assertThat(stream.view().bookmark(Bookmark.of((byte) 2)).isPresent())
                    .isEqualTo(!isCut);
        }
    }

    @Test
    void aRewriteThatAKilledProcessLeftUnforcedIsForcedBeforeItIsFinished() {
        byte[] old = new byte[3000];
        byte[] fresh = new byte[3000];
        new Random(7).nextBytes(fresh);
        int rewritten = 0;
        for (int calls = 0; calls < 30; calls++) {
            for (int later = 0; later < 20; later++) {
                begin(calls);
                DataStream stream = open(ForcePolicy.ALWAYS);
                commit(stream, old.length);
                disk.crashAfter(calls);
                crashing(() -> stream.rewriteCommittedEntry(0, 2, fresh));
                disk.killProcess();
                disk.crashAfter(later);
                crashing(() -> open(ForcePolicy.ALWAYS));
                cutPower(31L * calls + later);
                try (DataStream again = open(ForcePolicy.ALWAYS)) {
                    byte[] found = again.getEntry(0).data();
                    assertThat(List.of(ByteBuffer.wrap(old), ByteBuffer.wrap(fresh)))
                            .contains(ByteBuffer.wrap(found));
                    rewritten += found[0] == fresh[0] ? 1 : 0;
                }
            }
        }
        assertThat(rewritten).isPositive();
    }

    @Test
    void namesThatAKilledProcessLeftUnforcedAreOnTheDiskBeforeAnythingIsCommitted() {
        for (ForcePolicy policy : List.of(ForcePolicy.ALWAYS, SECONDLY)) {
            for (int calls = 0; calls < 25; calls++) {
                for (int seed = 0; seed < 8; seed++) {
                    begin(calls);
                    disk.crashAfter(calls);
                    crashing(() -> open(policy));
                    disk.killProcess();
                    DataStream stream = open(policy);
                    commit(stream, 100);
                    nanos += Duration.ofSeconds(2).toNanos();
                    stream.step();
                    commit(stream, 200);
                    cutPower(seed);
                    try (DataStream again = open(policy)) {
                        assertThat(again.getHeader().totalEntries()).isEqualTo(policy == ForcePolicy.ALWAYS ? 2 : 1);
                    }
                }
            }
        }
    }

    @Test
    void aTruncationThatAKilledProcessLeftUnforcedIsForcedBeforeTheByteBehindItIsWritten() {
        int cut = 0;
        for (int calls = 0; calls < 24; calls++) {
            for (int later = 0; later < 16; later++) {
                for (int seed = 0; seed < 8; seed++) {
                    cut += truncateAndCrash(calls, later, seed) == 4 ? 1 : 0;
                }
            }
        }
        assertThat(cut).isPositive();
    }

    private long truncateAndCrash(int calls, int later, int seed) {
        begin(calls);
        DataStream stream = open(ForcePolicy.ALWAYS);
        for (int i = 0; i < 10; i++) {
            commit(stream, 300);
        }
        disk.crashAfter(calls);
        crashing(() -> stream.truncate(4));
        disk.killProcess();
        disk.crashAfter(later);
        crashing(() -> open(ForcePolicy.ALWAYS));
        cutPower(seed);
        try (DataStream again = open(ForcePolicy.ALWAYS)) {
            long entries = again.getHeader().totalEntries();
            assertThat(entries).isIn(4L, 10L);
            assertThat(StreamModel.entriesOf(again.view())).hasSize((int) entries);
            return entries;
        }
    }

    private void crashing(Runnable call) {
        try {
            call.run();
        } catch (SimulatedDisk.Crash | Stopped e) {
            assertThat(disk.hasCrashed()).isTrue();
        }
    }

    @Test
    void aFullDiskThatCannotGrowTheFileForAnOperationThatFillsItFailsTheOperationOnly() {
        begin(1);
        try (DataStream stream = open(ForcePolicy.ALWAYS)) {
            for (int page = 0; page < PageLayout.INITIAL_PAGES - 1; page++) {
                commit(stream, 4096 - 17);
            }
            disk.faults().full(Kind.SET_LENGTH, 0);
            assertThatThrownBy(() -> commit(stream, 4096 - 17)).isInstanceOf(DiskFull.class);
            assertThat(commit(stream, 4096 - 17).totalEntries()).isEqualTo(PageLayout.INITIAL_PAGES);
        }
    }

    @Test
    void aRewriteNoteThatClaimsMoreThanThereCanBeIsNone() throws IOException {
        begin(1);
        DataStream stream = open(ForcePolicy.ALWAYS);
        commit(stream, 100);
        stream.close();
        ByteBuffer note =
                ByteBuffer.allocate(40).putLong(0x736c756963655257L).putLong(0).putLong(4113);
        note.putInt(Integer.MAX_VALUE).clear();
        disk.openToWrite(StreamFolder.of(FILE).rewrite()).write(note, 0);
        try (DataStream again = open(ForcePolicy.ALWAYS)) {
            assertThat(again.getEntry(0).data()).isEqualTo(new byte[100]);
        }
    }

    @Test
    void aFailedForceThatCannotBeNotedIsCutBackByTheNextRunOfTheSystem() {
        begin(1);
        DataStream stream = open(SECONDLY);
        commit(stream, 600);
        nanos += Duration.ofSeconds(2).toNanos();
        long covered = commit(stream, 600).totalEntries();
        commit(stream, 900);
        disk.failWritesTo(CHECKPOINT, SimulatedFaults.IO_ERROR);
        disk.faults().fail(Kind.FORCE, FILE, 0);
        stream.close();
        disk.healWritesTo(CHECKPOINT);
        cutPower(1);
        try (DataStream again = open(SECONDLY)) {
            assertThat(again.getHeader().totalEntries()).isEqualTo(covered);
        }
    }
}
