package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Entry;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults of other servers that docs/from-go.md says are not here, over a real file and real sockets. */
class DocsFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofMillis(150);
    private static final int LARGE = 500_000;
    private static final DataStreamOptions OPTIONS =
            DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER).withOperationMemoryBytes(2 << 20);

    @TempDir
    Path folder;

    @Test
    void whatAnOpenOrRolledBackOperationLeftInTheFileIsNotStreamed() throws IOException {
        Path file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(file, OPTIONS);
                StreamServer server = serve(stream);
                StreamClient client = StreamClient.connect(server.address())) {
            commit(stream, 1, 10);
            long end = stream.getHeader().totalLength();
            client.follow(0);
            assertThat(firstOf(client)).isEqualTo(new Entry(0, 1, new byte[10]));

            stream.startAtomicOp();
            for (int i = 0; i < 12; i++) {
                stream.addStreamEntry(2, new byte[LARGE]);
            }
            assertThat(byteAt(file, end)).as("the operation is written ahead").isEqualTo(2);
            assertThat(client.next(SILENCE)).isNull();
            assertAnotherClientSeesNothing(server, 1);
            stream.rollbackAtomicOp();
            assertThat(byteAt(file, end)).as("and stays in the file").isEqualTo(2);
            assertThat(client.next(SILENCE)).isNull();
            assertAnotherClientSeesNothing(server, 1);

            commit(stream, 3, 20);
            assertThat(firstOf(client)).isEqualTo(new Entry(1, 3, new byte[20]));
        }
    }

    @Test
    void whatATruncationLeftInTheFileIsNotStreamed() throws IOException {
        Path file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(file, OPTIONS);
                StreamServer server = serve(stream);
                StreamClient client = StreamClient.connect(server.address())) {
            commit(stream, 1, 10);
            long afterFirst = stream.getHeader().totalLength();
            commit(stream, 2, 10);
            long afterSecond = stream.getHeader().totalLength();
            commit(stream, 3, 10);
            stream.truncate(1);
            assertThat(byteAt(file, afterFirst)).as("hidden from other readers").isZero();
            assertThat(byteAt(file, afterSecond))
                    .as("the third entry is still in the file")
                    .isEqualTo(2);

            client.follow(1);
            assertThat(client.next(SILENCE)).isNull();
            commit(stream, 4, 10);
            assertThat(firstOf(client)).isEqualTo(new Entry(1, 4, new byte[10]));
            assertThat(client.next(SILENCE)).isNull();
        }
    }

    @Test
    void noOperationIsLostAtAServersStart() {
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), OPTIONS)) {
            for (int start = 0; start < 20; start++) {
                try (StreamServer server = serve(stream);
                        StreamClient client = StreamClient.connect(server.address())) {
                    client.follow(start);
                    commit(stream, 1, start);
                    assertThat(firstOf(client)).isEqualTo(new Entry(start, 1, new byte[start]));
                }
            }
        }
    }

    private static StreamServer serve(DataStream stream) {
        return StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()));
    }

    private static void commit(DataStream stream, int type, int length) {
        stream.startAtomicOp();
        stream.addStreamEntry(type, new byte[length]);
        stream.commitAtomicOp();
    }

    private static Entry firstOf(StreamClient client) {
        EntryBatch batch = client.next(PATIENCE);
        assertThat(batch).as("what was committed").isNotNull();
        return batch.iterator().next();
    }

    private static void assertAnotherClientSeesNothing(StreamServer server, long end) {
        try (StreamClient client = StreamClient.connect(server.address())) {
            assertThat(client.header().totalEntries()).isEqualTo(end);
            assertThat(client.entry(end)).isEmpty();
            client.follow(end);
            assertThat(client.next(SILENCE)).isNull();
        }
    }

    private static int byteAt(Path path, long position) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(position);
            return file.read();
        }
    }
}
