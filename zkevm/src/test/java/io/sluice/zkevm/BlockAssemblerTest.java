package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import io.sluice.zkevm.ZkevmException.BadSequence;
import io.sluice.zkevm.ZkevmException.TooLarge;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What real streams leave out, and what cannot be. */
class BlockAssemblerTest {
    private static List<WholeBlock> blocks(Entries entries) {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        List<WholeBlock> blocks = new ArrayList<>();
        entries.list().forEach(entry -> assembler.add(entry).ifPresent(blocks::add));
        assembler.flush().ifPresent(blocks::add);
        return blocks;
    }

    private static List<Long> numbers(List<WholeBlock> blocks) {
        return blocks.stream().map(block -> block.header().number()).toList();
    }

    @Test
    void aBlockComesWithItsEnd() {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        List<Entry> entries = new Entries().batchStart(0).block(0, 0).list();
        for (Entry entry : entries.subList(0, 5)) {
            assertThat(assembler.add(entry)).isEmpty();
        }
        WholeBlock block = assembler.add(entries.get(5)).orElseThrow();
        assertThat(block)
                .isEqualTo(new WholeBlock(
                        Entries.header(0, 0),
                        List.of(new Transaction(0, Bytes.fromHex("c0"), 255, Bytes.EMPTY)),
                        Entries.start(0),
                        true,
                        2,
                        5));
        assertThat(assembler.flush()).isEmpty();
    }

    /** proto3 leaves zeros out. */
    @Test
    void theEndOfBlock0IsAnEntryWithoutData() {
        List<WholeBlock> blocks = blocks(new Entries()
                .hex(EntryTypes.BOOKMARK, "0801")
                .hex(EntryTypes.BATCH_START, "18092001")
                .hex(EntryTypes.BOOKMARK, "0802")
                .hex(EntryTypes.L2_BLOCK, "1801")
                .hex(EntryTypes.L2_BLOCK_END, ""));
        assertThat(blocks).hasSize(1);
        assertThat(blocks.get(0).ended()).isTrue();
        assertThat(blocks.get(0).header().number()).isZero();
    }

    @Test
    void theGenesisBlockMayHaveNoEnd() {
        List<WholeBlock> blocks = blocks(new Entries()
                .batchStart(0)
                .bookmark(Bookmarks.l2Block(0))
                .blockStart(0, 0)
                .batchEnd(0)
                .batchStart(1)
                .block(1, 1));
        assertThat(numbers(blocks)).containsExactly(0L, 1L);
        assertThat(blocks.get(0).ended()).isFalse();
        assertThat(blocks.get(0).lastEntry()).isEqualTo(3);
        assertThat(blocks.get(1).ended()).isTrue();
    }

    @Test
    void olderStreamsHaveNoEndsAtAll() {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        List<Entry> entries = new Entries()
                .batchStart(1)
                .endlessBlock(1, 1)
                .endlessBlock(2, 1)
                .batchEnd(1)
                .list();
        List<String> handedOut = new ArrayList<>();
        for (Entry entry : entries) {
            assembler.add(entry).ifPresent(block -> handedOut.add(entry.number() + ":" + numbers(List.of(block))));
        }
        // One entry late: with the next bookmark, and with the end of the batch.
        assertThat(handedOut).containsExactly("5:[1]", "8:[2]");
    }

    @Test
    void aBlockWithoutEndIsWholeWhereItsOperationEnds() {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        new Entries()
                .batchStart(1)
                .endlessBlock(1, 1)
                .list()
                .forEach(entry -> assertThat(assembler.add(entry)).isEmpty());
        assertThat(assembler.flush().orElseThrow().lastEntry()).isEqualTo(4);
        assertThat(assembler.flush()).isEmpty();
        assertThatThrownBy(
                        () -> assembler.add(new Entries(5).transaction(1).list().get(0)))
                .isInstanceOf(BadSequence.class);
    }

    @Test
    void blocksNeedNoBookmarks() {
        List<WholeBlock> blocks = blocks(new Entries()
                .add(Entries.start(1))
                .blockStart(1, 1)
                .transaction(1)
                .blockStart(2, 1)
                .blockStart(3, 1)
                .blockEnd(3));
        assertThat(numbers(blocks)).containsExactly(1L, 2L, 3L);
        assertThat(blocks.get(0).firstEntry()).isEqualTo(1);
        assertThat(blocks.get(0).transactions()).hasSize(1);
    }

