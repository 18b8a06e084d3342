package io.sluice.storage;

import static io.sluice.storage.LoggedStream.FILE;
import static io.sluice.storage.LoggedStream.LOG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.storage.RepairPlan.End;
import io.sluice.storage.RepairPlan.Kept;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a repair makes of each kind of damage, and that a crash in the middle of it does no harm. */
final class StreamRepairTest {
    /** Where the nine entries begin, and where the last one ends: five operations over three pages. */
    private static final int[] AT = {4096, 4213, 4430, 7447, 7964 + 228, 11_209, 12_288, 13_305, 14_322, 14_349};

    private static final String GOOD = "";
    private static final DataStreamOptions FIELDS =
            DataStreamOptions.defaults().withSystemId(1).withStreamType(1).withVersion(1);

    private final LoggedStream logged = new LoggedStream();

    private interface Damage {
        void to(LoggedStream stream) throws IOException;
    }

    /**
     * A damage.
     *
     * @param verify what the check says
     * @param opening what the opening says
     * @param entries how many of the nine are left by the repair
     */
    private record Case(String name, Damage damage, String verify, String opening, long entries, End end) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case damage(String name, Damage damage, String verify, String opening, long entries, End end) {
        return new Case(name, damage, verify, opening, entries, end);
    }

    private static Damage put(int position, int... bytes) {
        return stream -> {
            ByteBuffer buffer = ByteBuffer.allocate(bytes.length);
            for (int b : bytes) {
                buffer.put((byte) b);
            }
            stream.disk.openToWrite(FILE).write(buffer.flip(), position);
        };
    }

    private static Damage length(int entry, int length) {
        return put(AT[entry] + 1, length >>> 24, length >>> 16, length >>> 8, length);
    }

    private static Damage cutTo(int length) {
        return stream -> stream.disk.openToWrite(FILE).setLength(length);
    }

    private static Damage both(Damage first, Damage second) {
        return stream -> {
            first.to(stream);
            second.to(stream);
        };
    }

    private static Damage totals(long position, long entries) {
        return stream -> stream.endForeign(position, entries);
    }

    private static final Damage NO_LOG = stream -> stream.disk.delete(LOG);
    private static final Damage TAKEN_AS_FOUND = stream -> {
        stream.disk.delete(LOG);
        stream.open().close();
    };
    private static final Damage LOG_OF_ONE_OPERATION =
            stream -> stream.disk.openToWrite(LOG).setLength(OperationLogHeader.positionOf(1));

    static Stream<Case> cases() {
        return Stream.of(headers(), entries(), lengths(), notes()).flatMap(List::stream);
    }

    private static List<Case> headers() {
        return List.of(
                damage("magic bytes torn", put(3, 0xff), "is no stream file", "sluice repair", 9, End.OPERATION),
                damage("header entry torn", put(16, 9), "bad header entry", "sluice repair", 9, End.OPERATION),
                damage("header length torn", put(20, 39), "39 bytes", "sluice repair", 9, End.OPERATION),
                damage("header all zeros", put(0, new int[54]), "is no stream file", "sluice repair", 9, End.OPERATION),
                damage("totals impossible", totals(-5, -7), "which cannot be", "which cannot be", 9, End.OPERATION),
                damage("entries in no bytes", totals(4096, 9), "9 entries in 4096", "9 entries", 9, End.OPERATION),
                damage("beyond the file", totals(1 << 30, 9), "is cut", "is cut", 9, End.OPERATION),
                damage(
                        "counts more",
                        totals(AT[9], 10),
                        "counts 10 entries",
                        "the last one is entry 8",
                        9,
                        End.UNCHANGED),
                damage(
                        "counts fewer",
                        totals(AT[9], 7),
                        "counts 7 entries",
                        "the last one is entry 8",
                        9,
                        End.UNCHANGED),
                damage("ends within an entry", totals(AT[8] + 20, 9), "length 27", "length 27", 8, End.OPERATION),
                damage(
                        "torn, and damage",
                        both(put(3, 0xff), length(5, 0)),
                        "is no str",
                        "is no str",
                        5,
                        End.OPERATION),
                damage("torn, no log", both(put(3, 0xff), NO_LOG), "is no stream", "is no stream", 9, End.ENTRY));
    }

