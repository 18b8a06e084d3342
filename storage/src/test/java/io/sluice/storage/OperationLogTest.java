package io.sluice.storage;

import static io.sluice.storage.LoggedStream.FILE;
import static io.sluice.storage.LoggedStream.LOG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.storage.Coverage.Damaged;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A byte that changes on the disk is found, and the operation is named that it belongs to. */
final class OperationLogTest {
    private final LoggedStream logged = new LoggedStream();

    private void assertCovered(long committed, long found, long uncovered) {
        Verification verified = logged.verify();
        assertThat(verified.isGood()).as("%s", verified).isTrue();
        Coverage coverage = verified.coverage();
        assertThat(coverage.committedEntries()).as("%s", coverage).isEqualTo(committed);
        assertThat(coverage.foundEntries()).as("%s", coverage).isEqualTo(found);
        assertThat(coverage.uncoveredEntries()).as("%s", coverage).isEqualTo(uncovered);
    }

    /** Each bit of the committed entries, as it lies in the file, belongs to the operation from one position to another. */
    private void assertFound(int position, int bit, long from, long to) {
        logged.flip(FILE, position, bit);
        Verification verified = logged.verify();
        assertThat(verified.isGood()).as("bit %d at %d", bit, position).isFalse();
        assertThat(verified.coverage().damagedCount()).as("%s", verified).isEqualTo(1);
        Damaged damaged = verified.coverage().damaged().get(0);
        assertThat(damaged.position()).isEqualTo(from);
        assertThat(damaged.endPosition()).isEqualTo(to);
        logged.flip(FILE, position, bit);
    }

    @Test
    void aFlippedBitAnywhereInEntriesIsFoundAndItsOperationNamed() {
        int[] ends = new int[6];
        ends[0] = 4096;
        try (DataStream stream = logged.open()) {
            for (int op = 1; op < ends.length; op++) {
                logged.commit(stream, 10, op, 0);
                ends[op] = (int) stream.getHeader().totalLength();
            }
        }
        assertCovered(15, 0, 0);
        assertThat(logged.coverage().operations()).isEqualTo(5);
        for (int op = 1; op < ends.length; op++) {
            for (int at = ends[op - 1]; at < ends[op]; at++) {
                assertFound(at, at % 8, ends[op - 1], ends[op]);
            }
        }
        logged.flip(FILE, ends[2] + 20, 3);
        assertThat(logged.coverage().damaged()).containsExactly(new Damaged(6, 8, ends[2], ends[3], true));
    }

    private static OptionalLong operationEnd(DataStream stream, long entries) {
        Committed now = stream.view().committed();
        return stream.view().operationEnd(stream.view().positionOf(entries, now), now);
    }

    /** Whether records wait in memory or lie in the file, and whoever has opened it. */
    @Test
    void whereOperationsEndIsTold() throws IOException {
        long end = 0;
        for (int opening = 0; opening < 3; opening++) {
            try (DataStream stream = logged.open()) {
                long first = end;
                assertThat(operationEnd(stream, 0)).hasValue(0);
                for (int op = 0; op < 20; op++) {
                    // Some over the end of a page.
                    logged.commit(stream, 700, 300, 500);
                    end += 3;
                    assertThat(operationEnd(stream, end)).hasValue(end);
                    assertThat(operationEnd(stream, end - 1)).hasValue(end - 3);
                    assertThat(operationEnd(stream, end - 2)).hasValue(end - 3);
                }
                for (long entries = first; entries <= end; entries++) {
                    assertThat(operationEnd(stream, entries)).hasValue(entries / 3 * 3);
                }
            }
        }
        try (DataStream stream = logged.open()) {
            Committed before = stream.view().committed();
            stream.truncate(100);
            assertThat(operationEnd(stream, 100)).as("as was shown").hasValue(100);
            assertThat(operationEnd(stream, 99)).hasValue(99);
            assertThat(operationEnd(stream, 98)).hasValue(96);
            assertThatThrownBy(() -> stream.view().operationEnd(before.position(), before))
                    .isInstanceOf(HistoryChangedException.class);
        }
        logged.appendForeign(10);
        try (DataStream stream = logged.open()) {
            assertThat(operationEnd(stream, 101)).as("nobody knows").isEmpty();
            assertThat(operationEnd(stream, 100)).hasValue(100);
        }
    }

    @Test
    void theBeginningOfALongOperationIsTold() {
        try (DataStream stream = logged.open()) {
            logged.commit(stream, 100);
            stream.startAtomicOp();
            for (int page = 0; page < 70; page++) {
                stream.addStreamEntry(2, logged.bytes(3000));
            }
            stream.commitAtomicOp();
            assertThat(operationEnd(stream, 2)).hasValue(1);
            assertThat(operationEnd(stream, 60)).hasValue(1);
            assertThat(operationEnd(stream, 70)).as("too far away").isEmpty();
            assertThat(operationEnd(stream, 71)).hasValue(71);
            assertThat(operationEnd(stream, 0)).hasValue(0);
        }
    }

