package io.sluice.server;

import static io.sluice.server.FakeStream.bookmark;
import static io.sluice.server.FakeStream.event;
import static io.sluice.server.TestClient.bytesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RepliesTest extends ServerTest {
    private static final String OK = "ff0000000b000000004f4b";
    private static final String NOT_FOUND = OK + "fe00000011ffffffff0000000000000000";
    private static final String BAD_FROM_ENTRY = "ff000000170000000342616420" + "66726f6d20656e747279";
    private static final String BAD_FROM_BOOKMARK = "ff0000001a0000000442616420" + "66726f6d20626f6f6b6d61726b";
    private static final String BAD_TO_BOOKMARK = "ff000000180000000542616420" + "746f20626f6f6b6d61726b";

    private static final Bookmark A = Bookmark.fromHex("0a");
    private static final Bookmark B = Bookmark.fromHex("0b0b");
    private static final Bookmark LAST = Bookmark.fromHex("0c");
    private static final Bookmark UNKNOWN = Bookmark.fromHex("0d");

    @BeforeEach
    void fill() {
        stream.commit(bookmark("0a"), event(1, 2, 0), bookmark("0b0b"), bookmark("0b"), event(7, 1, 3));
        stream.commit(bookmark("0c"));
    }

    static Stream<Arguments> replies() {
        String entry1 = "00000013" + "00000001" + "0000000000000001" + "0007";
        String entry4 = "00000012" + "00000007" + "0000000000000004" + "6f";
        String bookmarkA = "02" + "00000012" + "000000b0" + "0000000000000000" + "0a";
        String bookmarkB = "02" + "00000013" + "000000b0" + "0000000000000002" + "0b0b";
        // 4096 + 18 + 19 + 19 + 18 + 18 + 18
        String header = "01" + "00000026" + "03" + "0000000000000089" + "0000000000000001" + "000000000000106e"
                + "0000000000000006";
        return Stream.of(
                Arguments.of(new Command.Header(1), OK + header),
                Arguments.of(new Command.Entry(1, 1), OK + "fe" + entry1),
                Arguments.of(new Command.Entry(1, 6), NOT_FOUND),
                Arguments.of(new Command.Entry(1, -1), NOT_FOUND),
                Arguments.of(new Command.FirstAfterBookmark(1, A), OK + "fe" + entry1),
                Arguments.of(new Command.FirstAfterBookmark(1, B), OK + "fe" + entry4),
                Arguments.of(new Command.FirstAfterBookmark(1, LAST), NOT_FOUND),
                Arguments.of(new Command.FirstAfterBookmark(1, UNKNOWN), NOT_FOUND),
                Arguments.of(new Command.Start(1, 7), BAD_FROM_ENTRY),
                Arguments.of(new Command.Start(1, -1), BAD_FROM_ENTRY),
                Arguments.of(new Command.StartBookmark(1, UNKNOWN), BAD_FROM_BOOKMARK),
                Arguments.of(new Command.RangeBookmark(1, UNKNOWN, A), BAD_FROM_BOOKMARK),
                Arguments.of(new Command.RangeBookmark(1, A, UNKNOWN), BAD_TO_BOOKMARK),
                Arguments.of(new Command.RangeBookmark(1, B, A), BAD_FROM_BOOKMARK),
                Arguments.of(new Command.RangeBookmark(1, A, A), OK + "0000000000000000" + bookmarkA),
                Arguments.of(
                        new Command.RangeBookmark(1, A, B),
                        OK + "0000000000000002" + bookmarkA + "02" + entry1 + bookmarkB));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void eachCommandHasItsReplyByteForByte(Command command, String reply) throws IOException {
        start();
        TestClient client = connect();
        byte[] expected = HexFormat.of().parseHex(reply);
        client.send(command).expect(expected);
        client.sendOneByOne(bytesOf(command));
        client.expect(expected);
        client.send(command, command).expect(expected);
        client.expect(expected);
        client.expectIdle(stream);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void bothTransportsStreamAndAnswer(Transport transport) throws IOException {
        start(ServerOptions.defaults(), Map.of(1L, stream), transport);
        TestClient client = connect();
        client.expectIdle(stream);
        client.send(new Command.Start(1, 2)).expect(Result.OK);
        client.expect(stream.wire(2, 6));
        stream.commit(event(9, 100, 1));
        client.expect(stream.wire(6, 7));
        client.send(new Command.Stop(1)).expect(Result.OK);
        client.expectIdle(stream);
    }

    @Test
    void startAtTheEndIsGoodAndGivesWhatComes() throws IOException {
        start();
        TestClient client = connect();
        client.send(new Command.Start(1, 6)).expect(Result.OK);
        stream.commit(event(1, 10, 1));
        client.expect(stream.wire(6, 7));
    }

    @Test
    void startAtABookmarkBeginsWithTheBookmark() throws IOException {
        start();
        TestClient client = connect();
        client.send(new Command.StartBookmark(1, B)).expect(Result.OK);
        client.expect(stream.wire(2, 6));
    }

    @Test
    void unknownStreamTypeClosesWithoutAByte() throws IOException {
        start();
        for (Command command : new Command[] {
            new Command.Header(2), new Command.Start(0, 0), new Command.Stop(99), new Command.Unknown(77, 2)
        }) {
            connect().send(command).expectEnd();
        }
    }

    @Test
    void unknownCommandIsToldAndClosesInBothModes() throws IOException {
        for (MisusePolicy policy : MisusePolicy.values()) {
            start(ServerOptions.defaults().withMisusePolicy(policy));
            TestClient client = connect();
            client.send(new Command.Unknown(8, 1)).expect(Result.INVALID_COMMAND);
            client.expectEnd();
            nothingIsHeldAfterTheClose();
        }
    }

    @Test
    void bookmarkLengthsOutsideOfOneToSixteenClose() throws IOException {
        start();
        for (String length : new String[] {"00000000", "00000011", "ffffffff"}) {
            String command = "0000000000000006" + "0000000000000001" + length;
            connect().sendBytes(HexFormat.of().parseHex(command)).expectEnd();
        }
    }

    @Test
    void pipelinedCommandsAreAnsweredInOrder() throws IOException {
        start();
        TestClient client = connect();
        client.send(
                new Command.Entry(1, 4),
                new Command.Start(1, 6),
                new Command.Stop(1),
                new Command.RangeBookmark(1, A, A),
                new Command.Start(1, 6),
                new Command.Stop(1),
                new Command.Start(1, 9),
                new Command.Entry(1, 99));
        client.expect(HexFormat.of().parseHex(OK + "fe" + "00000012" + "00000007" + "0000000000000004" + "6f"));
        client.expect(Result.OK);
        client.expect(Result.OK);
        client.expect(HexFormat.of().parseHex(OK + "0000000000000000"));
        client.expect(stream.wire(0, 1));
        client.expect(Result.OK);
        client.expect(Result.OK);
        client.expect(Result.BAD_FROM_ENTRY);
        client.expect(HexFormat.of().parseHex(NOT_FOUND));
        client.expectIdle(stream);
    }

    @Test
    void whoEndsItsOutputStillGetsItsAnswers() throws IOException {
        start();
        TestClient client = connect();
        client.send(new Command.Entry(1, 99), new Command.RangeBookmark(1, A, B));
        client.socket().shutdownOutput();
        client.expect(HexFormat.of().parseHex(NOT_FOUND));
        client.expect(HexFormat.of().parseHex(OK + "0000000000000002"));
        client.expect(stream.wire(0, 3));
        client.expectEnd();
    }

    @Test
    void eachStreamTypeHasItsStream() throws IOException {
        FakeStream other = new FakeStream(5, 4096);
        other.commit(event(1, 3, 1));
        start(ServerOptions.defaults(), Map.of(1L, stream, 5L, other), Transport.best());
        TestClient client = connect();
        client.expectIdle(other);
        client.expectIdle(stream);
        client.send(new Command.Start(5, 0)).expect(Result.OK);
        client.expect(other.wire(0, 1));
        stream.commit(event(1, 3, 1));
        other.commit(event(1, 4, 2));
        client.expect(other.wire(1, 2));
        client.send(new Command.Stop(5)).expect(Result.OK);
        client.expectIdle(stream);
    }

    @Test
    void aBrokenDiskClosesTheSessionsThatWantToRead() throws IOException {
        start();
        TestClient idle = connect();
        stream.broken = true;
        connect().send(new Command.Entry(1, 1)).expectEnd();
        TestClient streaming = connect().send(new Command.Start(1, 0));
        streaming.expect(Result.OK);
        streaming.expectEnd();
        stream.broken = false;
        idle.expectIdle(stream);
        assertThat(stream.header().totalEntries()).isEqualTo(6);
    }
}
