package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fixed layouts byte by byte, and how generations are told apart. */
class GenerationTest {
    private static final String HASH_A = "aa".repeat(32);
    private static final String HASH_B = "bb".repeat(32);
    private static final String HASH_C = "cc".repeat(32);
    private static final String COINBASE = "dd".repeat(20);

    private static final String BIG_START = "0000000000000007" + "0000000000000102" + "0000000065b30000" + "00000003"
            + "00000004" + HASH_A + HASH_B + COINBASE + "0007" + "00000455";
    private static final String LITTLE_NUMBERS = "0700000000000000" + "0201000000000000" + "0000b36500000000";
    private static final String LITTLE_START = LITTLE_NUMBERS + HASH_B + COINBASE + "0600";

    private static ZkevmEntry decode(Generation generation, int type, String data) {
        return generation.decode(entry(type, data));
    }

    private static Entry entry(int type, String data) {
        return new Entry(77, type, HexFormat.of().parseHex(data));
    }

    private static Bytes hex(String digits) {
        return Bytes.fromHex(digits);
    }

    @Test
    void aBlockStartOfBigEndianStreams() {
        assertThat(decode(Generation.BIG_ENDIAN, 1, BIG_START))
                .isEqualTo(new StartL2Block(
                        7,
                        258,
                        0x65b30000L,
                        3,
                        4,
                        hex(HASH_A),
                        hex(HASH_B),
                        Bytes.EMPTY,
                        hex(COINBASE),
                        7,
                        1109,
                        Bytes.EMPTY));
    }

    @Test
    void someWeeksInSpringHadALocalExitRootToo() {
        assertThat(decode(Generation.BIG_ENDIAN, 1, BIG_START + HASH_C))
                .isInstanceOfSatisfying(StartL2Block.class, start -> {
                    assertThat(start.localExitRoot()).isEqualTo(hex(HASH_C));
                    assertThat(start.chainId()).isEqualTo(1109);
                });
    }

    @Test
    void aBlockStartOfLittleEndianStreams() {
        assertThat(decode(Generation.LITTLE_ENDIAN, 1, LITTLE_START)).isEqualTo(littleStart("", ""));
    }

    @Test
    void fewLittleEndianStreamsHaveAnL1BlockHashAndAnInfoRoot() {
        assertThat(decode(Generation.LITTLE_ENDIAN, 1, LITTLE_NUMBERS + HASH_A + HASH_B + COINBASE + "0600"))
                .isEqualTo(littleStart(HASH_A, ""));
        assertThat(decode(Generation.LITTLE_ENDIAN, 1, LITTLE_NUMBERS + HASH_A + HASH_B + HASH_C + COINBASE + "0600"))
                .isEqualTo(littleStart(HASH_A, HASH_C));
    }

    private static StartL2Block littleStart(String l1BlockHash, String l1InfoRoot) {
        return new StartL2Block(
                7,
                258,
                0x65b30000L,
                0,
                0,
                hex(l1BlockHash),
                hex(HASH_B),
                hex(l1InfoRoot),
                hex(COINBASE),
                6,
                0,
                Bytes.EMPTY);
    }

    @Test
    void transactionsOfTheFixedLayouts() {
        assertThat(decode(Generation.BIG_ENDIAN, 2, "ff01" + HASH_A + "00000003" + "c20102"))
                .isEqualTo(new L2Tx(255, true, hex(HASH_A), hex("c20102")));
        assertThat(decode(Generation.LITTLE_ENDIAN, 2, "ff01" + HASH_A + "03000000" + "c20102"))
                .isEqualTo(new L2Tx(255, true, hex(HASH_A), hex("c20102")));
        assertThat(decode(Generation.LITTLE_ENDIAN, 2, "0000" + "03000000" + "c20102"))
                .isEqualTo(new L2Tx(0, false, Bytes.EMPTY, hex("c20102")));
    }

    @Test
    void theRestOfTheFixedLayouts() {
        assertThat(decode(Generation.BIG_ENDIAN, 3, "0000000000000102" + HASH_A + HASH_B))
                .isEqualTo(new EndL2Block(258, hex(HASH_A), hex(HASH_B)));
        assertThat(decode(Generation.LITTLE_ENDIAN, 3, "0201000000000000" + HASH_A + HASH_B))
                .isEqualTo(new EndL2Block(258, hex(HASH_A), hex(HASH_B)));
        assertThat(decode(
                        Generation.BIG_ENDIAN,
                        4,
                        "0000000000000007" + "0000000065b30000" + HASH_A + COINBASE + "0007" + "00000455" + HASH_B))
                .isEqualTo(new UpdateGer(7, 0x65b30000L, hex(HASH_A), hex(COINBASE), 7, 1109, hex(HASH_B), null));
        assertThat(decode(
                        Generation.LITTLE_ENDIAN,
                        4,
                        "0700000000000000" + "0000b36500000000" + HASH_A + COINBASE + "0600" + HASH_B))
                .isEqualTo(new UpdateGer(7, 0x65b30000L, hex(HASH_A), hex(COINBASE), 6, 0, hex(HASH_B), null));
        assertThat(decode(Generation.BIG_ENDIAN, 0xb0, "000000000000000102"))
                .isEqualTo(new ZkevmBookmark(BookmarkType.L2_BLOCK, 258));
        assertThat(decode(Generation.LITTLE_ENDIAN, 0xb0, "010201000000000000"))
                .isEqualTo(new ZkevmBookmark(BookmarkType.BATCH, 258));
    }

