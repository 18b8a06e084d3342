package io.sluice.server;

import static io.sluice.server.Await.until;
import static io.sluice.server.FakeStream.event;
import static io.sluice.server.TestClient.bytesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MisuseTest extends ServerTest {
    private static final Bookmark BOOKMARK = Bookmark.fromHex("00112233445566778899aabbccddeeff");

    static Stream<Command> notWhileStreaming() {
        return Stream.of(
                new Command.Start(1, 0),
                new Command.StartBookmark(1, BOOKMARK),
                new Command.Header(1),
                new Command.Entry(1, 1),
                new Command.FirstAfterBookmark(1, BOOKMARK),
                new Command.RangeBookmark(1, BOOKMARK, BOOKMARK));
    }

    private void start(MisusePolicy policy) {
        stream.commitEvents(3, 10);
        start(ServerOptions.defaults().withMisusePolicy(policy));
    }

    private TestClient streaming() throws IOException {
        TestClient client = connect();
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        client.expect(stream.wire(0, 3));
        return client;
    }

    @ParameterizedTest
    @MethodSource("notWhileStreaming")
    void aCommandWhileStreamingIsToldAndClosesWithoutAReset(Command command) throws IOException {
        start(MisusePolicy.CLOSE);
        TestClient client = streaming();
        client.send(command).expect(Result.ALREADY_STARTED);
        // What the client still sends is drained: a reset could take the result away from it.
        client.send(command);
        assertThat(client.readToEnd()).isZero();
    }

    @Test
    void aStopWithoutAStreamIsToldAndCloses() throws IOException {
        start(MisusePolicy.CLOSE);
        TestClient client = connect();
        client.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
        client.expectEnd();
    }

    @Test
    void nothingIsStreamedAfterTheResultThatCloses() throws IOException {
        start(MisusePolicy.CLOSE);
        TestClient client = streaming();
        client.send(new Command.Header(1)).expect(Result.ALREADY_STARTED);
        stream.commit(event(1, 10, 1));
        client.expectEnd();
    }

    @Test
    void theDrainEndsAfterASecond() throws IOException {
        start(MisusePolicy.CLOSE);
        TestClient client = connect();
        client.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
        client.expectEnd();
        // This client keeps its side open; the server does not wait for it.
        until(() -> server.connectionCount() == 0);
    }

    @ParameterizedTest
    @MethodSource("notWhileStreaming")
    void withReplyTheStreamGoesOnAfterTheResult(Command command) throws IOException {
        start(MisusePolicy.REPLY);
        TestClient client = streaming();
        client.sendOneByOne(bytesOf(command));
        client.expect(Result.ALREADY_STARTED);
        stream.commit(event(1, 10, 1));
        client.expect(stream.wire(3, 4));
        client.send(command, new Command.Stop(1)).expect(Result.ALREADY_STARTED);
        client.expect(Result.OK);
        client.expectIdle(stream);
    }

    @Test
    void withReplyAStopWithoutAStreamLeavesTheSessionIdle() throws IOException {
        start(MisusePolicy.REPLY);
        TestClient client = connect();
        client.send(new Command.Start(1, 99), new Command.Stop(1)).expect(Result.BAD_FROM_ENTRY);
        client.expect(Result.ALREADY_STOPPED);
        client.expectIdle(stream);
    }

    @Test
    void resultsStandBetweenEntriesInTheMiddleOfHistory() throws IOException {
        stream.commitEvents(40_000, 200);
        start(MisusePolicy.REPLY);
        int entries = (int) stream.header().totalEntries();
        TestClient client = connect(4096);
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        int misuses = 1000;
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < misuses; i++) {
                    client.send(new Command.Entry(1, i));
                }
            } catch (IOException e) {
                // The reader below fails, then.
                Thread.currentThread().interrupt();
            }
        });
        sender.start();
        int results = 0;
        int next = 0;
        while (results < misuses || next < entries) {
            ByteBuffer packet = client.readPacket();
            if (EntryFormat.packetType(packet, 0) == EntryFormat.PACKET_RESULT) {
                assertThat(Result.read(packet)).isEqualTo(Result.ALREADY_STARTED);
                results++;
            } else {
                assertThat(EntryFormat.number(packet, 0)).isEqualTo(next);
                next++;
            }
        }
        assertThat(results).isEqualTo(misuses);
    }

    @Test
    void commandsWaitForTheEndOfARange() throws IOException {
        stream.commit(FakeStream.bookmark("0a"));
        stream.commitEvents(200, 100);
        stream.commit(FakeStream.bookmark("0b"));
        start(ServerOptions.defaults());
        CountDownLatch gate = new CountDownLatch(1);
        TestClient client = connect();
        client.expectIdle(stream);
        stream.gate = gate;
        client.send(
                new Command.RangeBookmark(1, Bookmark.fromHex("0a"), Bookmark.fromHex("0b")),
                new Command.Header(1),
                new Command.Start(1, 202));
        gate.countDown();
        client.expect(Result.OK);
        client.expect(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) 201});
        client.expect(stream.wire(0, 202));
        client.expect(Result.OK);
        client.read(38);
        client.expect(Result.OK);
        client.send(new Command.Stop(1)).expect(Result.OK);
        client.expectIdle(stream);
    }
}