    @Test
    void updatesOfTheExitRootStandBetweenBatches() {
        UpdateGer update = new UpdateGer(2, 1, Bytes.EMPTY, Bytes.EMPTY, 6, 1, Bytes.EMPTY, null);
        Entries entries = new Entries()
                .batchStart(1)
                .block(1, 1)
                .batchEnd(1)
                .bookmark(Bookmarks.batch(2))
                .add(update)
                .batchStart(3)
                .endlessBlock(2, 3)
                .batchEnd(3)
                .batchStart(4)
                .block(3, 4);
        assertThat(numbers(blocks(entries))).containsExactly(1L, 2L, 3L);
    }

    @Test
    void unknownTypesStandAnywhere() {
        List<WholeBlock> blocks = blocks(new Entries()
                .batchStart(1)
                .blockStart(1, 1)
                .hex(99, "ff")
                .transaction(1)
                .hex(99, "ff")
                .blockEnd(1));
        assertThat(blocks).hasSize(1);
        assertThat(blocks.get(0).transactions()).hasSize(1);
    }

    @Test
    void entriesMayBeginInTheMiddleOfABlock() {
        List<WholeBlock> blocks = blocks(new Entries(70)
                .transaction(7)
                .blockEnd(7)
                .block(8, 3)
                .batchEnd(3)
                .batchStart(4)
                .block(9, 4));
        assertThat(numbers(blocks)).containsExactly(8L, 9L);
        assertThat(blocks.get(0).batch()).isNull();
        assertThat(blocks.get(0).header().batchNumber()).isEqualTo(3);
        assertThat(blocks.get(1).batch()).isEqualTo(Entries.start(4));
    }

    @Test
    void whatCannotBeIsReportedWithItsEntry() {
        assertWrong(0, "a transaction of block 0 outside of a block", new Entries().transaction(0));
        assertWrong(0, "the end of block 1 outside of a block", new Entries().blockEnd(1));
        assertWrong(
                6,
                "a transaction of block 1 outside of a block",
                new Entries().batchStart(1).block(1, 1).transaction(1));
        assertWrong(
                4,
                "a transaction of block 3 in block 2",
                new Entries()
                        .batchStart(1)
                        .bookmark(Bookmarks.l2Block(2))
                        .blockStart(2, 1)
                        .transaction(3));
        assertWrong(
                3,
                "the end of block 2 in block 1",
                new Entries().batchStart(1).blockStart(1, 1).blockEnd(2));
        assertWrong(
                6,
                "the bookmark of block 3 after block 1",
                new Entries().batchStart(1).block(1, 1).block(3, 1));
        assertWrong(
                6,
                "block 3 after block 1",
                new Entries().batchStart(1).block(1, 1).blockStart(3, 1));
        assertWrong(
                6,
                "block 1 after block 1",
                new Entries().batchStart(1).block(1, 1).blockStart(1, 1));
        assertWrong(
                3,
                "block 2 behind the bookmark of block 1",
                new Entries().batchStart(1).bookmark(Bookmarks.l2Block(1)).blockStart(2, 1));
        assertWrong(
                8,
                "it comes after entry 5",
                new Entries().batchStart(1).block(1, 1).skip(2).block(2, 1));
        assertWrong(
                2, "block 1 of batch 2 in batch 1", new Entries().batchStart(1).blockStart(1, 2));
        assertWrong(
                3,
                "block 1 outside of a batch",
                new Entries().batchStart(1).batchEnd(1).blockStart(1, 1));
        assertWrong(
                2, "the end of batch 2 in batch 1", new Entries().batchStart(1).batchEnd(2));
        assertWrong(
                3,
                "the end of batch 1 outside of a batch",
                new Entries().batchStart(1).batchEnd(1).batchEnd(1));
        assertWrong(
                3,
                "batch 2 starts before batch 1 ended",
                new Entries().batchStart(1).batchStart(2));
        assertWrong(
                4,
                "batch 3 after batch 1",
                new Entries().batchStart(1).batchEnd(1).batchStart(3));
        assertWrong(
                1,
                "batch 2 behind the bookmark of batch 1",
                new Entries().bookmark(Bookmarks.batch(1)).add(Entries.start(2)));
    }

