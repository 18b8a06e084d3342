package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import io.sluice.core.StreamSourceException;
import io.sluice.storage.DataStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockWriterTest {
    @TempDir
    Path folder;

    private DataStream stream;
    private BlockWriter writer;

    @BeforeEach
    void open() {
        stream = DataStream.open(folder.resolve("stream.bin"));
        writer = new BlockWriter(stream);
    }

    @AfterEach
    void close() {
        stream.close();
    }

    private static Transaction transaction(long block) {
        return new Transaction(block, Bytes.fromHex("c0"), 255, Bytes.EMPTY);
    }

    @Test
    void eachBlockIsOneOperationWithItsBookmark() {
        assertThat(writer.startBatch(Entries.start(1)).totalEntries()).isEqualTo(2);
        assertThat(writer.writeBlock(Entries.header(1, 1), List.of(transaction(1)))
                        .totalEntries())
                .isEqualTo(6);
        BatchEnd end = new BatchEnd(1, Bytes.EMPTY, Bytes.EMPTY);
        assertThat(writer.endBatch(end).totalEntries()).isEqualTo(7);
        assertThat(writer.writeBlock(Entries.start(2), Entries.header(2, 2), List.of())
                        .totalEntries())
                .isEqualTo(12);

        List<Entry> expected = new Entries()
                .batchStart(1)
                .block(1, 1)
                .add(end)
                .batchStart(2)
                .bookmark(Bookmarks.l2Block(2))
                .blockStart(2, 2)
                .blockEnd(2)
                .list();
        for (Entry entry : expected) {
            assertThat(stream.getEntry(entry.number())).isEqualTo(entry);
        }
        assertThat(stream.getBookmark(Bookmarks.l2Block(2))).isEqualTo(9);
        assertThat(stream.getBookmark(Bookmarks.batch(2))).isEqualTo(7);
    }

    @Test
    void manyBlocksCanShareAnOperation() {
        stream.startAtomicOp();
        writer.addBatchStart(Entries.start(1));
        writer.addBlock(Entries.header(1, 1), List.of(transaction(1)));
        writer.addBlock(Entries.header(2, 1), List.of());
        writer.addBatchEnd(new BatchEnd(1, Bytes.EMPTY, Bytes.EMPTY));
        assertThat(stream.getHeader().totalEntries()).isZero();
        assertThat(stream.commitAtomicOp().totalEntries()).isEqualTo(10);
    }

    @Test
    void whatDoesNotBelongTogetherIsNotWritten() {
        assertThatThrownBy(() -> writer.writeBlock(Entries.header(1, 1), List.of(transaction(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A transaction of block 2 cannot stand in block 1.");
        assertThatThrownBy(() -> writer.writeBlock(Entries.start(1), Entries.header(1, 2), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Block 1 is of batch 2, and not of batch 1.");
        assertThat(writer.startBatch(Entries.start(1)).totalEntries()).isEqualTo(2);
    }

    @Test
    void whatCannotBeAddedIsRolledBack() {
        Transaction large = new Transaction(1, Bytes.of(new byte[1 << 20]), 255, Bytes.EMPTY);
        assertThatThrownBy(() -> writer.writeBlock(Entries.header(1, 1), List.of(large)))
                .isInstanceOf(StreamSourceException.EntryTooLarge.class);
        assertThat(writer.startBatch(Entries.start(1)).totalEntries()).isEqualTo(2);
    }

    /** The blocks of a real sequencer, written again, are its stream; but block 0 gets the end that it never had. */
    @Test
    void theStreamOfARealSequencerIsWrittenAgainByteForByte() {
        List<Entry> entries = Entries.net8();
        BatchAssembler assembler = BatchAssembler.strict(Generation.PROTOBUF);
        stream.startAtomicOp();
        for (Entry entry : entries) {
            assembler.add(entry).ifPresent(this::add);
        }
        add(assembler.flush().orElseThrow());
        assertThat(stream.commitAtomicOp().totalEntries()).isEqualTo(entries.size() + 1L);

        for (Entry entry : entries) {
            long shift = entry.number() < 4 ? 0 : 1;
            Entry written = stream.getEntry(entry.number() + shift);
            assertThat(new Entry(entry.number(), written.type(), written.data()))
                    .isEqualTo(entry);
        }
    }

    private void add(WholeBatch batch) {
        writer.addBatchStart(batch.start());
        batch.blocks().forEach(block -> writer.addBlock(block.header(), block.transactions()));
        if (batch.end() != null) {
            writer.addBatchEnd(batch.end());
        }
    }
}
