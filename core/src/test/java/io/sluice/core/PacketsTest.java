package io.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Results, headers and entries as they travel. */
final class PacketsTest {
    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private static String hex(Result result) {
        ByteBuffer bytes = ByteBuffer.allocate(result.length());
        result.putTo(bytes);
        return HexFormat.of().formatHex(bytes.array());
    }

    @Test
    void resultsHaveTheBytesOfTheProtocol() {
        assertThat(hex(Result.OK)).isEqualTo("ff0000000b000000004f4b");
        assertThat(hex(Result.ALREADY_STARTED)).isEqualTo("ff0000001800000001416c72656164792073746172746564");
        assertThat(hex(Result.ALREADY_STOPPED)).isEqualTo("ff0000001800000002416c72656164792073746f70706564");
        assertThat(hex(Result.BAD_FROM_ENTRY)).isEqualTo("ff00000017000000034261642066726f6d20656e747279");
        assertThat(hex(Result.BAD_FROM_BOOKMARK)).isEqualTo("ff0000001a000000044261642066726f6d20626f6f6b6d61726b");
        assertThat(hex(Result.BAD_TO_BOOKMARK)).isEqualTo("ff000000180000000542616420746f20626f6f6b6d61726b");
        assertThat(hex(Result.INVALID_COMMAND)).isEqualTo("ff0000001800000009496e76616c696420636f6d6d616e64");
    }

    @Test
    void aResultIsReadWhenAllOfItIsThere() {
        byte[] sent = HexFormat.of().parseHex(hex(Result.BAD_FROM_ENTRY) + "02");
        for (int available = 0; available < sent.length - 1; available++) {
            ByteBuffer partial = ByteBuffer.wrap(sent, 0, available);
            assertThat(Result.read(partial)).isNull();
            assertThat(partial.position()).isZero();
        }
        ByteBuffer whole = ByteBuffer.wrap(sent);
        assertThat(Result.read(whole)).isEqualTo(Result.BAD_FROM_ENTRY);
        assertThat(whole.remaining()).isEqualTo(1);
    }

    @Test
    void whatIsNoResultIsRefusedAsSoonAsItShows() {
        assertThatThrownBy(() -> Result.read(bytes("02"))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> Result.read(bytes("ff00000008"))).hasMessageContaining("not 8");
        assertThatThrownBy(() -> Result.read(bytes("ffffffffff"))).hasMessageContaining("not 4294967295");
        assertThatThrownBy(() -> Result.read(bytes("ff0000040a"))).hasMessageContaining("not 1034");
    }

    @Test
    void aMarkIsReadWhenAllOfItIsThereAndWhatALaterVersionAddsIsSkipped() {
        StreamMark mark = new StreamMark(9, -2);
        ByteBuffer written = ByteBuffer.allocate(StreamMark.LENGTH);
        mark.putTo(written);
        assertThat(HexFormat.of().formatHex(written.array())).isEqualTo("53000000150000000000000009fffffffffffffffe");
        byte[] longer = HexFormat.of().parseHex("53000000170000000000000009fffffffffffffffeabcd02");
        for (int available = 0; available < longer.length - 1; available++) {
            ByteBuffer partial = ByteBuffer.wrap(longer, 0, available);
            assertThat(StreamMark.read(partial)).isNull();
            assertThat(partial.position()).isZero();
        }
        ByteBuffer whole = ByteBuffer.wrap(longer);
        assertThat(StreamMark.read(whole)).isEqualTo(mark);
        assertThat(whole.remaining()).isEqualTo(1);
        assertThatThrownBy(() -> StreamMark.read(bytes("02"))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> StreamMark.read(bytes("5300000014"))).hasMessageContaining("not 20");
        assertThatThrownBy(() -> StreamMark.read(bytes("5300000401"))).hasMessageContaining("not 1025");
    }

    @Test
    void aMarkMayNameAnEarlierEnd() {
        StreamMark mark = new StreamMark(9, -2, 7);
        ByteBuffer written = ByteBuffer.allocate(mark.length());
        mark.putTo(written);
        String hex = "530000001d0000000000000009fffffffffffffffe0000000000000007";
        assertThat(HexFormat.of().formatHex(written.array())).isEqualTo(hex);
        assertThat(StreamMark.read(written.flip())).isEqualTo(mark);
        assertThat(StreamMark.read(bytes("53000000200000000000000009fffffffffffffffe0000000000000007abcdef")))
                .as("of a later version")
                .isEqualTo(mark);
        assertThat(StreamMark.read(bytes("530000001d0000000000000009fffffffffffffffe0000000000000009")))
                .as("not earlier")
                .isEqualTo(new StreamMark(9, -2));
    }

    @Test
    void aHeaderHas38BytesOr29() {
        String recorded = "010000002603000000000000044d000000000000000100000000000012d5000000000000000f";
        StreamHeader header = new StreamHeader(3, 1101, 1, 4821, 15);
        assertThat(StreamHeader.read(bytes(recorded))).isEqualTo(header);
        ByteBuffer written = ByteBuffer.allocate(StreamHeader.LENGTH);
        header.putTo(written);
        assertThat(HexFormat.of().formatHex(written.array())).isEqualTo(recorded);
        String old = "010000001d000000000000000100000000000012d5000000000000000f";
        assertThat(StreamHeader.read(bytes(old))).isEqualTo(new StreamHeader(0, 0, 1, 4821, 15));
    }

    @Test
    void whatIsNoHeaderIsRefused() {
        assertThatThrownBy(() -> StreamHeader.read(bytes("0200000026")))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("type 2");
        assertThatThrownBy(() -> StreamHeader.read(bytes("0100000027"))).hasMessageContaining("length 39");
    }

    @Test
    void anEntryIsWrittenAndReadAsItLiesInTheFile() {
        ByteBuffer bytes = ByteBuffer.allocate(26);
        EntryFormat.put(bytes, EntryFormat.PACKET_QUERIED_ENTRY, 0xb0, 0, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThat(HexFormat.of().formatHex(bytes.array()))
                .isEqualTo("fe0000001a000000b00000000000000000010000000000000000");
        assertThat(EntryFormat.read(bytes, 0)).isEqualTo(new Entry(0, 0xb0, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0}));
        ByteBuffer notFound = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        EntryFormat.putNotFound(notFound);
        assertThat(HexFormat.of().formatHex(notFound.array())).isEqualTo("fe00000011ffffffff0000000000000000");
    }

    @Test
    void numbersAndTypesArePrintedUnsigned() {
        assertThat(new Entry(-1, -1, new byte[40]).toString())
                .contains("number=18446744073709551615", "type=4294967295", "(40 bytes)");
    }
}
