package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordsTest {
    @Test
    void bytesNeverChangeAndAreComparedByValue() {
        byte[] array = {1, 2};
        Bytes bytes = Bytes.of(array);
        array[0] = 9;
        bytes.toArray()[0] = 9;
        assertThat(bytes).isEqualTo(Bytes.fromHex("0x0102")).hasSameHashCodeAs(Bytes.fromHex("0102"));
        assertThat(bytes).isNotEqualTo(Bytes.EMPTY).hasToString("0x0102");
        assertThat(bytes.length()).isEqualTo(2);
        assertThat(Bytes.of()).isSameAs(Bytes.EMPTY);
        assertThat(Bytes.EMPTY.isEmpty()).isTrue();
        assertThatThrownBy(() -> Bytes.fromHex("0x1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersOf32BitsHaveTheirRange() {
        L2Block.Builder block = L2Block.builder(1, 1);
        assertThat(block.deltaTimestamp(0xffff_ffffL).build().deltaTimestamp()).isEqualTo(4_294_967_295L);
        assertThatThrownBy(() -> block.deltaTimestamp(1L << 32).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deltaTimestamp is 4294967296, and must be 0 to 4294967295.");
        assertThatThrownBy(() -> new Transaction(1, Bytes.EMPTY, -1, Bytes.EMPTY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("effectiveGasPricePercentage is -1");
    }

    @Test
    void theBuilderFillsEachField() {
        L2Block block = L2Block.builder(1, 2)
                .timestamp(3)
                .deltaTimestamp(4)
                .minTimestamp(5)
                .l1(Bytes.fromHex("06"), 7)
                .hash(Bytes.fromHex("08"))
                .stateRoot(Bytes.fromHex("09"))
                .globalExitRoot(Bytes.fromHex("0a"))
                .coinbase(Bytes.fromHex("0b"))
                .blockGasLimit(12)
                .blockInfoRoot(Bytes.fromHex("0d"))
                .debug(new Debug("14"))
                .baseFee(Bytes.fromHex("0f"))
                .build();
        // The field's number of the message stands in each field, as a vector for the encoding.
        assertThat(Bytes.of(block.encode()).toHex())
                .isEqualTo("0801" + "1002" + "1803" + "2004" + "2805" + "320106" + "3807" + "420108" + "4a0109"
                        + "52010a" + "5a010b" + "600c" + "6a010d" + "72040a023134" + "7a010f");
    }

    @Test
    void valuesThatAreNotKnownAreKeptAndThoseThatAreHaveNames() {
        assertThat(List.of(BatchType.UNSPECIFIED, BatchType.REGULAR, BatchType.FORCED, BatchType.INJECTED))
                .hasToString("[UNSPECIFIED, REGULAR, FORCED, INJECTED]");
        assertThat(List.of(BatchType.INVALID, new BatchType(77))).hasToString("[INVALID, 77]");
        assertThat(List.of(BookmarkType.BATCH, BookmarkType.L2_BLOCK, new BookmarkType(-5)))
                .hasToString("[BATCH, L2_BLOCK, -5]");
        BatchStart start = new BatchStart(1, new BatchType(77), 0, 0);
        assertThat(Bytes.of(start.encode())).isEqualTo(Bytes.fromHex("0801104d"));
    }

    @Test
    void wholeBlocksAndBatchesKeepTheirLists() {
        List<Transaction> transactions = new ArrayList<>();
        WholeBlock block = new WholeBlock(Entries.header(1, 1), transactions, null, true, 0, 1);
        List<WholeBlock> blocks = new ArrayList<>();
        WholeBatch batch = new WholeBatch(Entries.start(1), blocks, null);
        transactions.add(new Transaction(1, Bytes.EMPTY, 0, Bytes.EMPTY));
        blocks.add(block);
        assertThat(block.transactions()).isEmpty();
        assertThat(batch.blocks()).isEmpty();
    }
}
