package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.zkevm.StreamFault.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What real streams leave out is no fault, and what cannot be is one. */
class StreamCheckTest {
    /** Each as its kind, entry and message. */
    private final List<String> faults = new ArrayList<>();

    private StreamSummary check(Entries entries) {
        return check(entries.list());
    }

    private StreamSummary check(List<Entry> entries) {
        StreamCheck check = new StreamCheck(fault -> faults.add(fault.kind().code() + " " + fault));
        entries.forEach(check::add);
        return check.finish();
    }

    private void assertFaults(Entries entries, String... expected) {
        faults.clear();
        StreamSummary summary = check(entries);
        assertThat(faults).containsExactly(expected);
        assertThat(summary.faultCount()).isEqualTo(expected.length);
    }

    /** Entries 0 to 9. */
    private static Entries twoBlocks() {
        return new Entries().batchStart(1).block(1, 1).block(2, 1);
    }

    @Test
    void aRealStreamHasNoFault() {
        StreamSummary summary = check(Entries.net8());
        assertThat(faults).isEmpty();
        assertThat(summary)
                .isEqualTo(new StreamSummary(
                        Optional.of(Generation.PROTOBUF),
                        34_723,
                        0,
                        11_318,
                        OptionalLong.of(0),
                        OptionalLong.of(11_317),
                        summary.firstTime(),
                        summary.lastTime(),
                        102,
                        101,
                        OptionalLong.of(0),
                        OptionalLong.of(101),
                        true,
                        465,
                        Map.of()));
        assertThat(summary.isGood()).isTrue();
        assertThat(summary.firstTime().orElseThrow())
                .isLessThan(summary.lastTime().orElseThrow());
    }

    @Test
    void whatRealStreamsLeaveOutIsNoFault() {
        assertFaults(new Entries());
        // The end of block 0 is an entry without data, or is not there.
        assertFaults(new Entries()
                .batchStart(0)
                .bookmark(Bookmarks.l2Block(0))
                .blockStart(0, 0)
                .blockEnd(0)
                .batchEnd(0));
        assertFaults(new Entries().batchStart(0).endlessBlock(0, 0).block(1, 0).batchEnd(0));
        // Older streams have no ends of blocks, and no bookmarks perhaps.
        assertFaults(new Entries()
                .batchStart(1)
                .endlessBlock(1, 1)
                .endlessBlock(2, 1)
                .batchEnd(1)
                .batchStart(2)
                .endlessBlock(3, 2));
        assertFaults(new Entries()
                .add(Entries.start(1))
                .blockStart(1, 1)
                .transaction(1)
                .blockStart(2, 1));
        assertFaults(new Entries()
                .batchStart(1)
                .block(1, 1)
                .batchEnd(1)
                .bookmark(Bookmarks.batch(2))
                .add(update(2))
                .batchStart(3)
                .batchEnd(3)
                .add(update(4))
                .batchStart(4));
    }

    private static UpdateGer update(long batch) {
        return new UpdateGer(batch, 1, Bytes.EMPTY, Bytes.EMPTY, 6, 1, Bytes.EMPTY, null);
    }

    @Test
    void unknownTypesStandAnywhereAndAreCounted() {
        StreamSummary summary = check(new Entries()
                .batchStart(1)
                .bookmark(Bookmarks.l2Block(1))
                .hex(99, "ff")
                .blockStart(1, 1)
                .hex(99, "ff")
                .hex(99, "ff")
                .blockEnd(1));
        assertThat(faults).isEmpty();
        assertThat(summary.unknownEntries()).isEqualTo(3);
        assertThat(summary.entries()).isEqualTo(8);
    }

    @Test
    void aStreamThatHasGotTheHabitOfEndsIsNotBlamedForTheTimeBefore() {
        Entries entries = new Entries().batchStart(1);
        int block = 1;
        for (int i = 0; i <= Habit.MAX_EARLY; i++) {
            entries.endlessBlock(block, 1);
            block++;
        }
        entries.block(block, 1).endlessBlock(block + 1, 1).block(block + 2, 1);
        // 2 entries of the batch, 3 of each block without end, 4 of the one with it.
        long next = 2 + 3 * (Habit.MAX_EARLY + 1) + 4 + 3 + 1;
        assertFaults(
                entries,
                "missing-block-end entry " + next + ": block " + (block + 1) + ", which begins with entry " + (next - 3)
                        + ", has no end");
    }

    @Test
    void aFewEndsThatAreMissingAtTheBeginningAreTold() {
        assertFaults(
                new Entries().batchStart(1).endlessBlock(1, 1).block(2, 1),
                "missing-block-end entry 6: block 1, which begins with entry 3, has no end");
        assertFaults(
                new Entries().batchStart(1).blockStart(1, 1).blockEnd(1).block(2, 1),
                "missing-bookmark entry 2: there is no bookmark before block 1");
    }

