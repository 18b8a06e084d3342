package io.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.SourceMessageDecoder.UnknownMessage;
import io.sluice.core.SourceMessageDecoder.UnknownVersion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Messages of sources as they travel. */
final class SourceMessageTest {
    private static final Bookmark BLOCK_2 = Bookmark.fromHex("020000000000000002");

    private static String hex(SourceMessage message) {
        ByteBuffer bytes = ByteBuffer.allocate(message.length());
        message.putTo(bytes);
        assertThat(bytes.hasRemaining()).as("the length says how long it is").isFalse();
        return HexFormat.of().formatHex(bytes.array());
    }

    private static String prefix(int code, int length) {
        return "%016x%016x%08x".formatted(code, 1, length);
    }

    @Test
    void eachMessageHasTheNumberAndParametersOfTheProtocol() {
        assertThat(hex(new SourceMessage.Greet(1, 1, SourceMessage.Claim.CONTINUE, 2, 3, 4, new byte[] {5, 6})))
                .isEqualTo(prefix(101, 31) + "00000001" + "01" + "0000000000000002" + "0000000000000003"
                        + "0000000000000004" + "0506");
        assertThat(hex(new SourceMessage.Start(1, 7, 8)))
                .isEqualTo(prefix(102, 16) + "0000000000000007" + "0000000000000008");
        assertThat(hex(new SourceMessage.AddEntry(1, 8, 9, new byte[] {1, 2})))
                .isEqualTo(prefix(103, 14) + "0000000000000008" + "00000009" + "0102");
        assertThat(hex(new SourceMessage.AddBookmark(1, 8, BLOCK_2)))
                .isEqualTo(prefix(104, 17) + "0000000000000008" + "020000000000000002");
        assertThat(hex(new SourceMessage.UpdateEntry(1, 8, 9, new byte[] {1})))
                .isEqualTo(prefix(105, 13) + "0000000000000008" + "00000009" + "01");
        assertThat(hex(new SourceMessage.Commit(1, 7, 9, -1)))
                .isEqualTo(prefix(106, 24) + "0000000000000007" + "0000000000000009" + "ffffffffffffffff");
        assertThat(hex(new SourceMessage.Rollback(1, 7))).isEqualTo(prefix(107, 8) + "0000000000000007");
    }

    @Test
    void eachRequestHasTheNumberAndParametersOfTheProtocol() {
        assertThat(hex(new SourceRequest.Truncate(1, 7, 8)))
                .isEqualTo(prefix(108, 16) + "0000000000000007" + "0000000000000008");
        assertThat(hex(new SourceRequest.Rewrite(1, 7, 8, 9, new byte[] {1})))
                .isEqualTo(prefix(109, 21) + "0000000000000007" + "0000000000000008" + "00000009" + "01");
        assertThat(hex(new SourceRequest.GetHeader(1, 7))).isEqualTo(prefix(110, 8) + "0000000000000007");
        assertThat(hex(new SourceRequest.GetEntry(1, 7, 8)))
                .isEqualTo(prefix(111, 16) + "0000000000000007" + "0000000000000008");
        assertThat(hex(new SourceRequest.GetBookmark(1, 7, BLOCK_2)))
                .isEqualTo(prefix(112, 17) + "0000000000000007" + "020000000000000002");
        assertThat(hex(new SourceRequest.GetFirstEventAfterBookmark(1, 7, BLOCK_2)))
                .isEqualTo(prefix(113, 17) + "0000000000000007" + "020000000000000002");
        assertThat(hex(new SourceRequest.GetDataBetweenBookmarks(1, 7, 8, 9, 10, BLOCK_2, Bookmark.fromHex("03"))))
                .isEqualTo(prefix(114, 50) + "0000000000000007" + "0000000000000008" + "0000000000000009"
                        + "000000000000000a" + "00000009"
                        + "020000000000000002" + "00000001" + "03");
        assertThat(hex(new SourceRequest.GetOpenEntry(1, 7, 8)))
                .isEqualTo(prefix(115, 16) + "0000000000000007" + "0000000000000008");
        assertThat(hex(new SourceRequest.GetChecksum(1, 7, 8, 9)))
                .isEqualTo(prefix(116, 24) + "0000000000000007" + "0000000000000008" + "0000000000000009");
        assertThat(hex(new SourceRequest.KeepAlive(1, 7))).isEqualTo(prefix(117, 8) + "0000000000000007");
        assertThat(hex(new SourceRequest.Close(1, 7))).isEqualTo(prefix(118, 8) + "0000000000000007");
    }

