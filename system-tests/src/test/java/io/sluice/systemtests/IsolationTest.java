package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Command;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that never read hold up neither the source nor a client that does, however many operations wait for them. */
final class IsolationTest {
    private static final int STALLED = 5;
    private static final int COMMITS = 3_000;
    private static final int DATA_BYTES = 20_000;

    @TempDir
    Path folder;

    @Test
    void clientsThatNeverReadDelayNobody() throws Exception {
        try (DataStream stream = DataStream.open(
                        folder.resolve("stream.bin"),
                        DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
                StreamServer server =
                        StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()))) {
            List<Socket> stalled = new ArrayList<>();
            for (int i = 0; i < STALLED; i++) {
                stalled.add(stall(server.address()));
            }
            CompletableFuture<Void> live = CompletableFuture.runAsync(() -> follow(server.address()));
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(stream));
            writing.get(60, TimeUnit.SECONDS);
            live.get(60, TimeUnit.SECONDS);
            for (Socket each : stalled) {
                each.close();
            }
        }
    }

    /** A client that starts and then takes nothing; 60 MB are more than the sockets hold for it. */
    private static Socket stall(InetSocketAddress server) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 << 10);
        socket.connect(server);
        Command start = new Command.Start(1, 0);
        ByteBuffer bytes = ByteBuffer.allocate(start.length());
        start.putTo(bytes);
        socket.getOutputStream().write(bytes.array());
        return socket;
    }

    private static void write(DataStream stream) {
        for (int commit = 0; commit < COMMITS; commit++) {
            stream.startAtomicOp();
            stream.addStreamEntry(2, new byte[DATA_BYTES]);
            stream.commitAtomicOp();
        }
    }

    private static void follow(InetSocketAddress server) {
        try (StreamClient client = StreamClient.connect(server)) {
            client.follow(0);
            long next = 0;
            while (next < COMMITS) {
                EntryBatch batch = client.next(Duration.ofSeconds(30));
                assertThat(batch).as("nothing came after entry %d", next).isNotNull();
                assertThat(batch.firstNumber()).isEqualTo(next);
                next = batch.lastNumber() + 1;
            }
        }
    }
}
