package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.sluice.storage.StreamView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** A server, its clients, and the check that afterwards not a byte of memory outside of the heap is held. */
abstract class ServerTest {
    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    final FakeStream stream = new FakeStream();
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final List<TestClient> clients = new ArrayList<>();
    StreamServer server;

    void start() {
        start(ServerOptions.defaults());
    }

    void start(ServerOptions options) {
        start(options, Map.of(1L, stream), Transport.best());
    }

    void start(ServerOptions options, Map<Long, StreamView> streams, Transport transport) {
        start(options, streams, transport, Sweeps.every(options.stallTimeout()));
    }

    void start(ServerOptions options, Map<Long, StreamView> streams, Transport transport, Sweeps sweeps) {
        server = StreamServer.start(options, streams, transport, allocator, sweeps);
    }

    TestClient connect() throws IOException {
        return connect(0);
    }

    TestClient connect(int receiveBufferLength) throws IOException {
        TestClient client = new TestClient(server.address(), receiveBufferLength);
        clients.add(client);
        return client;
    }

    @AfterEach
    void nothingIsHeldAfterTheClose() throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
        if (server != null) {
            // Those that the test closed itself, too: what was held for a client goes when its connection does.
            Await.until(() -> server.connectionCount() == 0 && server.cursorCount() == 0 && server.heldBytes() == 0);
            server.close();
            assertThat(server.connectionCount()).isZero();
        }
        assertThat(stream.listenerCount()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }
}
