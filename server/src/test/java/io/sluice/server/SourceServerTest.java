package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A stream, a server that lets sources write it, and the check that afterwards not a byte outside of the heap is held. */
abstract class SourceServerTest {
    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @TempDir
    Path folder;

    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final List<SourceClient> clients = new ArrayList<>();

    /** What time it is for the server, beside what passes by itself. */
    final AtomicLong skippedNanos = new AtomicLong();

    DataStream stream;
    SourceServer server;

    @BeforeEach
    void open() {
        openStream();
    }

    void openStream() {
        stream = DataStream.open(
                folder.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
    }

    /** With a lease of an hour: time passes only when a test says so. */
    void start() {
        start(options());
    }

    static SourceServerOptions options() {
        return SourceServerOptions.defaults().withLeaseTime(Duration.ofHours(1));
    }

    void start(SourceServerOptions options) {
        start(options, Transport.best());
    }

    void start(SourceServerOptions options, Transport transport) {
        Sweeps clock = new Sweeps(() -> System.nanoTime() + skippedNanos.get(), 1_000_000);
        server = SourceServer.start(options, Map.of(1L, stream), transport, allocator, clock);
    }

    void letPass(Duration time) {
        skippedNanos.addAndGet(time.toNanos());
    }

    SourceClient connect() throws IOException {
        SourceClient client = new SourceClient(server.address());
        clients.add(client);
        return client;
    }

    void restart() {
        server.close();
        stream.close();
        openStream();
        start();
    }

    @AfterEach
    void nothingIsHeldAfterTheClose() throws IOException {
        for (SourceClient client : clients) {
            client.close();
        }
        if (server != null) {
            Await.until(() -> server.connectionCount() == 0);
            server.close();
        }
        stream.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }
}
