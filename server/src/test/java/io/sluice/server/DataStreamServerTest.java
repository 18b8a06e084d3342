package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server in front of a real stream file. */
class DataStreamServerTest {
    @TempDir
    Path folder;

    private DataStream stream;
    private StreamServer server;

    @BeforeEach
    void open() {
        stream = DataStream.open(
                folder.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
        server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()));
    }

    @AfterEach
    void close() {
        server.close();
        stream.close();
    }

    private void commit(int count, int length, int seed) {
        stream.startAtomicOp();
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[length];
            Arrays.fill(data, (byte) (seed + i));
            stream.addStreamEntry(1 + (seed + i) % 7, data);
        }
        stream.commitAtomicOp();
    }

    private static void follow(TestClient client, long from, long to) throws IOException {
        for (long next = from; next < to; next++) {
            ByteBuffer entry = client.readPacket();
            assertThat(EntryFormat.packetType(entry, 0)).isEqualTo(EntryFormat.PACKET_ENTRY);
            assertThat(EntryFormat.number(entry, 0)).isEqualTo(next);
        }
    }

    @Test
    void historyOverSeveralPagesAndThenLive() throws IOException {
        for (int i = 0; i < 100; i++) {
            commit(20, 3000 + i, i);
        }
        commit(2, EntryFormat.MAX_DATA_LENGTH, 1);
        try (TestClient client = new TestClient(server.address())) {
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            follow(client, 0, 2002);
            for (int i = 0; i < 50; i++) {
                commit(3, 400, i);
                follow(client, 2002 + 3L * i, 2005 + 3L * i);
            }
            stream.startAtomicOp();
            stream.addStreamEntry(9, new byte[5]);
            stream.rollbackAtomicOp();
            client.send(new Command.Stop(1)).expect(Result.OK);
        }
    }

    @Test
    void bookmarksRangesAndTruncation() throws IOException {
        for (int i = 0; i < 10; i++) {
            stream.startAtomicOp();
            stream.addStreamBookmark(Bookmark.of((byte) i));
            stream.addStreamEntry(2, new byte[] {(byte) i});
            stream.commitAtomicOp();
        }
        try (TestClient client = new TestClient(server.address());
                TestClient live = new TestClient(server.address())) {
            client.send(new Command.RangeBookmark(1, Bookmark.of((byte) 3), Bookmark.of((byte) 9)));
            client.expect(Result.OK);
            client.expect(ByteBuffer.allocate(8).putLong(18).array());
            follow(client, 6, 19);
            live.send(new Command.StartBookmark(1, Bookmark.of((byte) 8))).expect(Result.OK);
            follow(live, 16, 20);

            stream.truncate(12);
            live.expectEnd();
            client.send(new Command.StartBookmark(1, Bookmark.of((byte) 9))).expect(Result.BAD_FROM_BOOKMARK);
            client.send(new Command.StartBookmark(1, Bookmark.of((byte) 5))).expect(Result.OK);
            follow(client, 10, 12);
            commit(4, 10, 1);
            follow(client, 12, 16);
        }
    }
}
