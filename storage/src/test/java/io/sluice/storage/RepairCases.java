package io.sluice.storage;

import static io.sluice.storage.LoggedStream.FILE;
import static io.sluice.storage.LoggedStream.LOG;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.storage.RepairPlan.End;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A stream of nine entries, and kinds of damage with what is made of each. */
final class RepairCases {
    private RepairCases() {}

    /** Where the nine entries begin, and where the last one ends: five operations over three pages. */
    static final int[] AT = {4096, 4213, 4430, 7447, 7964 + 228, 11_209, 12_288, 13_305, 14_322, 14_349};

    private static final String GOOD = "";

    interface Damage {
        void to(LoggedStream stream) throws IOException;
    }

    /**
     * A damage.
     *
     * @param verify what the check says
     * @param opening what the opening says
     * @param entries how many of the nine are left by the repair
     */
    record Case(String name, Damage damage, String verify, String opening, long entries, End end) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case damage(String name, Damage damage, String verify, String opening, long entries, End end) {
        return new Case(name, damage, verify, opening, entries, end);
    }

    static Damage put(int position, int... bytes) {
        return stream -> {
            ByteBuffer buffer = ByteBuffer.allocate(bytes.length);
            for (int b : bytes) {
                buffer.put((byte) b);
            }
            stream.disk.openToWrite(FILE).write(buffer.flip(), position);
        };
    }

    static Damage length(int entry, int length) {
        return put(AT[entry] + 1, length >>> 24, length >>> 16, length >>> 8, length);
    }

    static Damage cutTo(int length) {
        return stream -> stream.disk.openToWrite(FILE).setLength(length);
    }

    private static Damage both(Damage first, Damage second) {
        return stream -> {
            first.to(stream);
            second.to(stream);
        };
    }

    static Damage totals(long position, long entries) {
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
                damage("log ahead", totals(AT[8], 8), GOOD, GOOD, 8, End.UNCHANGED),
                damage("log missing", NO_LOG, GOOD, GOOD, 9, End.UNCHANGED),
                damage("log behind", LOG_OF_ONE_OPERATION, GOOD, GOOD, 9, End.UNCHANGED),
                damage("header counts less, no log", both(totals(AT[8], 8), NO_LOG), GOOD, GOOD, 8, End.UNCHANGED),
                damage("log's header corrupt", s -> s.flip(LOG, 3, 1), GOOD, GOOD, 9, End.UNCHANGED),
                damage("log's record corrupt", s -> s.flip(LOG, 70, 1), GOOD, GOOD, 9, End.UNCHANGED),
                damage("log of another file", RepairCases::takeLogOfAnotherFile, GOOD, GOOD, 9, End.UNCHANGED),
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

    /** Writes the nine entries. */
    static List<Entry> write(LoggedStream stream) {
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
}