    /** However far away the next end is that is known. */
    @Test
    void withinWhatTheLogDoesNotKnowNoEndIsTold() throws IOException {
        try (DataStream stream = logged.open()) {
            for (int i = 0; i < 30; i++) {
                logged.commit(stream, 100);
            }
        }
        try (DataStream stream = logged.open()) {
            logged.flip(LoggedStream.LOG, (int) OperationLogHeader.positionOf(19) + 4, 1);
            stream.truncate(20);
            logged.commit(stream, 100, 100);
            assertThat(operationEnd(stream, 22)).hasValue(22);
            for (long entries : new long[] {0, 1, 10, 20, 21}) {
                assertThat(operationEnd(stream, entries))
                        .as("entry %s", entries)
                        .isEqualTo(entries == 0 ? OptionalLong.of(0) : OptionalLong.empty());
            }
        }
    }

    @Test
    void operationsOverPagesAreCoveredAndFoundAsOne() {
        long end;
        try (DataStream stream = logged.open()) {
            logged.commit(stream, 100);
            // Over a page end with padding, and one that fills its pages to the last byte.
            logged.commit(stream, 3000, 3000, 1500, 1500, 3000);
            logged.commit(stream, 4096 - 17, 4096 - 17);
            logged.commit(stream, 4096 - 17);
            logged.commit(stream, 5);
            end = stream.getHeader().totalLength();
        }
        assertCovered(10, 0, 0);
        assertThat(logged.coverage().operations()).isEqualTo(5);
        // In the page of entries 3 and 4.
        logged.flip(FILE, 3 * 4096 + 4000 - 2000, 1);
        logged.flip(FILE, 2 * 4096 + 100, 1);
        assertThat(logged.coverage().damaged()).hasSize(1).first().satisfies(damaged -> {
            assertThat(damaged.firstEntry()).isEqualTo(1);
            assertThat(damaged.lastEntry()).isEqualTo(5);
        });
        assertThat(end).isGreaterThan(7 * 4096);
    }

    @Test
    void operationsThatWereWrittenAheadAndUpdatedAreCovered() {
        Random random = new Random(3);
        long entries = 0;
        try (DataStream stream = logged.open(ForcePolicy.NEVER)) {
            for (int op = 0; op < 60; op++) {
                stream.startAtomicOp();
                int count = 1 + random.nextInt(40);
                for (int i = 0; i < count; i++) {
                    stream.addStreamEntry(2, logged.bytes(random.nextInt(1500)));
                }
                for (int i = random.nextInt(4); i > 0; i--) {
                    long number = entries + random.nextInt(count);
                    boolean sameLength = random.nextBoolean();
                    int length = sameLength ? stream.openEntry(number).data().length : random.nextInt(1500);
                    stream.updateEntryData(number, 2, logged.bytes(length));
                }
                entries += count;
                stream.commitAtomicOp();
            }
        }
        assertCovered(entries, 0, 0);
        assertThat(logged.coverage().operations()).isEqualTo(60);
        int end = (int) logged.verify().bytes();
        for (int i = 0; i < 200; i++) {
            int at = 4096 + random.nextInt(end - 4096);
            logged.flip(FILE, at, 2);
            boolean isFound = !logged.verify().isGood();
            logged.flip(FILE, at, 2);
            // Padding is no entry: of that only the first byte means something.
            assertThat(isFound || isPadding(at)).as("byte %d", at).isTrue();
        }
    }

    private boolean isPadding(int at) {
        int position = 4096 + (at - 4096) / 4096 * 4096;
        byte[] content = logged.disk.content(FILE);
        while (position <= at && content[position] == 2) {
            position += java.nio.ByteBuffer.wrap(content).getInt(position + 1);
        }
        return position <= at;
    }

    @Test
    void allDamageIsCountedAndTheFirstIsTold() {
        long[] starts = new long[40];
        try (DataStream stream = logged.open()) {
            for (int op = 0; op < starts.length; op++) {
                starts[op] = stream.getHeader().totalLength();
                logged.commit(stream, 30);
            }
            logged.commit(stream, 1);
        }
        for (long start : starts) {
            logged.flip(FILE, (int) start + 20, 0);
        }
        Coverage coverage = logged.coverage();
        assertThat(coverage.damagedCount()).isEqualTo(40);
        assertThat(coverage.damaged()).hasSize(Coverage.MAX_DAMAGED);
        assertThat(coverage.damaged().get(19).firstEntry()).isEqualTo(19);
    }

