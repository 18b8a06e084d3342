package io.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Without faults the imitation is a good server, and says what the Go server was recorded to say. */
class GoServerTest {
    /** The imitation does not know ranges. */
    private static final String RANGES = "rangebookmark";

    @TestFactory
    List<DynamicTest> eachConversationIsAnsweredAsRecorded() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode conversation : TestData.json("vectors/small.transcripts.json")) {
            String name = conversation.get("name").asText();
            if (!name.startsWith(RANGES)) {
                tests.add(DynamicTest.dynamicTest(name, () -> hold(conversation)));
            }
        }
        assertThat(tests).hasSize(13);
        return tests;
    }

    private static void hold(JsonNode conversation) throws IOException {
        try (GoServer server = new GoServerBuilder(1).start();
                RawClient client = new RawClient(server.address())) {
            appendSmall(server);
            boolean closed = false;
            for (JsonNode step : conversation.get("steps")) {
                client.send(HexFormat.of().parseHex(step.get("send").asText()));
                byte[] expected = HexFormat.of().parseHex(step.get("recv").asText());
                assertThat(client.read(expected.length)).isEqualTo(expected);
                closed = step.get("closedByServer").asBoolean();
            }
            if (closed) {
                client.expectEnd();
            } else {
                client.expectSilence();
            }
            assertThat(server.counts()).isEmpty();
        }
    }

    /** The operations that made the file of the recorded server. */
    private static void appendSmall(GoServer server) {
        List<Entry> operation = new ArrayList<>();
        for (JsonNode call : TestData.jsonLines("vectors/small.ops.jsonl", call -> call)) {
            switch (call.get("op").asText()) {
                case "start", "rollback" -> operation.clear();
                case "entry" ->
                    operation.add(new Entry(
                            0,
                            call.get("type").asInt(),
                            Operations.data(
                                    call.get("seed").asInt(), call.get("length").asInt())));
                case "bookmark" ->
                    operation.add(new Entry(
                            0,
                            EntryFormat.TYPE_BOOKMARK,
                            Bookmark.fromHex(call.get("bookmark").asText()).toBytes()));
                case "commit" -> server.append(operation);
                default -> throw new AssertionError("unknown call " + call);
            }
        }
    }

    @Test
    void aStreamHasNoSeam() throws Exception {
        try (GoServer server = new GoServerBuilder(2).start()) {
            Thread source = new Thread(() -> {
                for (int i = 0; i < 2000; i++) {
                    server.append(operation(i, 1 + i % 4));
                }
            });
            source.start();
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(new RawClient(server.address()));
                clients.get(i).send(new Command.Start(1, server.header().totalEntries()));
                clients.get(i).send(new Command.Stop(1)).send(new Command.Start(1, 0));
            }
            source.join();
            for (RawClient client : clients) {
                client.expect(Result.OK);
                readEntriesUntilResult(client);
                client.expect(Result.OK);
                assertThat(client.entries(5000)).isEqualTo(server.entries());
                client.close();
            }
            Await.until(() -> server.open() == 0, server);
        }
    }

    private static void readEntriesUntilResult(RawClient client) throws IOException {
        int packetType = client.read(1)[0] & 0xff;
        while (packetType == EntryFormat.PACKET_ENTRY) {
            int length = ByteBuffer.wrap(client.read(4)).getInt();
            client.read(length - 5);
            packetType = client.read(1)[0] & 0xff;
        }
        assertThat(packetType).isEqualTo(EntryFormat.PACKET_RESULT);
        client.read(Result.OK.length() - 1);
    }

    @Test
    void anOperationIsCountedBeforeItIsSent() throws IOException {
        Duration delay = Duration.ofMillis(50);
        try (GoServer server = new GoServerBuilder(3).broadcastDelay(delay).start();
                RawClient client = new RawClient(server.address())) {
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            int operations = 0;
            long nanos;
            // As long as the stream is not live, operations come as history and at once.
            do {
                long began = System.nanoTime();
                assertThat(server.append(operation(operations, 3))).isEqualTo(3L * operations);
                operations++;
                assertThat(server.header().totalEntries()).isEqualTo(3L * operations);
                assertThat(client.entries(3)).isEqualTo(server.entries().subList(3 * operations - 3, 3 * operations));
                nanos = System.nanoTime() - began;
            } while (nanos < delay.toNanos() && operations < 1000);
            assertThat(operations).isLessThan(1000);
        }
    }

    @Test
    void aTruncationIsToldToNobody() throws IOException {
        try (GoServer server = new GoServerBuilder(4).start();
                RawClient client = new RawClient(server.address())) {
            server.append(operation(1, 4));
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            assertThat(client.entries(4)).isEqualTo(server.entries());
            // One that still sends history would not send the numbers again that it has sent.
            Await.until(() -> server.live() == 1, server);
            server.append(operation(2, 1));
            assertThat(client.entries(1).get(0).number()).isEqualTo(4);

            long lengthOfFour = 4096 + 4 * (EntryFormat.HEADER_LENGTH + 8);
            server.truncate(4);
            assertThat(server.header().totalLength()).isEqualTo(lengthOfFour);
            server.append(operation(3, 2));
            assertThat(client.entries(2)).isEqualTo(server.entries().subList(4, 6));
            assertThatThrownBy(() -> server.truncate(6)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aBookmarkPointsAtItsNewestEntry() throws IOException {
        Entry bookmark = new Entry(0, EntryFormat.TYPE_BOOKMARK, new byte[] {7});
        try (GoServer server = new GoServerBuilder(5).start();
                RawClient client = new RawClient(server.address())) {
            server.append(List.of(bookmark, operation(1, 1).get(0), bookmark));
            Command first = new Command.FirstAfterBookmark(1, Bookmark.of((byte) 7));
            client.send(first).expect(Result.OK);
            assertThat(client.entry(EntryFormat.PACKET_QUERIED_ENTRY).type()).isEqualTo(EntryFormat.TYPE_NOT_FOUND);
            server.truncate(2);
            client.send(first).expect(Result.OK);
            assertThat(client.entry(EntryFormat.PACKET_QUERIED_ENTRY).number()).isEqualTo(1);
        }
    }

    @Test
    void whatItDoesNotKnowEndsTheConnectionAfterADelay() throws IOException {
        try (GoServer server =
                        new GoServerBuilder(6).errorDelay(Duration.ofMillis(20)).start();
                RawClient range = new RawClient(server.address());
                RawClient extension = new RawClient(server.address())) {
            Bookmark bookmark = Bookmark.of((byte) 7);
            range.send(new Command.RangeBookmark(1, bookmark, bookmark)).expect(Result.INVALID_COMMAND);
            range.expectAnyEnd();
            extension.send(new Command.Extend(1)).expect(Result.INVALID_COMMAND);
            extension.expectEnd();
        }
    }

    @Test
    void closingItEndsItsConnections() throws IOException {
        GoServer server = new GoServerBuilder(7).start();
        try (RawClient streaming = new RawClient(server.address());
                RawClient idle = new RawClient(server.address())) {
            streaming.send(new Command.Start(1, 0)).expect(Result.OK);
            idle.send(new Command.Header(1)).expect(Result.OK);
            idle.read(38);
            server.close();
            streaming.expectEnd();
            idle.expectEnd();
            assertThat(server.open()).isZero();
        }
    }

    /** Entries of 8 bytes each that are unlike those of any other seed. */
    static List<Entry> operation(int seed, int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new Entry(
                    0, 3, ByteBuffer.allocate(8).putInt(seed).putInt(i).array()));
        }
        return entries;
    }
}
