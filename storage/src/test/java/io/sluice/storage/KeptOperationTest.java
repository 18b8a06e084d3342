package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamSourceException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operation that outlives the process which builds it, entry by entry as another stream has them. */
final class KeptOperationTest extends TwoHistories {
    private static final int RUNS = Integer.getInteger("sluice.simulation.runs", 400);

    /** Entries that the process which has crashed had kept at least. */
    private long keptUpTo;

    @Test
    void entriesThatAreAddedTogetherLieAsOnesThatAreAddedOneByOne() {
        Path other = Path.of("/simulated/other.bin");
        try (DataStream stream = open();
                DataStream single = DataStream.open(
                        other,
                        DataStreamOptions.defaults(),
                        new Seams(
                                disk,
                                System::nanoTime,
                                path -> new SimulatedIndex().open(),
                                new PageLayout(PAGE_LENGTH),
                                new Random(1)::nextLong,
                                false))) {
            for (int after : new int[] {1, 2, 30, 31, 500}) {
                commit(stream, after, 1);
                single.startAtomicOp();
                for (long number = single.getHeader().totalEntries(); number < after; number++) {
                    Entry entry = entry(number, 1);
                    if (entry.isBookmark()) {
                        single.addStreamBookmark(Bookmark.of(entry.data()));
                    } else {
                        single.addStreamEntry(entry.type(), entry.data());
                    }
                }
                single.commitAtomicOp();
                assertThat(stream.getHeader()).isEqualTo(single.getHeader());
            }
            assertHolds(stream, 500, 1);
        }
        assertThat(disk.content(FILE)).isEqualTo(disk.content(other));
    }

