package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.zkevm.ZkevmException.BadSequence;
import io.sluice.zkevm.ZkevmException.TooLarge;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchAssemblerTest {
    private final List<ZkevmException> faults = new ArrayList<>();

    private static List<String> read(BatchAssembler assembler, Entries entries) {
        List<String> batches = new ArrayList<>();
        entries.list().forEach(entry -> assembler.add(entry).ifPresent(batch -> batches.add(text(batch))));
        return batches;
    }

    private static String text(WholeBatch batch) {
        return batch.start().number() + ":"
                + batch.blocks().stream().map(block -> block.header().number()).toList()
                + (batch.end() == null ? "…" : "");
    }

    @Test
    void aBatchComesWithItsEndAndTheOpenOneIsShown() {
        BatchAssembler assembler = BatchAssembler.strict(Generation.PROTOBUF);
        Entries entries = new Entries()
                .batchStart(0)
                .bookmark(Bookmarks.l2Block(0))
                .blockStart(0, 0)
                .batchEnd(0)
                .batchStart(1)
                .batchEnd(1)
                .batchStart(2)
                .block(1, 2)
                .endlessBlock(2, 2);
        assertThat(read(assembler, entries)).containsExactly("0:[0]", "1:[]");
        assertThat(assembler.flush().map(BatchAssemblerTest::text)).contains("2:[1, 2]…");
    }

    @Test
    void aBatchWhoseStartWasNotSeenIsPassedOver() {
        BatchAssembler assembler = BatchAssembler.strict(Generation.PROTOBUF);
        assertThat(assembler.flush()).isEmpty();
        assertThat(read(
                        assembler,
                        new Entries(50)
                                .block(5, 3)
                                .batchEnd(3)
                                .batchStart(4)
                                .block(6, 4)
                                .batchEnd(4)))
                .containsExactly("4:[6]");
        assertThat(assembler.flush()).isEmpty();
    }

    @Test
    void aBatchInWhichSomethingIsWrongIsPassedOver() {
        Entries entries = new Entries()
                .batchStart(1)
                .block(1, 1)
                .transaction(1)
                .block(2, 1)
                .batchEnd(1)
                .batchStart(2)
                .block(3, 2)
                .batchStart(3)
                .block(4, 3)
                .batchEnd(3);
        assertThat(read(BatchAssembler.goingOn(Generation.PROTOBUF, faults::add), entries))
                .containsExactly("3:[4]");
        assertThat(faults).extracting(ZkevmException::entryNumber).containsExactly(6L, 19L);
        assertThatThrownBy(() -> read(BatchAssembler.strict(Generation.PROTOBUF), entries))
                .isInstanceOf(BadSequence.class);
    }

    @Test
    void aBatchHasALimit() {
        Entries entries = new Entries()
                .batchStart(1)
                .block(1, 1)
                .block(2, 1)
                .batchEnd(1)
                .batchStart(2)
                .block(3, 2)
                .batchEnd(2);
        assertThat(read(BatchAssembler.goingOn(Generation.PROTOBUF, 1000, faults::add), entries))
                .containsExactly("2:[3]");
        assertThat(faults).hasSize(1).first().isInstanceOf(TooLarge.class);
        assertThat(faults.get(0)).hasMessage("Entry 9: batch 1 is larger than the 1000 bytes that a batch may take");
    }

    @Test
    void theLimitHoldsForTheOpenBatchToo() {
        BatchAssembler assembler = BatchAssembler.goingOn(Generation.PROTOBUF, 1000, faults::add);
        read(assembler, new Entries().batchStart(1).block(1, 1).endlessBlock(2, 1));
        assertThat(assembler.flush()).isEmpty();
        assertThat(faults).hasSize(1).first().isInstanceOf(TooLarge.class);
    }

    @Test
    void updatesTakeThePlaceOfBatchesOrAnnounceThem() {
        Entries entries = new Entries()
                .batchStart(1)
                .batchEnd(1)
                .add(update(2))
                .batchStart(3)
                .batchEnd(3)
                .add(update(4))
                .batchStart(4)
                .batchEnd(4);
        assertThat(read(BatchAssembler.strict(Generation.PROTOBUF), entries)).containsExactly("1:[]", "3:[]", "4:[]");
        Entries jump = new Entries().batchStart(1).batchEnd(1).add(update(2)).batchStart(4);
        assertThatThrownBy(() -> read(BatchAssembler.strict(Generation.PROTOBUF), jump))
                .hasMessage("Entry 5: batch 4 after batch 2");
    }

    private static UpdateGer update(long batch) {
        return new UpdateGer(batch, 1, Bytes.EMPTY, Bytes.EMPTY, 6, 1, Bytes.EMPTY, null);
    }
}
