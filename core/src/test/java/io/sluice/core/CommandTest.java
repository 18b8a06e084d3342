package io.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

/** Commands as they travel. */
final class CommandTest {
    private static final Bookmark BLOCK_2 = Bookmark.fromHex("020000000000000002");

    private static String hex(Command command) {
        ByteBuffer bytes = ByteBuffer.allocate(command.length());
        command.putTo(bytes);
        assertThat(bytes.hasRemaining()).as("the length says how long it is").isFalse();
        return HexFormat.of().formatHex(bytes.array());
    }

    @Test
    void eachCommandHasTheNumberAndParametersOfTheProtocol() {
        assertThat(hex(new Command.Start(1, 9))).isEqualTo("000000000000000100000000000000010000000000000009");
        assertThat(hex(new Command.Stop(1))).isEqualTo("00000000000000020000000000000001");
        assertThat(hex(new Command.Header(1))).isEqualTo("00000000000000030000000000000001");
        assertThat(hex(new Command.StartBookmark(1, BLOCK_2)))
                .isEqualTo("0000000000000004000000000000000100000009020000000000000002");
        assertThat(hex(new Command.Entry(1, -1))).isEqualTo("00000000000000050000000000000001ffffffffffffffff");
        assertThat(hex(new Command.FirstAfterBookmark(1, Bookmark.fromHex("07"))))
                .isEqualTo("000000000000000600000000000000010000000107");
        assertThat(hex(new Command.RangeBookmark(1, Bookmark.fromHex("07"), BLOCK_2)))
                .isEqualTo("00000000000000070000000000000001000000010700000009020000000000000002");
    }

    @Test
    void theCommandsOfTheExtensionAreFarFromThoseInUse() {
        assertThat(hex(new Command.Extend(1))).isEqualTo("536c7569636500010000000000000001");
        assertThat(hex(new Command.Unchanged(1, -2))).isEqualTo("536c7569636500020000000000000001fffffffffffffffe");
        assertThat(hex(new Command.Mark(1))).isEqualTo("536c7569636500030000000000000001");
    }

    @Provide
    Arbitrary<Command> commands() {
        Arbitrary<Long> numbers = Arbitraries.longs();
        Arbitrary<Bookmark> bookmarks = Arbitraries.bytes()
                .array(byte[].class)
                .ofMinSize(1)
                .ofMaxSize(16)
                .map(Bookmark::of);
        return Arbitraries.oneOf(
                Combinators.combine(numbers, numbers).as(Command.Start::new),
                numbers.map(Command.Stop::new),
                numbers.map(Command.Header::new),
                Combinators.combine(numbers, bookmarks).as(Command.StartBookmark::new),
                Combinators.combine(numbers, numbers).as(Command.Entry::new),
                Combinators.combine(numbers, bookmarks).as(Command.FirstAfterBookmark::new),
                Combinators.combine(numbers, bookmarks, bookmarks).as(Command.RangeBookmark::new),
                numbers.map(Command.Extend::new),
                Combinators.combine(numbers, numbers).as(Command.Unchanged::new),
                numbers.map(Command.Mark::new),
                Combinators.combine(Arbitraries.longs().between(8, Command.EXTENSION), numbers)
                        .as(Command.Unknown::new));
    }

    @Property(tries = 300)
    void whatWasWrittenIsReadInAnyFragmentation(
            @ForAll("commands") Command first, @ForAll("commands") Command second, @ForAll byte seed) {
        ByteBuffer sent = ByteBuffer.allocate(first.length() + second.length());
        first.putTo(sent);
        second.putTo(sent);
        ByteBuffer buffer = ByteBuffer.allocate(2 * Command.MAX_LENGTH);
        List<Command> read = new ArrayList<>();
        int step = 1 + (seed & 0x0f);
        for (int from = 0; from < sent.capacity(); from += step) {
            buffer.put(sent.array(), from, Math.min(step, sent.capacity() - from));
            buffer.flip();
            Command command = CommandDecoder.read(buffer);
            while (command != null) {
                read.add(command);
                command = CommandDecoder.read(buffer);
            }
            buffer.compact();
        }
        assertThat(read).containsExactly(first, second);
        assertThat(buffer.position()).as("bytes left over").isZero();
    }

    @Property(tries = 500)
    void noBytesDoHarm(@ForAll byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            Command command = CommandDecoder.read(buffer);
            assertThat(buffer.position()).isEqualTo(command == null ? 0 : command.length());
        } catch (ProtocolException e) {
            assertThat(e).hasMessageContaining("A bookmark has 1 to 16 bytes");
        }
    }

    @Test
    void anImpossibleBookmarkIsRefusedBeforeItsBytesCome() {
        for (int length : new int[] {0, 17, -1, Integer.MAX_VALUE}) {
            for (long code : new long[] {4, 6, 7}) {
                ByteBuffer bytes = ByteBuffer.allocate(20)
                        .putLong(code)
                        .putLong(1)
                        .putInt(length)
                        .flip();
                assertThatThrownBy(() -> CommandDecoder.read(bytes))
                        .isInstanceOf(ProtocolException.class)
                        .hasMessageContaining(Integer.toUnsignedString(length));
            }
        }
    }

    @Test
    void anUnknownCommandIsReadWithItsStreamTypeAndNothingMore() {
        ByteBuffer bytes =
                ByteBuffer.allocate(24).putLong(42).putLong(1).putLong(7).flip();
        assertThat(CommandDecoder.read(bytes)).isEqualTo(new Command.Unknown(42, 1));
        assertThat(bytes.remaining()).isEqualTo(8);
    }
}
