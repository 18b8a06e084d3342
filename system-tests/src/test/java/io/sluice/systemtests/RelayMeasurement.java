package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.server.relay.Relay;
import io.sluice.server.relay.RelayOptions;
import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.storage.StreamListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How fast a relay catches up, and how much later it publishes an operation than its upstream. Not a test: it is run by
 * hand, with the command in docs/performance.md.
 */
@EnabledIfSystemProperty(named = "sluice.measure", matches = "true")
final class RelayMeasurement {
    private static final int ENTRIES = 5_000_000;
    private static final int DATA_BYTES = 51;
    private static final int ENTRIES_PER_OPERATION = 80_000;
    private static final int ROUNDS = 5;
    private static final int OPERATIONS = 5_000;
    private static final int ENTRIES_PER_BLOCK = 4;
    private static final long PACE_NANOS = TimeUnit.SECONDS.toNanos(1) / 500;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void catchUpAndDelay(boolean extensions) throws Exception {
        DataStreamOptions unforced = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(folder.resolve("source.bin"), unforced);
                StreamServer server = StreamServer.start(
                        ServerOptions.defaults().withExtensions(extensions), Map.of(1L, stream.view()))) {
            while (stream.getHeader().totalEntries() < ENTRIES) {
                commit(stream, ENTRIES_PER_OPERATION);
            }
            long entries = stream.getHeader().totalEntries();
            RelayOptions options = RelayOptions.to(server.address());
            double[] rates = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                long began = System.nanoTime();
                try (Relay relay = Relay.start(folder.resolve("relay" + round + ".bin"), options)) {
                    await(relay, entries);
                    rates[round] = entries / ((System.nanoTime() - began) / 1e9);
                }
            }
            Arrays.sort(rates);
            System.out.printf(
                    "extensions %b: catch-up %,.0f entries/s in the median, %,.0f to %,.0f%n",
                    extensions, rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1]);
            try (Relay relay = Relay.start(folder.resolve("relay0.bin"), options)) {
                await(relay, entries);
                delay(stream, relay, extensions);
            }
        }
    }

    private static void delay(DataStream stream, Relay relay, boolean extensions) throws InterruptedException {
        long first = stream.getHeader().totalEntries();
        long[] committed = new long[OPERATIONS];
        long[] arrived = new long[OPERATIONS];
        CountDownLatch all = new CountDownLatch(1);
        relay.view().addListener(new StreamListener() {
            private int next;

            @Override
            public void committed(Committed now) {
                long time = System.nanoTime();
                int published = (int) (now.entries() - first) / ENTRIES_PER_BLOCK;
                while (next < published) {
                    arrived[next++] = time;
                }
                if (next == OPERATIONS) {
                    all.countDown();
                }
            }

            @Override
            public void historyChanged(Committed now) {}
        });
        long due = System.nanoTime();
        for (int i = 0; i < OPERATIONS; i++) {
            due += PACE_NANOS;
            LockSupport.parkNanos(due - System.nanoTime());
            committed[i] = System.nanoTime();
            commit(stream, ENTRIES_PER_BLOCK);
        }
        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        double[] micros = new double[OPERATIONS - OPERATIONS / 10];
        for (int i = 0; i < micros.length; i++) {
            int operation = i + OPERATIONS / 10;
            micros[i] = (arrived[operation] - committed[operation]) / 1e3;
        }
        Arrays.sort(micros);
        System.out.printf(
                "extensions %b: delay of a hop at 500 operations/s, commit included: %,.0f us in the median, %,.0f us for"
                        + " 99 of 100%n",
                extensions, micros[micros.length / 2], micros[micros.length * 99 / 100]);
    }

    private static void await(Relay relay, long entries) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (relay.view().committed().entries() < entries) {
            assertThat(System.nanoTime() - deadline).isNegative();
            LockSupport.parkNanos(100_000);
        }
    }

    private static void commit(DataStream stream, int count) {
        byte[] data = new byte[DATA_BYTES];
        stream.startAtomicOp();
        for (int i = 0; i < count; i++) {
            data[0] = (byte) i;
            stream.addStreamEntry(3, data);
        }
        stream.commitAtomicOp();
    }
}