    @Test
    void numbersOfEntries() {
        assertFaults(
                twoBlocks().skip(5).block(9, 1).block(10, 1),
                "entry-gap entry 15: it comes where entry 10 is due: a gap");
        assertFaults(
                new Entries(3).batchStart(1).block(1, 1), "entry-gap entry 3: it comes where entry 0 is due: a gap");
        List<Entry> entries = twoBlocks().list();
        Entry third = entries.get(3);
        entries.set(3, new Entry(77, third.type(), third.data()));
        check(entries);
        assertThat(faults).contains("entry-gap entry 77: it comes where entry 3 is due: a gap");

        faults.clear();
        entries = twoBlocks().list();
        entries.add(5, entries.get(4));
        check(entries);
        assertThat(faults).containsExactly("entry-repeat entry 4: it comes where entry 5 is due: a repeat");
    }

    @Test
    void numbersOfBlocksAndBatches() {
        // One that is missing, one that comes twice, and one that is another one from beginning to end.
        assertFaults(twoBlocks().block(4, 1).block(5, 1), "block-order entry 11: block 4 after block 2");
        assertFaults(twoBlocks().block(2, 1).block(3, 1), "block-order entry 11: block 2 after block 2");
        assertFaults(twoBlocks().block(9, 1).block(4, 1), "block-order entry 11: block 9 after block 2");
        assertFaults(
                twoBlocks()
                        .batchEnd(1)
                        .batchStart(5)
                        .block(3, 5)
                        .batchEnd(5)
                        .batchStart(6)
                        .batchEnd(6),
                "batch-order entry 12: batch 5 after batch 1");
        // Only one of three says another number.
        assertFaults(
                twoBlocks()
                        .bookmark(Bookmarks.l2Block(3))
                        .blockStart(8, 1)
                        .transaction(3)
                        .blockEnd(3)
                        .block(4, 1),
                "block-order entry 11: block 8 after block 2");
        assertFaults(
                twoBlocks()
                        .bookmark(Bookmarks.l2Block(8))
                        .blockStart(3, 1)
                        .blockEnd(3)
                        .block(4, 1),
                "wrong-bookmark entry 10: the bookmark of block 8 is followed by block 3");
        assertFaults(
                twoBlocks()
                        .batchEnd(1)
                        .bookmark(Bookmarks.batch(2))
                        .add(Entries.start(7))
                        .block(3, 2)
                        .batchEnd(2)
                        .batchStart(3),
                "batch-order entry 12: batch 7 after batch 1");
        assertFaults(
                new Entries()
                        .add(Entries.start(1))
                        .blockStart(1, 1)
                        .blockStart(9, 1)
                        .transaction(2)
                        .blockStart(3, 1),
                "block-order entry 2: block 9 after block 1");
    }

    @Test
    void blocksWithoutTheirStart() {
        Entries noStart =
                twoBlocks().bookmark(Bookmarks.l2Block(3)).transaction(3).blockEnd(3);
        assertFaults(noStart.block(4, 1), "outside-block entry 11: a transaction of block 3 outside of a block");
        assertFaults(
                twoBlocks().bookmark(Bookmarks.l2Block(3)).blockEnd(3).block(4, 1),
                "outside-block entry 11: the end of block 3 outside of a block");
        assertFaults(
                twoBlocks().transaction(2).block(3, 1),
                "outside-block entry 10: a transaction of block 2 outside of a block");
        assertFaults(
                twoBlocks()
                        .bookmark(Bookmarks.l2Block(3))
                        .blockStart(3, 1)
                        .transaction(7)
                        .blockEnd(3),
                "wrong-block entry 12: a transaction of block 7 in block 3");
        assertFaults(
                twoBlocks()
                        .bookmark(Bookmarks.l2Block(3))
                        .blockStart(3, 1)
                        .blockEnd(7)
                        .block(4, 1),
                "wrong-block-end entry 12: the end of block 7 in block 3");
    }

    @Test
    void batchesWithoutTheirStartOrEnd() {
        assertFaults(
                twoBlocks()
                        .batchEnd(1)
                        .bookmark(Bookmarks.batch(2))
                        .block(3, 2)
                        .block(4, 2)
                        .batchEnd(2)
                        .batchStart(3),
                "outside-batch entry 12: block 3 of batch 2 outside of a batch".replace("12", "13"));
        assertFaults(
                twoBlocks().batchStart(2).block(3, 2).batchEnd(2).batchStart(3),
                "missing-batch-end entry 11: batch 2 starts before batch 1 has ended");
        assertFaults(
                twoBlocks().block(3, 2).block(4, 2).batchEnd(2).batchStart(3),
                "wrong-batch entry 11: block 3 of batch 2 in batch 1");
        assertFaults(
                twoBlocks().block(3, 7).block(4, 1).batchEnd(1).batchStart(2),
                "wrong-batch entry 11: block 3 of batch 7 in batch 1");
        assertFaults(
                twoBlocks().batchEnd(4).batchStart(2).block(3, 2),
                "wrong-batch-end entry 10: the end of batch 4 in batch 1");
        assertFaults(
                twoBlocks().batchEnd(1).hex(99, "").batchEnd(2).batchStart(3),
                "outside-batch entry 12: the end of batch 2 outside of a batch");
    }

