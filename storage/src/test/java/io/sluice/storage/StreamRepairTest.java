package io.sluice.storage;

import static io.sluice.storage.LoggedStream.FILE;
import static io.sluice.storage.RepairCases.AT;
import static io.sluice.storage.RepairCases.cutTo;
import static io.sluice.storage.RepairCases.length;
import static io.sluice.storage.RepairCases.put;
import static io.sluice.storage.RepairCases.totals;
import static io.sluice.storage.RepairCases.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.storage.RepairCases.Case;
import io.sluice.storage.RepairCases.Damage;
import io.sluice.storage.RepairPlan.Kept;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a repair makes of each kind of damage, and that a crash in the middle of it does no harm. */
final class StreamRepairTest {
    private static final DataStreamOptions FIELDS =
            DataStreamOptions.defaults().withSystemId(1).withStreamType(1).withVersion(1);

    private final LoggedStream logged = new LoggedStream();

    private StreamRepair look() {
        return StreamRepair.open(FILE, fields(), (bytes, total) -> {}, logged.seams());
    }

    private DataStreamOptions fields() {
        try {
            HeaderPage.read(logged.disk.openToRead(FILE), FILE);
            return DataStreamOptions.defaults();
        } catch (IOException | StorageException.Corrupt e) {
            return FIELDS;
        }
    }

    @ParameterizedTest
    @MethodSource("io.sluice.storage.RepairCases#cases")
    void eachDamageIsToldAndRepaired(Case damage) throws IOException {
        List<Entry> written = write(logged);
        damage.damage().to(logged);
        byte[] damaged = logged.copy(FILE);
        assertVerified(damage.verify());

        RepairPlan plan;
        try (StreamRepair repair = look()) {
            plan = repair.plan();
            assertThat(logged.copy(FILE)).as("looking changes nothing").isEqualTo(damaged);
            assertThat(plan.isGood()).as("%s", plan).isEqualTo(damage.verify().isEmpty());
            assertThat(plan.end()).as("%s", plan).isEqualTo(damage.end());
            assertThat(plan.repaired().totalEntries()).as("%s", plan).isEqualTo(damage.entries());
            assertOpened(damage.damage(), damage.opening());
            repair.apply();
        }

        assertKept(this, plan, damaged);
        plan.cut()
                .ifPresent(cut ->
                        assertThat(cut.position()).isEqualTo(plan.repaired().totalLength()));
        assertRepaired(written.subList(0, (int) damage.entries()));
    }

    private void assertVerified(String words) {
        String said;
        try {
            Verification verified = logged.verify();
            said = verified.fault().orElse("")
                    + (verified.coverage().damagedCount() > 0
                            ? " the operation of "
                                    + verified.coverage().damaged().get(0).firstEntry() + " to "
                                    + verified.coverage().damaged().get(0).lastEntry()
                            : "");
        } catch (StorageException.Corrupt e) {
            said = e.getMessage();
        }
        if (words.isEmpty()) {
            assertThat(said).isEmpty();
        } else {
            assertThat(said).contains(words);
        }
    }

    /** Another stream, made in the same way: an opening changes what is beside the file. */
    private static void assertOpened(Damage damage, String words) throws IOException {
        LoggedStream twin = new LoggedStream();
        write(twin);
        damage.to(twin);
        if (words.isEmpty()) {
            twin.open().close();
        } else {
            assertThatThrownBy(twin::open)
                    .isInstanceOf(StorageException.Corrupt.class)
                    .hasMessageContainingAll(words, "sluice repair " + FILE);
        }
    }