    @ParameterizedTest
    @EnumSource
    void unknownTypesPassThrough(Generation generation) {
        assertThat(decode(generation, 1000, "0102")).isEqualTo(new UnknownEntry(1000, hex("0102")));
        assertThat(decode(generation, -2, "")).isEqualTo(new UnknownEntry(-2, Bytes.EMPTY));
    }

    @Test
    void badBytesGiveTheNumberOfTheEntry() {
        assertBad(Generation.PROTOBUF, 2, "ffff", "no message of the package datastream.v1");
        assertBad(Generation.PROTOBUF, 0xb0, "00", "no message");
        // A debug message that is no UTF-8.
        assertBad(Generation.PROTOBUF, 1, "2a030a01ff", "no message");
        assertBad(Generation.BIG_ENDIAN, 1, LITTLE_START, "StartL2Block has [122, 154] bytes, and this entry has 78");
        assertBad(Generation.LITTLE_ENDIAN, 1, BIG_START, "[78, 110, 142]");
        assertBad(Generation.BIG_ENDIAN, 2, "ff01" + HASH_A + "00000004" + "c20102", "does not reach its end");
        assertBad(Generation.BIG_ENDIAN, 2, "ff01" + "00000003" + "c20102", "does not reach its end");
        assertBad(Generation.BIG_ENDIAN, 2, "ff02" + HASH_A + "00000003" + "c20102", "isValid of an L2Tx is 0 or 1");
        assertBad(Generation.BIG_ENDIAN, 3, "00", "EndL2Block has [72]");
        assertBad(Generation.BIG_ENDIAN, 4, "00", "[106]");
        assertBad(Generation.LITTLE_ENDIAN, 4, "00", "[102]");
        assertBad(Generation.BIG_ENDIAN, 0xb0, "020000000000000001", "the kind of a bookmark is 0 or 1, and this is 2");
        assertBad(Generation.BIG_ENDIAN, 0xb0, "0801", "[9]");
    }

    private static void assertBad(Generation generation, int type, String data, String message) {
        assertThatThrownBy(() -> decode(generation, type, data))
                .isInstanceOfSatisfying(
                        BadEntry.class, bad -> assertThat(bad.entryNumber()).isEqualTo(77))
                .hasMessageStartingWith("Entry 77: ")
                .hasMessageContaining(message);
    }

    @Test
    void aGenerationIsToldByTheFirstEntryThatTells() {
        assertThat(Generation.detect(new Entries().batchStart(0).list())).contains(Generation.PROTOBUF);
        assertThat(Generation.detect(new Entries().blockEnd(0).list())).isEmpty();
        assertThat(Generation.detect(new Entries().blockEnd(5).list())).contains(Generation.PROTOBUF);
        assertThat(Generation.detect(List.of())).isEmpty();

        Entry bookmark = entry(0xb0, "000000000000000000");
        assertThat(Generation.detect(List.of(bookmark))).isEmpty();
        assertThat(Generation.detect(List.of(bookmark, entry(1, BIG_START)))).contains(Generation.BIG_ENDIAN);
        assertThat(Generation.detect(List.of(bookmark, entry(1, LITTLE_START)))).contains(Generation.LITTLE_ENDIAN);
        assertThat(Generation.detect(List.of(entry(2, "ff01" + HASH_A + "00000003" + "c20102"))))
                .contains(Generation.BIG_ENDIAN);
        assertThat(Generation.detect(List.of(entry(2, "ff01" + "03000000" + "c20102"))))
                .contains(Generation.LITTLE_ENDIAN);
        assertThat(Generation.detect(List.of(entry(4, "00".repeat(106))))).contains(Generation.BIG_ENDIAN);
        assertThat(Generation.detect(List.of(entry(4, "00".repeat(102))))).contains(Generation.LITTLE_ENDIAN);
        assertThat(Generation.detect(List.of(entry(3, "00".repeat(72)), entry(9, "0801"))))
                .isEmpty();
    }

    /** The bytes of a little-endian block start of batch 8 begin like a message. */
    @Test
    void aFixedLayoutIsNotTakenForAMessage() {
        for (int batch = 0; batch < 256; batch++) {
            String start = HexFormat.of().toHexDigits((byte) batch) + LITTLE_START.substring(2);
            assertThat(Generation.detect(List.of(entry(1, start)))).contains(Generation.LITTLE_ENDIAN);
        }
    }

    /** The end of block 17,954 of a little-endian stream is a sound message of a transaction. */
    @Test
    void whatTwoGenerationsCanReadTellsNothing() {
        Entry end = entry(3, "2246000000000000" + HASH_A + HASH_B);
        assertThat(Generation.PROTOBUF.decode(end)).isInstanceOf(Transaction.class);
        assertThat(Generation.detect(List.of(end))).isEmpty();
        assertThat(Generation.detect(List.of(end, entry(1, LITTLE_START)))).contains(Generation.LITTLE_ENDIAN);
    }
}