    @Test
    void bookmarksThatNameSomethingElse() {
        assertFaults(
                twoBlocks().bookmark(Bookmarks.l2Block(3)).block(3, 1),
                "entry-repeat entry 11: it is the same as the entry before it");
        assertFaults(
                twoBlocks().bookmark(Bookmarks.l2Block(5)).block(3, 1),
                "wrong-bookmark entry 10: the bookmark of block 5 is followed by another bookmark");
        assertFaults(
                twoBlocks().bookmark(Bookmarks.batch(3)).blockStart(3, 1).blockEnd(3),
                "wrong-bookmark entry 10: the bookmark of batch 3 is followed by a block");
        assertFaults(
                twoBlocks().bookmark(Bookmarks.l2Block(3)).batchEnd(1),
                "wrong-bookmark entry 10: the bookmark of block 3 is followed by the end of a batch");
        assertFaults(
                twoBlocks().bookmark(Bookmarks.l2Block(3)),
                "wrong-bookmark entry 10: the bookmark of block 3 is followed by nothing");
        assertFaults(
                twoBlocks()
                        .batchEnd(1)
                        .bookmark(Bookmarks.batch(9))
                        .add(update(2))
                        .batchStart(3),
                "wrong-bookmark entry 11: the bookmark of batch 9 is followed by an update of the exit root");
        // One in the middle of a block ends nothing.
        assertFaults(
                twoBlocks()
                        .bookmark(Bookmarks.l2Block(3))
                        .blockStart(3, 1)
                        .bookmark(Bookmarks.l2Block(4))
                        .transaction(3)
                        .blockEnd(3)
                        .block(4, 1),
                "wrong-bookmark entry 12: the bookmark of block 4 is followed by a transaction");
    }

    @Test
    void theLastBlockNeedsItsEnd() {
        assertFaults(
                twoBlocks().endlessBlock(3, 1),
                "missing-block-end entry 12: block 3, which begins with entry 11, has no end");
    }

    @Test
    void entriesThatCannotBeRead() {
        String bad = "bad-entry entry 11: the data of type 2 is no message of the package datastream.v1: ";
        check(twoBlocks()
                .bookmark(Bookmarks.l2Block(3))
                .hex(EntryTypes.L2_BLOCK, "ff")
                .transaction(3)
                .blockEnd(3)
                .block(4, 1));
        assertThat(faults).hasSize(1);
        assertThat(faults.get(0)).startsWith(bad);
        for (int type : new int[] {1, 2, 3, 4, 5, 6, EntryTypes.BOOKMARK}) {
            List<Entry> entries = new Entries()
                    .batchStart(1)
                    .block(1, 1)
                    .batchEnd(1)
                    .add(update(2))
                    .batchStart(3)
                    .block(2, 3)
                    .block(3, 3)
                    .batchEnd(3)
                    .batchStart(4)
                    .block(4, 4)
                    .list();
            Entry last = entries.stream()
                    .filter(entry -> entry.type() == type && entry.number() > 6)
                    .findFirst()
                    .or(() -> entries.stream()
                            .filter(entry -> entry.type() == type)
                            .findFirst())
                    .orElseThrow();
            entries.set((int) last.number(), new Entry(last.number(), type, new byte[] {(byte) 0xff}));
            faults.clear();
            check(entries);
            assertThat(faults).as("type " + type).hasSize(1);
            assertThat(faults.get(0)).startsWith("bad-entry entry " + last.number() + ": ");
        }
    }

    @Test
    void signedTransactionsAreLookedAtBySomebodyElse() {
        StreamCheck check = new StreamCheck(
                fault -> faults.add(fault.kind().code() + " " + fault),
                encoded -> encoded.equals(Bytes.fromHex("c0")) ? Optional.of("no fields") : Optional.empty());
        twoBlocks().list().forEach(check::add);
        assertThat(check.finish().faults()).isEqualTo(Map.of(Kind.BAD_TRANSACTION, 2L));
        assertThat(faults)
                .containsExactly(
                        "bad-transaction entry 4: its transaction: no fields",
                        "bad-transaction entry 8: its transaction: no fields");
    }

    @Test
    void afterAFaultOfTheSourceWhatComesIsTakenAsItComes() {
        StreamCheck check = new StreamCheck(fault -> faults.add(fault.kind().code() + " " + fault));
        List<Entry> entries =
                twoBlocks().block(3, 1).batchEnd(1).batchStart(2).block(4, 2).list();
        entries.subList(0, 4).forEach(check::add);
        assertThat(check.due()).isEqualTo(4);
        check.add(new StreamFault(Kind.DAMAGED, check.due(), "a hole"));
        entries.subList(9, entries.size()).forEach(check::add);
        StreamSummary summary = check.finish();
        assertThat(faults).containsExactly("damaged entry 4: a hole");
        assertThat(summary.faults()).isEqualTo(Map.of(Kind.DAMAGED, 1L));
    }

    @Test
    void everyKindHasItsName() {
        assertThat(Kind.values())
                .extracting(Kind::code)
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("[a-z]+(-[a-z]+)*"));
        assertThat(Kind.MISSING_BLOCK_END.code()).isEqualTo("missing-block-end");
    }
}