    @Test
    void whatIsNoEntryIsRefused() {
        try (DataStream stream = open()) {
            OpenOperation operation = stream.openOperation();
            stream.startAtomicOp();
            assertThatThrownBy(() -> operation.add(bytes(1, 2, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Entry 0 was expected");
            ByteBuffer cut = bytes(0, 3, 1);
            assertThatThrownBy(() -> operation.add(cut.limit(cut.limit() - 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Entry 2 was expected");
            assertThat(operation.nextNumber()).isEqualTo(2);
            add(stream, 3, 1);
            stream.commitAtomicOp();
            assertHolds(stream, 3, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasKeptIsTakenUp(boolean cleanly) {
        DataStream first = open();
        commit(first, 10, 1);
        first.startAtomicOp();
        add(first, 200, 1);
        first.openOperation().keep();
        add(first, 210, 1);
        if (cleanly) {
            first.close();
            assertThat(disk.content(FILE)[(int) first.view().committed().position()])
                    .as("what other programs want to find")
                    .isZero();
        } else {
            disk.cutPower(new Random(3));
        }
        try (DataStream stream = open()) {
            assertThat(stream.getHeader().totalEntries()).isEqualTo(10);
            assertThat(stream.openOperation().takeUp()).isTrue();
            assertThat(stream.openOperation().nextNumber()).isEqualTo(200);
            assertThat(stream.openEntry(199)).isEqualTo(entry(199, 1));
            assertThat(stream.openEntry(10)).isEqualTo(entry(10, 1));
            add(stream, 300, 1);
            stream.commitAtomicOp();
            assertHolds(stream, 300, 1);
            assertThat(stream.openOperation().takeUp()).isFalse();
        }
        try (DataStream stream = open()) {
            assertThat(stream.openOperation().takeUp()).isFalse();
            assertHolds(stream, 300, 1);
            stream.truncate(10);
            assertThat(stream.openOperation().takeUp()).isFalse();
        }
    }

    @Test
    void whatWasKeptCanBeCommittedAsItIs() {
        try (DataStream stream = open()) {
            stream.startAtomicOp();
            add(stream, 200, 1);
            stream.openOperation().keep();
        }
        try (DataStream stream = open()) {
            assertThat(stream.openOperation().takeUp()).isTrue();
            stream.commitAtomicOp();
            assertHolds(stream, 200, 1);
        }
        try (ReadOnlyStream stream = ReadOnlyStream.open(
                FILE,
                new Seams(
                        disk,
                        System::nanoTime,
                        path -> index.open(),
                        new PageLayout(PAGE_LENGTH),
                        new Random(1)::nextLong,
                        false))) {
            assertThat(stream.verify((bytes, total) -> {}).isGood()).isTrue();
        }
    }

    /** At any entry: in memory, in the file, first of a page, and of what another process has kept. */
    @Test
    void whatIsCutOffAnOpenOperationIsReplaced() {
        for (int cut = 11; cut < 200; cut++) {
            KeptOperationTest each = new KeptOperationTest();
            boolean kept = cut % 3 == 0;
            DataStream before = each.open();
            commit(before, 10, 1);
            before.startAtomicOp();
            add(before, cut, 1);
            add(before, 200, 2);
            if (kept) {
                before.openOperation().keep();
                before.close();
            } else if (cut % 3 == 1) {
                before.openOperation().keep();
            }
            DataStream stream = kept ? each.open() : before;
            assertThat(stream.openOperation().takeUp()).isEqualTo(kept);
            stream.openOperation().cut(cut);
            assertThat(stream.openOperation().nextNumber()).isEqualTo(cut);
            assertReads(stream, 10, cut);
            if (cut % 2 == 0) {
                stream.openOperation().keep();
                stream.close();
                stream = each.open();
                assertThat(stream.openOperation().takeUp()).isTrue();
                assertThat(stream.openOperation().nextNumber()).isEqualTo(cut);
            }
            if (cut % 5 > 0) {
                add(stream, 300, 1);
                assertReads(stream, 10, 300);
            }
            stream.commitAtomicOp();
            assertHolds(stream, cut % 5 > 0 ? 300 : cut, 1);
            stream.close();
        }
    }

    @Test
    void onlyTheEndOfAnOpenOperationIsCutOff() {
        try (DataStream stream = open()) {
            commit(stream, 10, 1);
            OpenOperation operation = stream.openOperation();
            assertThatThrownBy(() -> operation.cut(9)).isInstanceOf(StreamSourceException.NoOpenOperation.class);
            stream.startAtomicOp();
            add(stream, 20, 1);
            assertThatThrownBy(() -> operation.cut(10)).hasMessageContaining("rollback");
            assertThatThrownBy(() -> operation.cut(9)).isInstanceOf(StreamSourceException.NotInOpenOperation.class);
            assertThatThrownBy(() -> operation.read(20, ByteBuffer.allocate(9)))
                    .isInstanceOf(StreamSourceException.UnknownEntryNumber.class);
            stream.commitAtomicOp();
            assertHolds(stream, 20, 1);
        }
    }

    @Test
    void whatWasRolledBackOrFollowedByAnotherOperationIsNotTakenUp() {
        try (DataStream stream = open()) {
            commit(stream, 10, 1);
            stream.startAtomicOp();
            add(stream, 200, 1);
            stream.openOperation().keep();
            stream.rollbackAtomicOp();
        }
        try (DataStream stream = open()) {
            assertThat(stream.openOperation().takeUp()).isFalse();
            stream.startAtomicOp();
            add(stream, 200, 1);
            stream.openOperation().keep();
        }
        DataStream ignorant = open();
        ignorant.startAtomicOp();
        add(ignorant, 100, 2);
        disk.killProcess();
        try (DataStream stream = open()) {
            assertThat(stream.openOperation().takeUp()).isFalse();
            assertThat(stream.getHeader().totalEntries()).isEqualTo(10);
        }
    }

    /** Two histories of entries with the same lengths, so that what is left over of one fits behind the other. */
    @Test
    void afterAnyCrashNothingIsTakenUpThatWasNotKept() {
        int takenUp = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            try {
                takenUp += new KeptOperationTest().crash(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " fails", e);
            }
        }
        assertThat(takenUp).isGreaterThan(RUNS / 4);
        assertThat(opened.all()).noneMatch(line -> line.contains("another program"));
    }

    private void writeUntilItCrashes(DataStream stream, Random random, int history) {
        while (!disk.hasCrashed()) {
            stream.startAtomicOp();
            for (int i = random.nextInt(4); i >= 0; i--) {
                add(stream, stream.openOperation().nextNumber() + 1 + random.nextInt(30), history);
                if (random.nextBoolean()) {
                    stream.openOperation().keep();
                    keptUpTo = stream.openOperation().nextNumber();
                }
            }
            if (random.nextInt(4) == 0) {
                stream.rollbackAtomicOp();
                keptUpTo = 0;
            } else {
                stream.commitAtomicOp();
            }
        }
    }

    private int crash(Random random) {
        ForcePolicy policy = random.nextInt(3) == 0 ? ForcePolicy.interval(Duration.ofMillis(5)) : ForcePolicy.ALWAYS;
        open(policy).close();
        int takenUp = 0;
        int history = 1;
        for (int crashes = 0; crashes < 6; crashes++) {
            keptUpTo = 0;
            try {
                disk.crashAfter(1 + random.nextInt(400));
                DataStream stream = open(policy);
                if (stream.openOperation().takeUp()) {
                    takenUp++;
                    // All of one history, or the walk was fooled.
                    long after = stream.openOperation().nextNumber();
                    if (after - stream.getHeader().totalEntries() > 1 && random.nextInt(3) == 0) {
                        after--;
                        stream.openOperation().cut(after);
                    }
                    stream.commitAtomicOp();
                    assertHolds(stream, after, history);
                    assertBookmarks(stream, after, history);
                }
                if (random.nextInt(3) == 0 && stream.getHeader().totalEntries() > 0) {
                    stream.truncate(0);
                    history = 3 - history;
                }
                writeUntilItCrashes(stream, random, history);
            } catch (SimulatedDisk.Crash | StorageException | StreamSourceException e) {
                // The process is as good as dead.
                assertThat(disk.hasCrashed()).as(e.toString()).isTrue();
            }
            boolean power = random.nextBoolean();
            if (power) {
                disk.cutPower(random);
                index.cutPower(random);
            } else {
                disk.killProcess();
            }
            try (DataStream stream = open(policy)) {
                long entries = stream.getHeader().totalEntries();
                if (entries > 0) {
                    // A truncation that a crash hid from this test has not changed the history.
                    history = stream.getEntry(0).data()[0];
                    assertBookmarks(stream, entries, history);
                }
                if (stream.openOperation().takeUp()) {
                    takenUp++;
                    assertThat(stream.openOperation().nextNumber()).isGreaterThanOrEqualTo(keptUpTo);
                    history = entries > 0 ? history : stream.openEntry(0).data()[0];
                    for (long number = entries; number < stream.openOperation().nextNumber(); number++) {
                        assertThat(stream.openEntry(number)).isEqualTo(entry(number, history));
                    }
                    stream.openOperation().keep();
                } else if (entries == 0) {
                    history = 1;
                }
            }
        }
        return takenUp;
    }
}
