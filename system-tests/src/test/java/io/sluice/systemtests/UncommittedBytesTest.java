package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes beyond the committed end, which operations that are open, rolled back or truncated leave there, stay unseen. */
final class UncommittedBytesTest {
    private static final Duration A_MOMENT = Duration.ofMillis(100);
    private static final Bookmark MARK = Bookmark.of((byte) 7);

    @TempDir
    Path folder;

    @Test
    void whatIsNotCommittedIsNeverStreamedNorFound() {
        Path file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(file)) {
            try (StreamServer server =
                            StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()));
                    StreamClient follower = StreamClient.connect(server.address());
                    StreamClient asking = StreamClient.connect(server.address())) {
                commit(stream, 1);
                follower.follow(0);
                assertThat(receive(follower)).isEqualTo(1);

                // Larger than what is kept in memory: its beginning lies in the file already.
                stream.startAtomicOp();
                stream.addStreamBookmark(MARK);
                for (int i = 0; i < 24; i++) {
                    stream.addStreamEntry(2, new byte[1 << 19]);
                }
                assertUnseen(follower, asking);
                stream.rollbackAtomicOp();
                assertUnseen(follower, asking);

                commit(stream, 2);
                assertThat(receive(follower)).isEqualTo(2);
                follower.stop();
                stream.truncate(1);
                follower.follow(1);
                assertUnseen(follower, asking);
            }
        }
        try (DataStream stream = DataStream.open(file);
                StreamServer server =
                        StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()));
                StreamClient follower = StreamClient.connect(server.address());
                StreamClient asking = StreamClient.connect(server.address())) {
            follower.follow(1);
            assertUnseen(follower, asking);
        }
    }

    private static void commit(DataStream stream, int entries) {
        stream.startAtomicOp();
        for (int i = 0; i < entries; i++) {
            stream.addStreamEntry(2, new byte[100]);
        }
        stream.commitAtomicOp();
    }

    private static int receive(StreamClient follower) {
        EntryBatch batch = follower.next(Duration.ofSeconds(10));
        assertThat(batch).isNotNull();
        return batch.count();
    }

    private static void assertUnseen(StreamClient follower, StreamClient asking) {
        assertThat(follower.next(A_MOMENT)).isNull();
        assertThat(asking.header().totalEntries()).isEqualTo(1);
        assertThat(asking.entry(1)).isEmpty();
        assertThat(asking.firstEventAfter(MARK)).isEmpty();
    }
}
