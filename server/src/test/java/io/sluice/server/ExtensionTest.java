package io.sluice.server;

import static io.sluice.server.FakeStream.event;
import static io.sluice.server.TestClient.bytesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Result;
import io.sluice.core.StreamMark;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of the extension, byte for byte. Three entries are there when a test begins. */
class ExtensionTest extends ServerTest {
    private static final String OK = "ff0000000b000000004f4b";
    private static final String ALREADY_STARTED = "ff0000001800000001" + "416c72656164792073746172746564";
    private static final String ALREADY_STOPPED = "ff0000001800000002" + "416c72656164792073746f70706564";
    private static final String INVALID = "ff0000001800000009" + "496e76616c696420636f6d6d616e64";
    private static final String UNKNOWN_GENERATION = "ff0000001b00005301" + "556e6b6e6f776e2067656e65726174696f6e";

    private static final String EXTEND = "536c756963650001" + "0000000000000001";
    private static final String UNCHANGED = "536c756963650002" + "0000000000000001";
    private static final String MARK = "536c756963650003" + "0000000000000001";

    private static final Command EXTEND_COMMAND = new Command.Extend(1);
    private static final Command MARK_COMMAND = new Command.Mark(1);

    private TestClient client(ServerOptions options) throws IOException {
        stream.commitEvents(3, 10);
        start(options);
        return connect();
    }

    private static ServerOptions with(MisusePolicy policy) {
        return ServerOptions.defaults().withMisusePolicy(policy);
    }

    private static String mark(long wholeUpTo, long generation) {
        return "5300000015" + hex(wholeUpTo) + hex(generation);
    }

    private static String hex(long number) {
        return HexFormat.of().toHexDigits(number);
    }

    private static void say(TestClient client, String hex) throws IOException {
        client.sendBytes(HexFormat.of().parseHex(hex));
    }

    private static void expect(TestClient client, String hex) throws IOException {
        client.expect(HexFormat.of().parseHex(hex));
    }

    @Test
    void extendIsAnsweredWithAMarkHoweverOftenAndStartsBeforeItHaveNone() throws IOException {
        TestClient client = client(ServerOptions.defaults());
        client.send(new Command.Start(1, 2)).expect(Result.OK);
        client.expect(stream.wire(2, 3));
        client.send(new Command.Stop(1)).expect(Result.OK);
        say(client, EXTEND + EXTEND);
        expect(client, OK + mark(3, 0) + OK + mark(3, 0));
        stream.truncate(2);
        client.sendOneByOne(HexFormat.of().parseHex(EXTEND));
        expect(client, OK + mark(2, 1));
        client.expectIdle(stream);
    }

    @Test
    void aStreamHasAMarkBeforeEachChunkAndARangeHasNone() throws IOException {
        stream.commit(FakeStream.bookmark("0a"));
        TestClient client = client(ServerOptions.defaults());
        // Each history is read anew, so that what was committed before comes in one chunk.
        stream.truncate(4);
        say(client, EXTEND);
        expect(client, OK + mark(4, 1));
        client.send(new Command.RangeBookmark(1, Bookmark.fromHex("0a"), Bookmark.fromHex("0b")));
        client.expect(Result.BAD_TO_BOOKMARK);
        stream.commit(FakeStream.bookmark("0b"));
        client.send(new Command.RangeBookmark(1, Bookmark.fromHex("0a"), Bookmark.fromHex("0b")));
        expect(client, OK + hex(4));
        client.expect(stream.wire(0, 5));
        client.send(new Command.StartBookmark(1, Bookmark.fromHex("0a")));
        expect(client, OK + mark(5, 1));
        client.expect(stream.wire(0, 5));
        stream.commit(event(1, 5, 5), event(1, 5, 6));
        expect(client, mark(7, 1));
        client.expect(stream.wire(5, 7));
        client.send(new Command.Stop(1));
        expect(client, OK);
        // The connection is still extended.
        client.send(new Command.Start(1, 6));
        expect(client, OK + mark(7, 1));
        client.expect(stream.wire(6, 7));
    }

