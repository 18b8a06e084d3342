package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Blocks and batches of the fixed layouts come out in the form of today's. */
class FixedAssemblyTest {
    private static List<WholeBatch> batches(Generation generation, FixedEntries entries) {
        BatchAssembler assembler = BatchAssembler.strict(generation);
        List<WholeBatch> batches = new ArrayList<>();
        entries.list().forEach(entry -> assembler.add(entry).ifPresent(batches::add));
        assembler.flush().ifPresent(batches::add);
        return batches;
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void aBatchEndsWhereTheNextOneBegins(Generation each) {
        FixedEntries entries = new FixedEntries(each);
        entries.batchBookmark(1).start(1, 1).transaction().end(1).start(1, 2).end(2);
        // Batches without blocks leave no trace.
        entries.batchBookmark(5).start(5, 3).transaction().transaction().end(3);
        assertThat(Generation.detect(entries.list())).contains(each);

        List<WholeBatch> batches = batches(each, entries);
        assertThat(batches).hasSize(2).allMatch(batch -> batch.end() == null);
        assertThat(batches.get(0).start()).isEqualTo(new BatchStart(1, BatchType.UNSPECIFIED, 0, 0));
        assertThat(batches.get(0).blocks()).hasSize(2);
        WholeBlock block = batches.get(1).blocks().get(0);
        assertThat(block.header().number()).isEqualTo(3);
        assertThat(block.header().batchNumber()).isEqualTo(5);
        assertThat(block.header().hash()).isEqualTo(Bytes.fromHex("aa" + "00".repeat(31)));
        assertThat(block.header().stateRoot()).isEqualTo(Bytes.fromHex("bb" + "00".repeat(31)));
        assertThat(block.transactions())
                .hasSize(2)
                .allMatch(tx -> tx.l2BlockNumber() == 3 && tx.encoded().equals(Bytes.fromHex("c0")));
        assertThat(block.ended()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void whatCannotBeIsReportedWithItsEntry(Generation each) {
        FixedEntries entries = new FixedEntries(each).start(1, 1).transaction().end(2);
        assertThatThrownBy(() -> batches(each, entries)).hasMessage("Entry 3: the end of block 2 in block 1");
        FixedEntries alone = new FixedEntries(each).transaction();
        BlockAssembler assembler = BlockAssembler.strict(each);
        assertThatThrownBy(() -> assembler.add(alone.list().get(0)))
                .hasMessage("Entry 0: a transaction outside of a block");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void batchesOnlyGrow(Generation each) {
        FixedEntries entries = new FixedEntries(each).start(4, 1).end(1).start(3, 2);
        assertThatThrownBy(() -> batches(each, entries)).hasMessage("Entry 4: batch 3 after batch 4");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void aBatchWhoseBeginningWasNotSeenIsPassedOver(Generation each) {
        FixedEntries unseen = new FixedEntries(each, 100)
                .start(4, 11)
                .end(11)
                .start(5, 12)
                .end(12)
                .start(6, 13)
                .end(13);
        assertThat(batches(each, unseen))
                .extracting(batch -> batch.start().number())
                .containsExactly(5L, 6L);

        FixedEntries seen = new FixedEntries(each, 100)
                .batchBookmark(4)
                .start(4, 11)
                .end(11)
                .start(5, 12)
                .end(12);
        assertThat(batches(each, seen))
                .extracting(batch -> batch.start().number())
                .containsExactly(4L, 5L);
    }
}