    private void assertRepaired(List<Entry> expected) {
        try (DataStream stream = logged.open()) {
            assertThat(StreamModel.entriesOf(stream.view())).isEqualTo(expected);
        }
        assertThat(logged.verify().isGood()).as("%s", logged.verify()).isTrue();
        try (StreamRepair again = look()) {
            assertThat(again.plan().isGood()).as("%s", again.plan()).isTrue();
        }
        logged.commitAlone(70, 3000);
        Verification verified = logged.verify();
        assertThat(verified.isGood()).as("%s", verified).isTrue();
        assertThat(verified.entries()).isEqualTo(expected.size() + 2);
        Reindex indexed = Reindex.of(FILE, (bytes, total) -> {}, logged.seams());
        assertThat(indexed.entries()).isEqualTo(expected.size() + 2);
        assertThat(indexed.foundEntries()).isEqualTo(verified.coverage().uncoveredEntries());
        Verification covered = logged.verify();
        assertThat(covered.isGood()).as("%s", covered).isTrue();
        assertThat(covered.coverage().uncoveredEntries()).isZero();
        assertThat(covered.coverage().committedEntries())
                .isEqualTo(verified.coverage().committedEntries());
    }

    @Test
    void aRepairBeginsAGenerationThatKnowsWhatIsLeft() throws IOException {
        write(logged);
        long before;
        try (DataStream stream = logged.open()) {
            before = stream.view().committed().generation();
        }
        put(AT[7] + 40, 77).to(logged);
        try (StreamRepair repair = look()) {
            repair.apply();
        }
        try (DataStream stream = logged.open()) {
            assertThat(stream.view().committed().generation()).isGreaterThan(before);
            assertThat(stream.view().unchangedBefore(before)).hasValue(6);
        }
        assertThat(logged.coverage().operations())
                .as("checksums from the commits")
                .isEqualTo(3);
    }

    @Test
    void whatAnotherProgramHasReplacedIsNoDamageAndNoKnownHistory() throws IOException {
        write(logged);
        logged.endForeign(AT[5], 5);
        for (int i = 0; i < 6; i++) {
            logged.appendForeign(500);
        }
        try (StreamRepair repair = look()) {
            assertThat(repair.plan().isGood()).as("%s", repair.plan()).isTrue();
        }
    }

    @Test
    void aCrashAnywhereLeavesTheOldFileOrTheRepairedOne() throws IOException {
        for (boolean powerCut : new boolean[] {false, true}) {
            for (Damage damage : List.of(length(3, 0), put(3, 0xff), cutTo(AT[4] + 100), totals(AT[9], 10))) {
                crashEverywhere(damage, powerCut);
            }
        }
    }

    private static void crashEverywhere(Damage damage, boolean powerCut) throws IOException {
        boolean finished = false;
        int olds = 0;
        int news = 0;
        for (int calls = 0; !finished; calls++) {
            StreamRepairTest fresh = new StreamRepairTest();
            List<Entry> written = write(fresh.logged);
            damage.to(fresh.logged);
            fresh.logged.disk.openToWrite(FILE).force();
            byte[] damaged = fresh.logged.copy(FILE);
            StreamRepair repair = fresh.look();
            RepairPlan plan = repair.plan();
            fresh.logged.disk.crashAfter(calls);
            try {
                repair.apply();
                finished = true;
            } catch (SimulatedDisk.Crash e) {
                assertThat(fresh.logged.disk.hasCrashed()).isTrue();
            }
            if (powerCut) {
                fresh.logged.disk.cutPower(new Random(calls));
            } else {
                fresh.logged.disk.killProcess();
            }
            boolean isOld = Arrays.equals(fresh.logged.copy(FILE), damaged);
            if (isOld) {
                olds++;
            } else {
                news++;
                assertThat(fresh.logged.header()).isEqualTo(plan.repaired());
                assertKept(fresh, plan, damaged);
            }
            try (StreamRepair again = fresh.look()) {
                assertThat(again.plan().repaired()).isEqualTo(plan.repaired());
                again.apply();
            }
            assertKept(fresh, plan, damaged);
            fresh.assertRepaired(written.subList(0, (int) plan.repaired().totalEntries()));
        }
        assertThat(olds).isPositive();
        assertThat(news).isPositive();
    }

    private static void assertKept(StreamRepairTest test, RepairPlan plan, byte[] damaged) {
        for (Kept kept : plan.kept()) {
            assertThat(test.logged.copy(kept.file()))
                    .isEqualTo(Arrays.copyOfRange(damaged, (int) kept.position(), (int) kept.endPosition()));
        }
    }