    @Test
    void marksTellTheGenerationOfWhatFollows() throws IOException {
        TestClient client = client(ServerOptions.defaults());
        say(client, EXTEND);
        expect(client, OK + mark(3, 0));
        client.send(new Command.Start(1, 2));
        expect(client, OK + mark(3, 0));
        client.expect(stream.wire(2, 3));
        stream.rewrite(0, new byte[10]);
        stream.commit(event(1, 1, 1));
        expect(client, mark(4, 1));
        client.expect(stream.wire(3, 4));
        TestClient beyond = connect();
        say(beyond, EXTEND);
        expect(beyond, OK + mark(4, 1));
        beyond.send(new Command.Start(1, 2));
        expect(beyond, OK + mark(4, 1));
        beyond.expect(stream.wire(2, 4));
        stream.truncate(3);
        beyond.expectEnd();
    }

    @Test
    void whatHasStayedTheSameIsToldByGeneration() throws IOException {
        TestClient client = client(ServerOptions.defaults());
        say(client, UNCHANGED + hex(0));
        expect(client, OK + "ffffffffffffffff");
        stream.truncate(1);
        stream.commitEvents(5, 10);
        stream.rewrite(4, new byte[10]);
        say(client, EXTEND);
        expect(client, OK + mark(6, 2));
        client.sendOneByOne(HexFormat.of().parseHex(UNCHANGED + hex(0)));
        expect(client, OK + hex(1));
        say(client, UNCHANGED + hex(1) + UNCHANGED + hex(2) + UNCHANGED + hex(3) + UNCHANGED + hex(-1));
        expect(client, OK + hex(4) + OK + hex(-1) + UNKNOWN_GENERATION + UNKNOWN_GENERATION);
        client.expectIdle(stream);
    }

    @ParameterizedTest
    @EnumSource(MisusePolicy.class)
    void aMarkComesIntoAQuietStreamWhenItIsAskedFor(MisusePolicy policy) throws IOException {
        TestClient client = client(with(policy));
        say(client, EXTEND);
        expect(client, OK + mark(3, 0));
        client.send(new Command.Start(1, 3));
        expect(client, OK);
        client.sendOneByOne(HexFormat.of().parseHex(MARK));
        expect(client, mark(3, 0));
        say(client, MARK + MARK);
        expect(client, mark(3, 0) + mark(3, 0));
        stream.truncate(3);
        // The truncation took nothing, and is another history all the same.
        StreamMark mark = new StreamMark(3, 0);
        while (mark.generation() == 0) {
            // The news is on its way to the session.
            say(client, MARK);
            mark = StreamMark.read(client.readPacket());
        }
        assertThat(mark).isEqualTo(new StreamMark(3, 1));
        client.send(new Command.Stop(1)).expect(Result.OK);
        client.expectIdle(stream);
    }

    static Stream<Arguments> misuses() {
        return Stream.of(
                Arguments.of(true, EXTEND, ALREADY_STARTED),
                Arguments.of(true, UNCHANGED + hex(0), ALREADY_STARTED),
                Arguments.of(true, "536c756963650003" + hex(2), ALREADY_STOPPED),
                Arguments.of(false, EXTEND, ALREADY_STARTED),
                Arguments.of(false, UNCHANGED + hex(0), ALREADY_STARTED),
                Arguments.of(false, MARK, ALREADY_STARTED),
                Arguments.of(false, "536c756963650003" + hex(2), ALREADY_STARTED));
    }

    private TestClient streaming(MisusePolicy policy, boolean extended) throws IOException {
        stream.commitEvents(3, 10);
        start(with(policy), Map.of(1L, stream, 2L, new FakeStream(2, 4096)), Transport.best());
        TestClient client = connect();
        if (extended) {
            client.send(EXTEND_COMMAND);
            expect(client, OK + mark(3, 0));
        }
        client.send(new Command.Start(1, 3)).expect(Result.OK);
        return client;
    }

