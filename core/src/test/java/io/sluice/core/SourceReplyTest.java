package io.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** What a server says to sources, as it travels, and checksums. */
final class SourceReplyTest {
    private static ByteBuffer bytes(SourceReply reply) {
        ByteBuffer bytes = ByteBuffer.allocate(reply.length());
        reply.putTo(bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        return bytes.flip();
    }

    @Property(tries = 200)
    void whatWasWrittenIsReadAndNothingOfItBefore(
            @ForAll long request,
            @ForAll int code,
            @ForAll @AlphaChars @StringLength(max = 50) String text,
            @ForAll @Size(max = 60) byte[] content) {
        SourceReply reply = new SourceReply(106, request, new Result(code, text), content);
        ByteBuffer bytes = bytes(reply);
        for (int length = 0; length < bytes.capacity(); length++) {
            ByteBuffer part = bytes.slice(0, length);
            assertThat(SourceReply.read(part)).isNull();
            assertThat(part.position()).isZero();
        }
        assertThat(SourceReply.read(bytes)).isEqualTo(reply);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void whatCannotBeAReplyIsRefused() {
        ByteBuffer client = ByteBuffer.wrap(new byte[] {(byte) 0xff, 0, 0, 0, 11});
        assertThatThrownBy(() -> SourceReply.read(client))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("port for clients");
        for (int length : new int[] {-1, 8, Integer.MAX_VALUE}) {
            ByteBuffer bytes = ByteBuffer.allocate(20)
                    .putLong(106)
                    .putLong(1)
                    .putInt(length)
                    .flip();
            assertThatThrownBy(() -> SourceReply.read(bytes))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining(Integer.toUnsignedString(length));
        }
        ByteBuffer longResult = bytes(new SourceReply(106, 1, Result.OK)).putInt(21, 12);
        assertThatThrownBy(() -> SourceReply.read(longResult)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void aGrantAndAHolderComeBackAsTheyWere() {
        StreamHeader header = new StreamHeader(3, 1101, 1, 5_000, 12);
        SourceGrant grant = new SourceGrant(77, true, -5, -1, 10_000, header);
        assertThat(SourceGrant.of(ByteBuffer.wrap(grant.toBytes()))).isEqualTo(grant);
        LeaseHolder holder = new LeaseHolder("127.0.0.1:4000", 1_700_000_000_000L, 0);
        assertThat(LeaseHolder.of(ByteBuffer.wrap(holder.toBytes()))).isEqualTo(holder);
        assertThat(holder.isConnected()).isTrue();
        assertThatThrownBy(() -> SourceGrant.of(ByteBuffer.allocate(66))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> LeaseHolder.of(ByteBuffer.allocate(15))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> LeaseHolder.of(ByteBuffer.allocate(272))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void theChecksumIsTheSumOfTheEntriesOwn() {
        EntryChecksum checksum = new EntryChecksum();
        ByteBuffer file = ByteBuffer.allocate(100);
        EntryFormat.put(file, EntryFormat.PACKET_ENTRY, 7, 41, "one".getBytes(StandardCharsets.US_ASCII));
        int end = file.position();
        EntryFormat.put(file, EntryFormat.PACKET_ENTRY, 8, 42, new byte[0]);
        CRC32 first = new CRC32();
        first.update(file.array(), 0, end);
        CRC32 second = new CRC32();
        second.update(file.array(), end, file.position() - end);
        assertThat(checksum.of(7, 41, "one".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(first.getValue());
        assertThat(checksum.of(new Entry(42, 8, new byte[0]))).isEqualTo(second.getValue());
        file.flip();
        assertThat(checksum.ofAll(file)).isEqualTo(first.getValue() + second.getValue());
        assertThat(file.hasRemaining()).isFalse();
    }

    @Test
    void eachErrorOfTheServersComesBackAsItself() {
        Bookmark bookmark = Bookmark.of((byte) 1);
        for (StreamSourceException error : new StreamSourceException[] {
            new StreamSourceException.NoOpenOperation("x"),
            new StreamSourceException.OperationAlreadyOpen(1),
            new StreamSourceException.OperationPending("x"),
            new StreamSourceException.UnknownEntryNumber(1, 2),
            new StreamSourceException.NotInOpenOperation(1, 2),
            new StreamSourceException.WrongEntryType(1, 2, 3),
            new StreamSourceException.WrongDataLength(1, 2, 3),
            new StreamSourceException.ReservedEntryType(0xb0),
            new StreamSourceException.InvalidBookmark(0),
            new StreamSourceException.EntryTooLarge(2, 1),
            new StreamSourceException.EntryNotFound("x"),
            new StreamSourceException.BookmarkNotFound(bookmark),
            new StreamSourceException.BookmarkRangeReversed(bookmark, 2, bookmark, 1),
            new StreamSourceException.DiskFull("x", new RuntimeException()),
            new StreamSourceException.OperationFailed("x", new RuntimeException()),
            new StreamSourceException.Stopped("x"),
            new StreamSourceException.Fenced("x"),
            new StreamSourceException.HistoryChanged("x"),
        }) {
            Result result = SourceResult.of(error);
            assertThat(result.isOk()).isFalse();
            assertThat(SourceResult.error(result))
                    .isExactlyInstanceOf(error.getClass())
                    .hasMessage(error.getMessage());
        }
        assertThat(SourceResult.error(new Result(999, "new")))
                .hasMessageContaining("999")
                .hasMessageContaining("new");
    }
}