    @Test
    void damageBehindAFaultOfTheFormatIsFoundToo() {
        long third;
        try (DataStream stream = logged.open()) {
            logged.commit(stream, 50);
            logged.commit(stream, 3000);
            third = stream.getHeader().totalLength();
            logged.commit(stream, 50);
            logged.commit(stream, 3000);
            logged.commit(stream, 3000);
        }
        logged.flip(FILE, 4096, 5);
        logged.flip(FILE, (int) third + 30, 5);
        Verification verified = logged.verify();
        assertThat(verified.fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("packet type"));
        assertThat(verified.entries()).isZero();
        assertThat(verified.coverage().damaged())
                .extracting(Damaged::firstEntry)
                .containsExactly(0L, 2L);
    }

    @Test
    void truncationIsFollowedAlsoIntoAnOperation() {
        for (int entries = 0; entries <= 12; entries++) {
            LoggedStream fresh = new LoggedStream();
            try (DataStream stream = fresh.open()) {
                fresh.commit(stream, 100, 200);
                fresh.commit(stream, 3000, 500, 3000, 100, 100, 3000, 100);
                fresh.commit(stream, 100, 3000, 100);
                stream.truncate(entries);
                stream.step();
                Coverage cut = fresh.coverage();
                assertThat(cut.committedEntries()).isEqualTo(entries);
                assertThat(cut.uncoveredEntries()).isZero();
                fresh.commit(stream, 2000, 70, 2000);
                fresh.commit(stream, 10);
            }
            Verification verified = fresh.verify();
            assertThat(verified.isGood()).as("%s", verified).isTrue();
            assertThat(verified.coverage().committedEntries()).isEqualTo(entries + 4);
            int operations = entries == 0 ? 0 : entries <= 2 ? 1 : entries <= 9 ? 2 : 3;
            assertThat(verified.coverage().operations()).isEqualTo(operations + 2);
        }
    }

    @Test
    void rewritingIsFollowedAndWhatChangesAfterwardsIsFound() {
        long position;
        try (DataStream stream = logged.open()) {
            logged.commit(stream, 100, 200);
            logged.commit(stream, 3000, 500, 3000);
            stream.rewriteCommittedEntry(1, 2, logged.bytes(200));
            stream.rewriteCommittedEntry(4, 2, logged.bytes(3000));
            position = stream.view().positionOf(4, stream.view().committed());
        }
        assertCovered(5, 0, 0);
        logged.flip(FILE, (int) position + 1000, 1);
        assertThat(logged.coverage().damaged()).extracting(Damaged::firstEntry).containsExactly(2L);
    }

    @Test
    void aLogThatFailsCostsTheStreamNothing() {
        for (String message : new String[] {"No space left on device", "Input/output error"}) {
            LoggedStream fresh = new LoggedStream();
            try (DataStream stream = fresh.open()) {
                fresh.commit(stream, 100);
                stream.step();
                fresh.disk.failWritesTo(LOG, message);
                fresh.commit(stream, 200, 200);
                stream.step();
                fresh.commit(stream, 300);
                stream.rewriteCommittedEntry(0, 2, fresh.bytes(100));
                stream.truncate(2);
                fresh.commit(stream, 3000, 3000);
                // What the log still says of the rewritten entry is not believed.
                assertThat(fresh.verify().isGood()).isTrue();
                assertThat(fresh.coverage().uncoveredEntries()).isEqualTo(4);
            }
            assertThat(fresh.verify().isGood()).isTrue();
            fresh.disk.healWritesTo(LOG);
            fresh.commitAlone(50);
            assertThat(fresh.verify().isGood()).isTrue();
            assertThat(fresh.coverage().uncoveredEntries()).isZero();
            assertThat(fresh.coverage().committedEntries()).isEqualTo(1);
        }
    }

    @Test
    void whatIsAppendedWhileTheFileIsCheckedIsLeftOut() {
        try (DataStream stream = logged.open()) {
            for (int i = 0; i < 20; i++) {
                logged.commit(stream, 1000);
            }
            stream.step();
            Verification verified = logged.verify((bytes, total) -> {
                logged.commit(stream, 500, 2000);
                stream.step();
            });
            assertThat(verified.isGood()).as("%s", verified).isTrue();
            assertThat(verified.entries()).isEqualTo(20);
            assertThat(verified.coverage().committedEntries()).isEqualTo(20);
        }
    }

    @Test
    void aTruncationWhileTheFileIsCheckedIsNoDamage() {
        for (int at = 1; at <= 6; at++) {
            LoggedStream fresh = new LoggedStream();
            try (DataStream stream = fresh.open()) {
                for (int i = 0; i < 30; i++) {
                    fresh.commit(stream, 500, 100 + i);
                }
                stream.step();
                int[] calls = {at};
                Verification verified = fresh.verify((bytes, total) -> {
                    if (--calls[0] == 0) {
                        stream.truncate(31);
                        for (int i = 0; i < 40; i++) {
                            fresh.commit(stream, 300);
                        }
                        stream.step();
                    }
                });
                assertThat(verified.isGood()).as("%s", verified).isTrue();
            }
        }
    }
}
