package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand clients live, or five thousand, and twenty that catch up at the same time: all get all of it. */
final class ManyClientsTest {
    private static final int LIVE_CLIENTS = Boolean.getBoolean("sluice.thorough") ? 5_000 : 1_000;
    private static final int CATCHING_UP = 20;
    private static final int HISTORY_ENTRIES = 60_000;
    private static final int COMMITS = 100;
    private static final int RESULT_LENGTH = 11;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    @TempDir
    Path folder;

    @Test
    void everyClientReceivesEveryEntryOnceInOrder() throws Exception {
        try (DataStream stream = DataStream.open(
                        folder.resolve("stream.bin"),
                        DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
                StreamServer server =
                        StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()));
                Selector selector = Selector.open()) {
            stream.startAtomicOp();
            for (int i = 0; i < HISTORY_ENTRIES; i++) {
                stream.addStreamEntry(2, new byte[1_000]);
            }
            stream.commitAtomicOp();
            byte[] wire = wire();
            List<Live> live = new ArrayList<>();
            for (int i = 0; i < LIVE_CLIENTS; i++) {
                live.add(new Live(server, selector));
            }
            List<CompletableFuture<Void>> catchingUp = new ArrayList<>();
            for (int i = 0; i < CATCHING_UP; i++) {
                catchingUp.add(CompletableFuture.runAsync(() -> catchUp(server)));
            }
            for (int commit = 0; commit < COMMITS; commit++) {
                stream.startAtomicOp();
                stream.addStreamEntry(3, data(commit));
                stream.commitAtomicOp();
            }
            receive(selector, wire);
            for (Live client : live) {
                client.channel.close();
            }
            CompletableFuture.allOf(catchingUp.toArray(new CompletableFuture<?>[0]))
                    .join();
        }
    }

    private static byte[] data(int commit) {
        byte[] data = new byte[400];
        data[0] = (byte) commit;
        return data;
    }

    /** What each live client is to receive: the result of its start, then the entries of all commits. */
    private static byte[] wire() {
        ByteBuffer wire = ByteBuffer.allocate(RESULT_LENGTH + COMMITS * (EntryFormat.HEADER_LENGTH + 400));
        Result.OK.putTo(wire);
        for (int commit = 0; commit < COMMITS; commit++) {
            EntryFormat.put(wire, EntryFormat.PACKET_ENTRY, 3, HISTORY_ENTRIES + (long) commit, data(commit));
        }
        return wire.array();
    }

    private static final class Live {
        private final SocketChannel channel;
        private final ByteBuffer received;

        Live(StreamServer server, Selector selector) throws IOException {
            channel = SocketChannel.open(server.address());
            received = ByteBuffer.allocate(wire().length + 1);
            Command start = new Command.Start(1, HISTORY_ENTRIES);
            ByteBuffer bytes = ByteBuffer.allocate(start.length());
            start.putTo(bytes);
            channel.write(bytes.flip());
            // From here on it is surely live.
            while (received.position() < RESULT_LENGTH) {
                channel.read(received);
            }
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }
    }

    private static void receive(Selector selector, byte[] wire) throws IOException {
        int complete = 0;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (complete < LIVE_CLIENTS) {
            assertThat(System.nanoTime())
                    .as("%d clients are complete", complete)
                    .isLessThan(deadline);
            selector.select(1_000);
            for (SelectionKey key : selector.selectedKeys()) {
                Live client = (Live) key.attachment();
                assertThat(client.channel.read(client.received))
                        .as("closed by the server")
                        .isNotNegative();
                if (client.received.position() >= wire.length) {
                    assertThat(client.received.flip()).isEqualTo(ByteBuffer.wrap(wire));
                    key.cancel();
                    complete++;
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private static void catchUp(StreamServer server) {
        try (StreamClient client = StreamClient.connect(server.address())) {
            client.follow(0);
            long next = 0;
            while (next < HISTORY_ENTRIES + COMMITS) {
                EntryBatch batch = client.next(Duration.ofSeconds(30));
                assertThat(batch).as("nothing came after entry %d", next).isNotNull();
                assertThat(batch.firstNumber()).isEqualTo(next);
                next = batch.lastNumber() + 1;
            }
        }
    }
}