    private static List<Case> entries() {
        return List.of(
                damage("length 0", length(3, 0), "has length 0", GOOD, 2, End.OPERATION),
                damage("length 16", length(5, 16), "has length 16", GOOD, 5, End.OPERATION),
                damage("length 2^32-1", length(7, -1), "has length 4294967295", "4294967295", 6, End.OPERATION),
                damage("number jumps", put(AT[6] + 16, 60), "entry number 60", "61 was expected", 6, End.OPERATION),
                damage("wrong packet type", put(AT[8], 7), "packet type 7", "packet type 7", 8, End.OPERATION),
                damage("page begins with padding", put(AT[4], 0), "where a page begins", GOOD, 2, End.OPERATION),
                damage("page begins with nonsense", put(AT[4], 9), "packet type 9", GOOD, 2, End.OPERATION),
                damage("last page is zeros", put(AT[6], 0), "where a page begins", "where a page", 6, End.OPERATION),
                damage("flipped bit", put(AT[7] + 40, 77), "the operation of", GOOD, 6, End.OPERATION),
                damage("flipped bit at the begin", put(AT[0] + 40, 77), "the operation", GOOD, 0, End.OPERATION),
                damage("no log, length 0", both(NO_LOG, length(3, 0)), "has length 0", GOOD, 3, End.ENTRY),
                damage("no log, at an end", both(NO_LOG, length(5, 0)), "has length 0", GOOD, 5, End.ENTRY),
                damage("found, flipped bit", both(TAKEN_AS_FOUND, put(AT[5] + 40, 77)), "4 to 5", GOOD, 4, End.ENTRY),
                damage("found, length 0", both(TAKEN_AS_FOUND, length(5, 0)), "has length 0", GOOD, 4, End.ENTRY),
                damage("log behind, length 0", both(LOG_OF_ONE_OPERATION, length(5, 0)), "has", GOOD, 5, End.ENTRY));
    }

    private static List<Case> lengths() {
        return List.of(
                damage("cut in a page", cutTo(AT[4] + 100), "is cut", "is cut", 2, End.OPERATION),
                damage("cut at a page end", cutTo(AT[4]), "is cut", "is cut", 2, End.OPERATION),
                damage("cut at an operation's end", cutTo(AT[8]), "is cut", "is cut", 8, End.OPERATION),
                damage("cut in the header page", cutTo(60), "is cut", "is cut", 0, End.OPERATION),
                damage("no whole pages", cutTo(AT[9] + 1), "whole pages", GOOD, 9, End.UNCHANGED),
                damage("no log, cut", both(NO_LOG, cutTo(AT[8] + 3)), "is cut", "is cut", 8, End.ENTRY));
    }

    /** What is derived is not damage: the opening sees to it. */
    private static List<Case> notes() {
        return List.of(
                damage("good", put(AT[9], 0), GOOD, GOOD, 9, End.UNCHANGED),
                damage("leftover behind", put(AT[9], 2, 2, 2), GOOD, GOOD, 9, End.UNCHANGED),
                damage("header counts less", totals(AT[8], 8), GOOD, GOOD, 8, End.UNCHANGED),
                damage("log missing", NO_LOG, GOOD, GOOD, 9, End.UNCHANGED),
                damage("log behind", LOG_OF_ONE_OPERATION, GOOD, GOOD, 9, End.UNCHANGED),
                damage("log ahead", both(totals(AT[8], 8), NO_LOG), GOOD, GOOD, 8, End.UNCHANGED),
                damage("log's header corrupt", s -> s.flip(LOG, 3, 1), GOOD, GOOD, 9, End.UNCHANGED),
                damage("log's record corrupt", s -> s.flip(LOG, 70, 1), GOOD, GOOD, 9, End.UNCHANGED),
                damage("log of another file", StreamRepairTest::takeLogOfAnotherFile, GOOD, GOOD, 9, End.UNCHANGED),
                damage("generations corrupt", s -> s.flip(GENERATIONS, 9, 1), GOOD, GOOD, 9, End.UNCHANGED));
    }

    private static final Path GENERATIONS = StreamFolder.of(FILE).generations();

    private static void takeLogOfAnotherFile(LoggedStream stream) throws IOException {
        LoggedStream other = new LoggedStream();
        other.open().close();
        write(other);
        try (DataStream open = other.open()) {
            open.truncate(1);
        }
        stream.putBack(LOG, other.copy(LOG));
    }

    private static List<Entry> write(LoggedStream stream) {
        try (DataStream open = stream.open()) {
            stream.commit(open, 100, 200);
            stream.commit(open, 3000, 500, 3000);
            stream.commit(open, 50);
            stream.commit(open, 1000, 1000);
            stream.commit(open, 10);
            assertThat(open.getHeader().totalLength()).isEqualTo(AT[9]);
            return StreamModel.entriesOf(open.view());
        }
    }

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
    @MethodSource("cases")
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
