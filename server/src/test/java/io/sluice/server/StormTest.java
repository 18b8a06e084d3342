package io.sluice.server;

import static io.sluice.server.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.storage.StreamView;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that come and go in storms, that read a byte now and then, that ask for a cold disk: a source goes on, and so does
 * who reads live.
 */
class StormTest {
    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    private static final int HISTORY_COMMITS = 300;
    private static final int ENTRIES_PER_COMMIT = 100;
    private static final int HISTORY = HISTORY_COMMITS * ENTRIES_PER_COMMIT;
    private static final int STORM_THREADS = 3;
    private static final int VISITS = 1_000;
    private static final int DRIPS = 30;
    private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(800);

    /** How much of the commits of a quiet server are left in a storm at least. Both have the same processors. */
    private static final double LEAST_RATIO = 0.1;

    @TempDir
    Path folder;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final AtomicBoolean committing = new AtomicBoolean(true);
    private final AtomicLong commits = new AtomicLong();

    @Test
    void stormsDripsAndColdReadersHurtNeitherCommitsNorWhoReadsLive() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (DataStream stream = DataStream.open(
                folder.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER))) {
            for (int i = 0; i < HISTORY_COMMITS; i++) {
                commit(stream, ENTRIES_PER_COMMIT, 1000);
            }
            try (StreamServer server = StreamServer.start(
                    ServerOptions.defaults(),
                    Map.of(1L, withColdDisk(stream.view())),
                    Transport.best(),
                    allocator,
                    new Sweeps(System::nanoTime, TimeUnit.MILLISECONDS.toNanos(50)))) {
                TestClient live = new TestClient(server.address());
                live.send(new Command.Start(1, HISTORY)).expect(Result.OK);
                AtomicLong total = new AtomicLong(Long.MAX_VALUE);
                Future<Long> received = threads.submit(() -> follow(live, total));
                Future<?> source = threads.submit(() -> {
                    while (committing.get()) {
                        commit(stream, 3, 100);
                        commits.incrementAndGet();
                    }
                });
                double calm = calmRate();
                List<Future<?>> storm = new ArrayList<>();
                long before = commits.get();
                long began = System.nanoTime();
                for (int i = 0; i < STORM_THREADS; i++) {
                    Random random = new Random(seed + i);
                    storm.add(threads.submit(() -> storm(server, random)));
                }
                Future<?> drips = threads.submit(() -> drip(server, storm));
                for (Future<?> each : storm) {
                    each.get(60, TimeUnit.SECONDS);
                }
                double stormy = (commits.get() - before) * 1e9 / (System.nanoTime() - began);
                drips.get(10, TimeUnit.SECONDS);
                // The storm's last ones are still being said goodbye to; who reads live is the only one left then.
                until(() -> server.connectionCount() == 1 && server.cursorCount() == 1);
                double after = calmRate();
                committing.set(false);
                source.get(10, TimeUnit.SECONDS);
                total.set(stream.getHeader().totalEntries());
                stream.startAtomicOp();
                stream.addStreamEntry(9, new byte[1]);
                stream.commitAtomicOp();
                assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo(total.get() + 1);
                System.out.printf(
                        "commits a second: %.0f calm, %.0f in the storm, %.0f after it%n", calm, stormy, after);
                assertThat(stormy / Math.max(calm, after)).isGreaterThan(LEAST_RATIO);
                live.close();
                until(() -> server.connectionCount() == 0 && server.cursorCount() == 0 && server.heldBytes() == 0);
            }
        } finally {
            committing.set(false);
            threads.shutdownNow();
        }
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    private double calmRate() {
        long before = commits.get();
        long began = System.nanoTime();
        LockSupport.parkNanos(CALM_NANOS);
        return (commits.get() - before) * 1e9 / (System.nanoTime() - began);
    }

    private static void commit(DataStream stream, int count, int length) {
        stream.startAtomicOp();
        for (int i = 0; i < count; i++) {
            stream.addStreamEntry(1, new byte[length]);
        }
        stream.commitAtomicOp();
    }

    /** What was there before the server takes two milliseconds for each read. */
    private StreamView withColdDisk(StreamView view) {
        long cold = view.committed().position();
        return (StreamView) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {StreamView.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("read") && (long) arguments[0] < cold) {
                        LockSupport.parkNanos(2_000_000);
                    }
                    try {
                        return method.invoke(view, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** All entries, up to the one after the total that is told in the end. */
    private static long follow(TestClient live, AtomicLong total) throws IOException {
        long next = HISTORY;
        while (next <= total.get()) {
            ByteBuffer packet = live.readPacket();
            assertThat(EntryFormat.number(packet, 0)).isEqualTo(next);
            next++;
        }
        return next;
    }

    private static Void storm(StreamServer server, Random random) throws IOException {
        for (int i = 0; i < VISITS; i++) {
            try (TestClient visitor = new TestClient(server.address(), random.nextInt(3) == 0 ? 4096 : 0)) {
                if (random.nextInt(10) == 0) {
                    // Gone without a word.
                    continue;
                }
                if (random.nextInt(4) == 0) {
                    visitor.send(new Command.Extend(1)).expect(Result.OK);
                    visitor.readPacket();
                }
                visitor.send(
                        random.nextInt(5) == 0
                                ? new Command.Entry(1, random.nextInt(HISTORY))
                                : new Command.Start(1, random.nextInt(HISTORY)));
                switch (random.nextInt(4)) {
                    case 0 -> visitor.expect(Result.OK);
                    case 1 -> visitor.read(1 + random.nextInt(900));
                    case 2 -> visitor.sendBytes(new byte[random.nextInt(16)]);
                    default -> visitor.socket().setSoLinger(true, 0);
                }
            }
        }
        return null;
    }

    /** Clients that read history a byte at a time, for as long as the storm lasts. */
    private static Void drip(StreamServer server, List<Future<?>> storm) throws IOException {
        List<TestClient> drips = new ArrayList<>();
        for (int i = 0; i < DRIPS; i++) {
            TestClient client = new TestClient(server.address(), 4096);
            client.send(new Command.Start(1, i)).expect(Result.OK);
            drips.add(client);
        }
        while (!storm.stream().allMatch(Future::isDone)) {
            for (TestClient client : drips) {
                client.socket().getInputStream().read();
            }
            LockSupport.parkNanos(10_000_000);
        }
        for (TestClient client : drips) {
            client.close();
        }
        return null;
    }
}