    @Provide
    Arbitrary<SourceMessage> messages() {
        Arbitrary<Long> numbers = Arbitraries.longs();
        Arbitrary<Long> names = numbers.filter(number -> number != 0);
        Arbitrary<Integer> types = Arbitraries.integers();
        Arbitrary<byte[]> data = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        Arbitrary<Bookmark> bookmarks = Arbitraries.bytes()
                .array(byte[].class)
                .ofMinSize(1)
                .ofMaxSize(16)
                .map(Bookmark::of);
        return Arbitraries.oneOf(
                Combinators.combine(numbers, Arbitraries.of(SourceMessage.Claim.class), names, names, numbers, data)
                        .as((type, claim, id, instance, generation, token) -> new SourceMessage.Greet(
                                type, SourceMessage.VERSION, claim, id, instance, generation, token)),
                Combinators.combine(numbers, names, numbers).as(SourceMessage.Start::new),
                Combinators.combine(numbers, numbers, types, data).as(SourceMessage.AddEntry::new),
                Combinators.combine(numbers, numbers, bookmarks).as(SourceMessage.AddBookmark::new),
                Combinators.combine(numbers, numbers, types, data).as(SourceMessage.UpdateEntry::new),
                Combinators.combine(numbers, names, numbers, numbers).as(SourceMessage.Commit::new),
                Combinators.combine(numbers, names).as(SourceMessage.Rollback::new),
                Combinators.combine(numbers, names, numbers).as(SourceRequest.Truncate::new),
                Combinators.combine(numbers, names, numbers, types, data).as(SourceRequest.Rewrite::new),
                Combinators.combine(numbers, names).as(SourceRequest.GetHeader::new),
                Combinators.combine(numbers, names, numbers).as(SourceRequest.GetEntry::new),
                Combinators.combine(numbers, names, bookmarks).as(SourceRequest.GetBookmark::new),
                Combinators.combine(numbers, names, bookmarks).as(SourceRequest.GetFirstEventAfterBookmark::new),
                Combinators.combine(numbers, names, numbers, numbers, numbers, bookmarks, bookmarks)
                        .as(SourceRequest.GetDataBetweenBookmarks::new),
                Combinators.combine(numbers, names, numbers).as(SourceRequest.GetOpenEntry::new),
                Combinators.combine(numbers, names, numbers, numbers).as(SourceRequest.GetChecksum::new),
                Combinators.combine(numbers, names).as(SourceRequest.KeepAlive::new),
                Combinators.combine(numbers, names).as(SourceRequest.Close::new));
    }

    @Property(tries = 300)
    void whatWasWrittenIsReadInAnyFragmentation(
            @ForAll("messages") SourceMessage first, @ForAll("messages") SourceMessage second, @ForAll byte seed) {
        ByteBuffer sent = ByteBuffer.allocate(first.length() + second.length());
        first.putTo(sent);
        second.putTo(sent);
        ByteBuffer buffer = ByteBuffer.allocate(sent.capacity());
        List<String> read = new ArrayList<>();
        int step = 1 + (seed & 0x0f);
        for (int from = 0; from < sent.capacity(); from += step) {
            buffer.put(sent.array(), from, Math.min(step, sent.capacity() - from));
            buffer.flip();
            SourceMessage message = SourceMessageDecoder.read(buffer, true);
            while (message != null) {
                read.add(hex(message));
                message = SourceMessageDecoder.read(buffer, true);
            }
            buffer.compact();
        }
        assertThat(read).containsExactly(hex(first), hex(second));
        assertThat(buffer.position()).as("bytes left over").isZero();
    }

    @Property(tries = 500)
    void noBytesDoHarm(@ForAll byte[] bytes, @ForAll boolean greeted) {
        refusesOrReads(ByteBuffer.wrap(bytes), greeted);
    }

    @Property(tries = 500)
    void noParametersDoHarm(@ForAll("messages") SourceMessage message, @ForAll byte where, @ForAll byte what) {
        ByteBuffer bytes = ByteBuffer.allocate(message.length());
        message.putTo(bytes);
        // Not in the length, which says how much is to be waited for.
        int index = SourceMessage.PREFIX_LENGTH + Math.floorMod(where, Math.max(1, message.parametersLength()));
        bytes.put(Math.min(index, bytes.capacity() - 1), what);
        refusesOrReads(bytes.flip(), true);
    }

    private static void refusesOrReads(ByteBuffer buffer, boolean greeted) {
        try {
            SourceMessage message = SourceMessageDecoder.read(buffer, greeted);
            assertThat(buffer.position()).isEqualTo(message == null ? 0 : message.length());
        } catch (ProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @Test
    void whatCannotBeAMessageIsRefusedBeforeMoreOfItIsAwaited() {
        ByteBuffer client = ByteBuffer.allocate(8).putLong(3).flip();
        assertThatThrownBy(() -> SourceMessageDecoder.lengthOf(client, true)).isInstanceOf(UnknownMessage.class);
        ByteBuffer early = ByteBuffer.allocate(8).putLong(110).flip();
        assertThat(SourceMessageDecoder.lengthOf(early, true)).isEqualTo(-1);
        assertThatThrownBy(() -> SourceMessageDecoder.lengthOf(early, false))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("greets first");
        for (int length : new int[] {-1, Integer.MAX_VALUE, SourceMessage.MAX_PARAMETERS_LENGTH + 1}) {
            ByteBuffer long103 = ByteBuffer.allocate(20)
                    .putLong(103)
                    .putLong(1)
                    .putInt(length)
                    .flip();
            assertThatThrownBy(() -> SourceMessageDecoder.lengthOf(long103, true))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining(Integer.toUnsignedString(length));
        }
        ByteBuffer longGreeting =
                ByteBuffer.allocate(20).putLong(101).putLong(1).putInt(1054).flip();
        assertThatThrownBy(() -> SourceMessageDecoder.lengthOf(longGreeting, false))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("1053");
    }

    @Test
    void anotherVersionIsRefusedWithTheOneThatIsKnown() {
        ByteBuffer greeting = ByteBuffer.allocate(24)
                .putLong(101)
                .putLong(1)
                .putInt(4)
                .putInt(2)
                .flip();
        assertThatThrownBy(() -> SourceMessageDecoder.read(greeting, false))
                .isInstanceOf(UnknownVersion.class)
                .hasMessageContaining("2")
                .hasMessageContaining("known: 1");
    }
}
