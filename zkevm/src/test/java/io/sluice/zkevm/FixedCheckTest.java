package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The fixed layouts have no starts and ends of batches, and transactions do not name their block. */
class FixedCheckTest {
    private final List<String> faults = new ArrayList<>();
    private Generation generation = Generation.BIG_ENDIAN;

    private StreamSummary check(List<Entry> entries) {
        faults.clear();
        StreamCheck check = new StreamCheck(fault -> faults.add(fault.kind().code() + " " + fault));
        entries.forEach(check::add);
        StreamSummary summary = check.finish();
        assertThat(summary.generation()).contains(generation);
        return summary;
    }

    private void assertFaults(FixedEntries entries, String... expected) {
        check(entries.list());
        assertThat(faults).containsExactly(expected);
    }

    /** Entries 0 to 11, two batches. */
    private FixedEntries blocks() {
        return new FixedEntries(generation)
                .batchBookmark(1)
                .start(1, 1)
                .transaction()
                .end(1)
                .start(1, 2)
                .end(2)
                .batchBookmark(5)
                .start(5, 3)
                .end(3);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void whatRealStreamsLeaveOutIsNoFault(Generation each) {
        generation = each;
        assertFaults(blocks().update(6)
                .batchBookmark(7)
                .update(7)
                .batchBookmark(8)
                .start(8, 4)
                .transaction()
                .end(4));
        assertFaults(new FixedEntries(each)
                .bareStart(1, 1)
                .bareStart(1, 2)
                .transaction()
                .transaction()
                .bareStart(9, 3));
        StreamSummary summary = check(blocks().list());
        assertThat(summary.batches()).isEqualTo(2);
        assertThat(summary.blocks()).isEqualTo(3);
        assertThat(summary.transactions()).isEqualTo(1);
        assertThat(summary.lastBatch()).hasValue(5);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void whatCannotBeIsAFault(Generation each) {
        generation = each;
        assertFaults(blocks().start(5, 7).end(7).start(5, 8).end(8), "block-order entry 13: block 7 after block 3");
        assertFaults(
                blocks().start(4, 4).end(4).start(5, 5).end(5),
                "batch-order entry 13: block 4 of batch 4 after batch 5");
        assertFaults(
                blocks().transaction().start(5, 4).end(4), "outside-block entry 12: a transaction outside of a block");
        assertFaults(
                blocks().blockBookmark(4)
                        .transaction()
                        .transaction()
                        .end(4)
                        .start(5, 5)
                        .end(5),
                "outside-block entry 13: a transaction outside of a block");
        assertFaults(
                blocks().start(5, 4).end(9).start(5, 5).end(5),
                "wrong-block-end entry 14: the end of block 9 in block 4");
        assertFaults(
                blocks().start(5, 4).start(5, 5).end(5),
                "missing-block-end entry 15: block 4, which begins with entry 13, has no end");
        assertFaults(
                blocks().bareStart(5, 4).end(4).start(6, 5).end(5),
                "missing-bookmark entry 12: there is no bookmark before block 4",
                "missing-bookmark entry 15: there is no bookmark before batch 6");
        assertFaults(
                blocks().batchBookmark(8).start(6, 4).end(4),
                "wrong-bookmark entry 12: the bookmark of batch 8 is followed by block 4 of batch 6");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void entriesThatCannotBeRead(Generation each) {
        generation = each;
        for (int number = 3; number < 12; number++) {
            List<Entry> entries = blocks().start(5, 4).end(4).list();
            entries.set(number, new Entry(number, entries.get(number).type(), new byte[3]));
            check(entries);
            assertThat(faults).as("entry " + number).hasSize(1);
            assertThat(faults.get(0)).startsWith("bad-entry entry " + number + ": ");
        }
    }
}
