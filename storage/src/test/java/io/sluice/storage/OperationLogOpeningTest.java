package io.sluice.storage;

import static io.sluice.storage.LoggedStream.FILE;
import static io.sluice.storage.LoggedStream.LOG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is made of the operation log that is found, or not found, beside a stream file. */
final class OperationLogOpeningTest {
    private final LoggedStream logged = new LoggedStream();

    /** Five operations of three entries each, over three pages. */
    @BeforeEach
    void write() {
        try (DataStream stream = logged.open()) {
            for (int op = 0; op < 5; op++) {
                logged.commit(stream, 700, 10, 900);
            }
        }
    }

    private void assertCovered(long committed, long found, long uncovered) {
        Verification verified = logged.verify();
        assertThat(verified.isGood()).as("%s", verified).isTrue();
        Coverage coverage = verified.coverage();
        assertThat(new long[] {coverage.committedEntries(), coverage.foundEntries(), coverage.uncoveredEntries()})
                .as("%s", coverage)
                .containsExactly(committed, found, uncovered);
    }

    /** Nothing is lost with the log but what it knew; what comes after it is known again. */
    private void assertOpens(long committed, long found) {
        logged.open().close();
        assertCovered(committed, found, 0);
        logged.commitAlone(100, 2000);
        assertCovered(committed + 2, found, 0);
    }

    @Test
    void withoutALogTheFormatIsCheckedAndAnOpeningTakesTheBytesAsFound() throws IOException {
        logged.disk.delete(LOG);
        assertCovered(0, 0, 15);
        assertOpens(0, 15);
        logged.flip(FILE, 4096 + 100, 1);
        Coverage.Damaged damaged = logged.coverage().damaged().get(0);
        assertThat(damaged.isOperation()).isFalse();
        assertThat(damaged.position()).isEqualTo(4096);
    }

    @Test
    void aLogThatIsCutAnywhereIsCompleted() throws IOException {
        byte[] log = logged.copy(LOG);
        for (int length = 0; length < log.length; length++) {
            logged.putBack(LOG, Arrays.copyOf(log, length));
            Coverage coverage = logged.coverage();
            assertThat(logged.verify().isGood()).isTrue();
            assertThat(coverage.committedEntries() % 3)
                    .as("in pages of one or two operations")
                    .isLessThan(3);
            logged.open().close();
            assertCovered(coverage.committedEntries(), 15 - coverage.committedEntries(), 0);
        }
    }

    @Test
    void aLogWithAnyBitFlippedRaisesNoAlarmAndIsRepaired() throws IOException {
        byte[] log = logged.copy(LOG);
        byte[] stream = logged.copy(FILE);
        for (int at = 0; at < log.length; at++) {
            logged.putBack(FILE, stream);
            logged.putBack(LOG, log);
            logged.flip(LOG, at, at % 8);
            assertThat(logged.verify().isGood()).as("byte %d", at).isTrue();
            try (DataStream open = logged.open()) {
                logged.commit(open, 10);
                open.truncate(8);
                logged.commit(open, 10);
            }
            assertThat(logged.verify().isGood()).as("byte %d", at).isTrue();
        }
    }

    @Test
    void aLogThatIsNotOfThisProgramIsReplaced() throws IOException {
        logged.putBack(LOG, new byte[5000]);
        assertCovered(0, 0, 15);
        assertOpens(0, 15);
    }

    @Test
    void aLogOfAnotherStreamIsReplaced() throws IOException {
        LoggedStream other = new LoggedStream();
        try (DataStream stream = other.open()) {
            stream.truncate(0);
            for (int op = 0; op < 5; op++) {
                other.commit(stream, 700, 10, 900);
                stream.truncate(3);
            }
        }
        logged.putBack(LOG, other.copy(LOG));
        assertThat(logged.coverage().remark()).isPresent();
        assertCovered(0, 0, 15);
        assertOpens(0, 15);
    }

    @Test
    void withoutTheNoteOfTheGenerationsTheLogIsNotBelieved() throws IOException {
        logged.disk.delete(StreamFolder.of(FILE).generations());
        assertCovered(0, 0, 15);
        assertOpens(0, 15);
    }

    @Test
    void anOlderLogIsCompleted() throws IOException {
        byte[] older = logged.copy(LOG);
        logged.commitAlone(100, 2000);
        logged.putBack(LOG, older);
        assertCovered(15, 0, 2);
        assertOpens(15, 2);
    }

    @Test
    void anOlderLogOfAnOlderHistoryIsBelievedUpToTheChange() throws IOException {
        byte[] older = logged.copy(LOG);
        try (DataStream stream = logged.open()) {
            stream.truncate(8);
            logged.commit(stream, 100, 2000, 100, 50);
            logged.commit(stream, 100, 2000, 100, 50);
        }
        logged.putBack(LOG, older);
        // Two operations, and the part of the third one that lies in their page.
        assertCovered(8, 0, 8);
        assertOpens(8, 8);
    }

    @Test
    void anOlderCopyOfTheFileIsNotTakenForDamage() throws IOException {
        byte[] older = logged.copy(FILE);
        logged.commitAlone(100, 2000);
        logged.commitAlone(100, 2000);
        logged.putBack(FILE, older);
        assertCovered(15, 0, 0);
        // The generations tell that the file is another one.
        assertOpens(0, 15);
    }

    @Test
    void whatAnotherProgramAppendedIsTakenAsFound() throws IOException {
        for (int i = 0; i < 8; i++) {
            logged.appendForeign(50);
        }
        assertCovered(15, 0, 8);
        assertOpens(15, 8);
    }

    @Test
    void whatAnotherProgramReplacedIsNoDamage() throws IOException {
        // Two operations go, and others come.
        logged.endForeign(positionOf(9), 9);
        for (int i = 0; i < 12; i++) {
            logged.appendForeign(500);
        }
        Verification verified = logged.verify();
        assertThat(verified.isGood()).as("%s", verified).isTrue();
        assertThat(verified.coverage().committedEntries()).isEqualTo(9);
        assertThat(verified.coverage().uncoveredEntries()).isEqualTo(12);
        assertThat(verified.coverage().remark())
                .hasValueSatisfying(remark -> assertThat(remark).contains("another program"));
        logged.open().close();
        assertCovered(0, 21, 0);
    }

    private long positionOf(long number) throws IOException {
        try (ReadOnlyStream stream = ReadOnlyStream.open(
                FILE,
                new Seams(
                        logged.disk,
                        System::nanoTime,
                        path -> new MemoryBookmarkIndex(),
                        new PageLayout(4096),
                        () -> 1,
                        false))) {
            return stream.view().positionOf(number, stream.view().committed());
        }
    }

    @Test
    void aKilledProcessLeavesWhatWasNotWrittenToBeFound() {
        try (DataStream ignored = logged.open(ForcePolicy.NEVER)) {
            logged.commit(ignored, 100, 100);
            ignored.step();
            logged.commit(ignored, 200);
            logged.disk.killProcess();
            assertCovered(17, 0, 1);
            logged.open().close();
            assertCovered(17, 1, 0);
        }
    }
}
