package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Blocks and batches of the fixed layouts come out in the form of today's. */
class FixedAssemblyTest {
    private Entries entries = new Entries();
    private Generation generation;
    private ByteOrder order;

    private void is(Generation newGeneration) {
        generation = newGeneration;
        order = newGeneration == Generation.BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private FixedAssemblyTest start(long batch, long block) {
        entries.bookmark(Bookmarks.l2Block(generation, block));
        int length = generation == Generation.BIG_ENDIAN ? 122 : 78;
        ByteBuffer data = ByteBuffer.allocate(length).order(order);
        data.putLong(batch).putLong(block).putLong(1_700_000_000);
        entries.raw(1, data.array());
        return this;
    }

    private FixedAssemblyTest transaction() {
        ByteBuffer data = ByteBuffer.allocate(38 + 1).order(order);
        data.put((byte) 255).put((byte) 1).position(34).putInt(1).put((byte) 0xc0);
        entries.raw(2, data.array());
        return this;
    }

    private FixedAssemblyTest end(long block) {
        ByteBuffer data = ByteBuffer.allocate(72).order(order);
        data.putLong(block).put(8, (byte) 0xaa).put(40, (byte) 0xbb);
        entries.raw(3, data.array());
        return this;
    }

    private FixedAssemblyTest batchBookmark(long batch) {
        entries.bookmark(Bookmarks.batch(generation, batch));
        return this;
    }

    private List<WholeBatch> batches() {
        BatchAssembler assembler = BatchAssembler.strict(generation);
        List<WholeBatch> batches = new ArrayList<>();
        entries.list().forEach(entry -> assembler.add(entry).ifPresent(batches::add));
        assembler.flush().ifPresent(batches::add);
        return batches;
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void aBatchEndsWhereTheNextOneBegins(Generation each) {
        is(each);
        batchBookmark(1).start(1, 1).transaction().end(1).start(1, 2).end(2);
        // Batches without blocks leave no trace.
        batchBookmark(5).start(5, 3).transaction().transaction().end(3);
        assertThat(Generation.detect(entries.list())).contains(each);

        List<WholeBatch> batches = batches();
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
        is(each);
        start(1, 1).transaction().end(2);
        assertThatThrownBy(this::batches).hasMessage("Entry 3: the end of block 2 in block 1");
        entries.list().clear();
        transaction();
        BlockAssembler assembler = BlockAssembler.strict(generation);
        entries.list()
                .set(0, new io.sluice.core.Entry(0, 2, entries.list().get(0).data()));
        assertThatThrownBy(() -> assembler.add(entries.list().get(0)))
                .hasMessage("Entry 0: a transaction outside of a block");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void batchesOnlyGrow(Generation each) {
        is(each);
        start(4, 1).end(1).start(3, 2);
        assertThatThrownBy(this::batches).hasMessage("Entry 4: batch 3 after batch 4");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PROTOBUF")
    void aBatchWhoseBeginningWasNotSeenIsPassedOver(Generation each) {
        is(each);
        entries = new Entries(100);
        start(4, 11).end(11).start(5, 12).end(12).start(6, 13).end(13);
        assertThat(batches()).extracting(batch -> batch.start().number()).containsExactly(5L, 6L);

        entries = new Entries(100);
        batchBookmark(4).start(4, 11).end(11).start(5, 12).end(12);
        assertThat(batches()).extracting(batch -> batch.start().number()).containsExactly(4L, 5L);
    }
}