    @Test
    void aFileThatIsBeingWrittenIsRefused() {
        write(logged);
        try (DataStream stream = logged.open()) {
            assertThat(stream.getHeader().totalEntries()).isEqualTo(9);
            logged.flip(FILE, AT[7] + 40, 2);
            // The simulated disk keeps no lock files: here the lock is met when something is to be changed.
            try (StreamRepair repair = look()) {
                assertThatThrownBy(repair::apply)
                        .isInstanceOf(StorageException.Locked.class)
                        .hasMessageContaining("is being written");
            }
        }
    }

    @Test
    void aDiskThatIsFullKeepsNothingAndChangesNothing() throws IOException {
        write(logged);
        length(3, 0).to(logged);
        byte[] damaged = logged.copy(FILE);
        try (StreamRepair repair = look()) {
            RepairPlan plan = repair.plan();
            logged.disk.failWrites("No space left on device", call -> true);
            assertThatThrownBy(repair::apply)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("No space left");
            logged.disk.failWrites("", call -> false);
            assertThat(logged.copy(FILE)).isEqualTo(damaged);
            for (Kept kept : plan.kept()) {
                assertThat(logged.disk.exists(kept.file())).isFalse();
            }
        }
    }

    @Test
    void aFileInTheWayOfWhatIsKeptIsNotOverwritten() throws IOException {
        write(logged);
        length(3, 0).to(logged);
        byte[] damaged = logged.copy(FILE);
        try (StreamRepair repair = look()) {
            Kept cut = repair.plan().cut().orElseThrow();
            logged.putBack(cut.file(), new byte[] {1, 2, 3});
            assertThatThrownBy(repair::apply).hasMessageContaining(cut.file() + " exists already");
            assertThat(logged.copy(cut.file())).containsExactly(1, 2, 3);
        }
        assertThat(logged.copy(FILE)).isEqualTo(damaged);
    }

    @Test
    void theFieldsOfATornHeaderAreWantedAndThoseOfAGoodOneStand() throws IOException {
        write(logged);
        DataStreamOptions some = DataStreamOptions.defaults().withSystemId(5);
        assertThatThrownBy(() -> StreamRepair.open(FILE, some, (bytes, total) -> {}, logged.seams()))
                .isInstanceOf(StorageException.Mismatch.class)
                .hasMessageContaining("system id 1");
        put(0, 1, 2, 3).to(logged);
        assertThatThrownBy(() -> StreamRepair.open(FILE, some, (bytes, total) -> {}, logged.seams()))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContainingAll("--system-id", "--stream-type", "--stream-version");
        DataStreamOptions all = some.withStreamType(6).withVersion(3);
        try (StreamRepair repair = StreamRepair.open(FILE, all, (bytes, total) -> {}, logged.seams())) {
            repair.apply();
        }
        assertThat(logged.header()).isEqualTo(new StreamHeader(3, 5, 6, AT[9], 9));
    }

    @Test
    void aFileOfSomethingElseIsRefused() throws IOException {
        logged.putBack(FILE, "dear diary".repeat(1000).getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(this::look)
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContainingAll("is no stream file", "nothing to repair it from");
    }

    @Test
    void aNoteOfAPlaceWhereNoEntryEndsIsRemoved() throws IOException {
        write(logged);
        Checkpoint note = new Checkpoint(AT[5] + 1, 5, true, "another run");
        note.write(logged.disk, StreamFolder.of(FILE), true);
        assertThatThrownBy(logged::open).hasMessageContaining("sluice repair");
        try (StreamRepair repair = look()) {
            assertThat(repair.plan().faults()).hasSize(1).first().asString().contains("no entry ends");
            repair.apply();
        }
        assertThat(logged.disk.exists(StreamFolder.of(FILE).checkpoint())).isFalse();
        logged.open().close();
        assertThat(logged.verify().entries()).isEqualTo(9);
    }
}