    /** The last entry is wrong; it is told when the assembly stops, and when it goes on. */
    private static void assertWrong(long entry, String message, Entries entries) {
        assertThatThrownBy(() -> blocks(entries))
                .isInstanceOfSatisfying(
                        BadSequence.class,
                        wrong -> assertThat(wrong.entryNumber()).isEqualTo(entry))
                .hasMessage("Entry " + entry + ": " + message);

        List<ZkevmException> faults = new ArrayList<>();
        BlockAssembler goingOn = BlockAssembler.goingOn(Generation.PROTOBUF, faults::add);
        entries.list().forEach(goingOn::add);
        assertThat(faults).extracting(ZkevmException::entryNumber).containsExactly(entry);
    }

    @Test
    void nothingIsTakenAfterTheFirstFaultThatWasThrown() {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        Entry wrong = new Entries().transaction(1).list().get(0);
        assertThatThrownBy(() -> assembler.add(wrong)).isInstanceOf(BadSequence.class);
        assertThatThrownBy(() -> assembler.add(wrong))
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(BadSequence.class);
    }

    @Test
    void whoGoesOnGetsTheBlocksThatAreWhole() {
        List<ZkevmException> faults = new ArrayList<>();
        BlockAssembler assembler = BlockAssembler.goingOn(Generation.PROTOBUF, faults::add);
        Entries entries = new Entries()
                .batchStart(1)
                .block(1, 1)
                // The bookmark of block 5 is entry 6: a jump, but a whole block.
                .block(5, 1)
                .bookmark(Bookmarks.l2Block(6))
                .blockStart(6, 1)
                // Entry 12: bad bytes cost block 6, of which some part may be missing.
                .hex(EntryTypes.TRANSACTION, "ff")
                .blockEnd(6)
                .block(7, 1)
                // Entry 18 is of another block.
                .blockStart(8, 1)
                .transaction(9)
                .blockEnd(8)
                .batchEnd(1)
                .batchStart(2)
                .block(9, 2);
        List<WholeBlock> blocks = new ArrayList<>();
        entries.list().forEach(entry -> assembler.add(entry).ifPresent(blocks::add));

        assertThat(numbers(blocks)).containsExactly(1L, 5L, 7L, 9L);
        assertThat(faults).extracting(ZkevmException::entryNumber).containsExactly(6L, 12L, 19L);
        assertThat(faults.get(1)).isInstanceOf(BadEntry.class);
        assertThat(blocks.get(3).batch()).isEqualTo(Entries.start(2));
    }

    @Test
    void aBlockWithoutEndIsNotHandedOutWhenWhatFollowsIsWrong() {
        List<ZkevmException> faults = new ArrayList<>();
        BlockAssembler assembler = BlockAssembler.goingOn(Generation.PROTOBUF, faults::add);
        List<WholeBlock> blocks = new ArrayList<>();
        new Entries()
                .batchStart(1)
                .endlessBlock(1, 1)
                .skip(1)
                .endlessBlock(2, 1)
                .batchEnd(1)
                .list()
                .forEach(entry -> assembler.add(entry).ifPresent(blocks::add));
        assertThat(numbers(blocks)).containsExactly(2L);
        assertThat(faults).extracting(ZkevmException::entryNumber).containsExactly(6L);
    }

    @Test
    void anEntryCanBeWrongInTwoWays() {
        List<ZkevmException> faults = new ArrayList<>();
        BlockAssembler assembler = BlockAssembler.goingOn(Generation.PROTOBUF, faults::add);
        List<WholeBlock> blocks = new ArrayList<>();
        new Entries()
                .batchStart(1)
                .skip(3)
                .hex(EntryTypes.L2_BLOCK, "ff")
                .block(7, 1)
                .list()
                .forEach(entry -> assembler.add(entry).ifPresent(blocks::add));
        assertThat(faults).extracting(ZkevmException::entryNumber).containsExactly(5L, 5L);
        assertThat(faults.get(0)).isInstanceOf(BadSequence.class);
        assertThat(faults.get(1)).isInstanceOf(BadEntry.class);
        assertThat(numbers(blocks)).containsExactly(7L);
    }

    @Test
    void aBlockHasALimit() {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF, 1000);
        List<Entry> entries = new Entries()
                .batchStart(1)
                .blockStart(1, 1)
                .transaction(1)
                .transaction(1)
                .transaction(1)
                .list();
        entries.subList(0, 5).forEach(assembler::add);
        assertThatThrownBy(() -> assembler.add(entries.get(5)))
                .isInstanceOf(TooLarge.class)
                .hasMessage("Entry 5: block 1 is larger than the 1000 bytes that a block may take");
    }
}
