package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.StreamHeader;
import io.sluice.testing.FaultProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Between a relay and its upstream the network is cut, reset, stalled, half open and slow at random bytes, and the upstream
 * itself is stopped, truncated and grows again. What the relay shows was committed at every moment, and in the end both have
 * the same, and so have the clients that were there all the time.
 */
@Timeout(3600)
class RelayFaultsTest {
    /** Each has a stream and a relay of its own; together, since most of the time they wait. */
    private static final int LANES = 4;

    private static final int ROUNDS = Boolean.getBoolean("sluice.thorough") ? 125 : 5;
    private static final int FAULTS_IN_A_ROUND = 10;
    private static final int CLIENTS = 3;
    private static final int MAX_BYTES = 50_000;
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    @TempDir
    Path folder;

    @Test
    void whateverHappensTheRelayBecomesWhatItsUpstreamIs() throws Exception {
        long seed = Long.getLong("sluice.faults.seed", System.nanoTime());
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<?>> lanes = new ArrayList<>();
            for (int i = 0; i < LANES; i++) {
                Lane lane = new Lane(Files.createDirectory(folder.resolve("lane" + i)), i % 2 == 0, seed + i);
                lanes.add(threads.submit(lane::run));
            }
            for (Future<?> lane : lanes) {
                lane.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("seed " + seed, e.getCause());
        } finally {
            threads.shutdown();
        }
    }

    /** An upstream and the relay behind it. */
    private static final class Lane {
        private final Path folder;
        private final boolean extensions;
        private final Random random;
        private final Set<StreamHeader> shown = ConcurrentHashMap.newKeySet();
        private int history = 1;

        Lane(Path folder, boolean extensions, long seed) {
            this.folder = folder;
            this.extensions = extensions;
            this.random = new Random(seed);
        }

        void run() {
            Path file = folder.resolve("relay.bin");
            try (Upstreaming source = new Upstreaming(folder.resolve("source.bin"), extensions)) {
                source.commit(500, history);
                try (Relay relay = Relay.start(file, Upstreaming.options(source))) {
                    Upstreaming.awaitSame(relay, source.stream.view());
                }
                for (int round = 0; round < ROUNDS; round++) {
                    try {
                        round(source, file);
                    } catch (RuntimeException | AssertionError e) {
                        throw new AssertionError("Round " + round + ", extensions " + extensions, e);
                    }
                }
            }
        }

        private void round(Upstreaming source, Path file) {
            try (FaultProxy proxy = new FaultProxy.Builder(random.nextLong())
                            .maxBytes(MAX_BYTES)
                            .healthy(0.1, 10L * MAX_BYTES)
                            .stall(Duration.ofMillis(300))
                            .again()
                            .start(source.address());
                    Relay relay = Relay.start(file, options(proxy));
                    Watchers clients = new Watchers(relay.address(), CLIENTS)) {
                Upstreaming.collectShown(relay, shown);
                while (faults(proxy) < FAULTS_IN_A_ROUND) {
                    act(source);
                    LockSupport.parkNanos(PACE_NANOS);
                    assertThat(relay.whenHalted()).isNotDone();
                }
                proxy.stopFaults();
                // A stream that became shorter is waited for.
                while (source.stream.getHeader().totalEntries() < relay.status().received()) {
                    source.commit(1 + random.nextInt(50), history);
                }
                Upstreaming.awaitSame(relay, source.stream.view());
                assertThat(source.shown).containsAll(shown);
                clients.awaitSame(source.stream.view());
            }
        }

        private static RelayOptions options(FaultProxy proxy) {
            RelayOptions options = Upstreaming.impatient(RelayOptions.to(proxy.address()));
            return options.withCheckAfter(Duration.ofMillis(100))
                    .withClient(options.client().withReplyTimeout(Duration.ofMillis(250)));
        }

        private void act(Upstreaming source) {
            int dice = random.nextInt(300);
            long entries = source.stream.getHeader().totalEntries();
            if (dice == 0) {
                source.stop();
                source.start();
            } else if (dice == 1) {
                // Within what is compared, so that a server that tells no generations is found out too.
                source.truncate(entries - random.nextInt((int) Math.min(200, entries - 400)));
                history++;
                source.commit(1 + random.nextInt(20), history);
            } else if (entries < 20_000 || dice < 30) {
                source.commit(1 + random.nextInt(30), history);
            }
        }

        private static long faults(FaultProxy proxy) {
            return proxy.counts().values().stream().mapToLong(Number::longValue).sum();
        }
    }
}