    @ParameterizedTest
    @MethodSource("misuses")
    void outOfPlaceWhileStreamingItIsAMisuse(boolean extended, String command, String result) throws IOException {
        TestClient client = streaming(MisusePolicy.CLOSE, extended);
        say(client, command);
        expect(client, result);
        client.expectEnd();
    }

    @ParameterizedTest
    @MethodSource("misuses")
    void withReplyTheStreamGoesOnAfterAMisuse(boolean extended, String command, String result) throws IOException {
        TestClient client = streaming(MisusePolicy.REPLY, extended);
        client.sendOneByOne(HexFormat.of().parseHex(command));
        expect(client, result);
        stream.commit(event(1, 1, 1));
        expect(client, extended ? mark(4, 0) : "");
        client.expect(stream.wire(3, 4));
        client.send(new Command.Stop(1)).expect(Result.OK);
        client.expectIdle(stream);
    }

    @ParameterizedTest
    @EnumSource(MisusePolicy.class)
    void aMarkWithoutAStreamIsAMisuse(MisusePolicy policy) throws IOException {
        TestClient client = client(with(policy));
        say(client, EXTEND + MARK);
        expect(client, OK + mark(3, 0) + ALREADY_STOPPED);
        if (policy == MisusePolicy.CLOSE) {
            client.expectEnd();
        } else {
            client.expectIdle(stream);
        }
    }

    static Stream<Arguments> unknown() {
        return Stream.of(
                        EXTEND, UNCHANGED + hex(0), MARK, "536c756963650004" + hex(1), hex(0) + hex(1), hex(8) + hex(1))
                .flatMap(command -> Stream.of(Arguments.of(command, true), Arguments.of(command, false)));
    }

    /** Of these the last three are unknown to every server. */
    @ParameterizedTest
    @MethodSource("unknown")
    void switchedOffItIsAnInvalidCommandInEachState(String command, boolean streaming) throws IOException {
        TestClient client = client(with(MisusePolicy.REPLY).withExtensions(false));
        if (streaming) {
            client.send(new Command.Start(1, 3)).expect(Result.OK);
        }
        say(client, command);
        expect(client, INVALID);
        client.expectEnd();
        TestClient bytewise = connect();
        bytewise.sendOneByOne(HexFormat.of().parseHex(command));
        expect(bytewise, INVALID);
        bytewise.expectEnd();
    }

    @Test
    void switchedOnWhatIsUnknownStaysInvalid() throws IOException {
        stream.commitEvents(3, 10);
        start();
        for (long code : new long[] {0, 8, -1, Command.EXTENSION, Command.EXTENSION | 4}) {
            TestClient client = connect();
            say(client, hex(code) + hex(1));
            expect(client, INVALID);
            client.expectEnd();
        }
    }

    @Test
    void aClientThatAsksForMarksAndTakesNothingIsMadeToWait() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(20_000, 1000);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        TestClient client = connect(4096);
        client.send(EXTEND_COMMAND);
        expect(client, OK + mark(20_000, 0));
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        int asked = 40_000;
        byte[] commands = bytesOf(MARK_COMMAND);
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < asked; i++) {
                    client.sendBytes(commands);
                }
            } catch (IOException e) {
                // The reader below misses its marks, then.
                Thread.currentThread().interrupt();
            }
        });
        sender.start();
        Marks marks = new Marks(client, 0);
        // More than were asked for: those before chunks come on top.
        while (marks.count() < asked || marks.next() < 20_000) {
            marks.readPacket();
            // The marks that wait are bounded, however many were asked for: the chunks are most of it.
            assertThat(allocator.metric().usedDirectMemory()).isLessThan(8L << 20);
        }
        Await.until(() -> !sender.isAlive());
    }
}
