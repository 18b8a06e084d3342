package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.testing.FaultProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The mainnet blocks, written by a source in a process of its own while the network between it and the server fails all the
 * time: every operation is in the stream once, in order, and the source notices nothing. 200 faults, 5,000 when thorough.
 *
 * <p>Four sources share the faults, each with a stream and a network to itself: a connection that is stalled while it is made
 * gets ten seconds before another one is tried, and so they wait at the same time.
 */
@Timeout(3600)
final class SourceFaultsTest {
    private static final int FAULTS = Boolean.getBoolean("sluice.thorough") ? 5_000 : 200;
    private static final int SOURCES = 4;
    private static final Duration LEASE = Duration.ofMillis(400);
    private static final int SHORT_BYTES = 40_000;
    private static final int LONG_BYTES = 1_500_000;

    @TempDir
    Path folder;

    @Test
    void everyOperationIsInOnceHoweverOftenTheNetworkFails() throws Exception {
        long seed = Long.getLong("sluice.faults.seed", System.nanoTime());
        List<Writing> all = new ArrayList<>();
        try {
            for (int i = 0; i < SOURCES; i++) {
                all.add(new Writing(i, seed));
            }
            while (faults(all) < FAULTS && all.stream().allMatch(Writing::isAlive)) {
                all.get(0).writer.waitFor(100, TimeUnit.MILLISECONDS);
            }
            for (Writing writing : all) {
                writing.stopFaults();
            }
            for (Writing writing : all) {
                writing.assertHoldsAll("-Dsluice.faults.seed=" + seed + " " + all);
            }
            assertThat(faults(all)).isGreaterThanOrEqualTo(FAULTS);
        } finally {
            for (Writing writing : all) {
                writing.close();
            }
        }
    }

    private static long faults(List<Writing> all) {
        return all.stream().mapToLong(Writing::faults).sum();
    }

    /** A source, its way to the server, and what the server keeps. */
    private final class Writing implements AutoCloseable {
        private final Path errors;
        private final Path enough;
        private final DataStream stream;
        private final SourceServer server;
        private final FaultProxy up;
        private final FaultProxy down;
        private final Process writer;

        Writing(int index, long seed) throws IOException {
            Path own = Files.createDirectory(folder.resolve("source-" + index));
            errors = own.resolve("errors");
            enough = own.resolve("enough");
            stream = DataStream.open(
                    own.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
            server = SourceServer.start(SourceServerOptions.defaults().withLeaseTime(LEASE), Map.of(1L, stream));
            long first = seed + 2L * index;
            up = new FaultProxy.Builder(first)
                    .maxBytes(SHORT_BYTES)
                    .healthy(0.5, LONG_BYTES)
                    .again()
                    .mirrored()
                    .start(server.address());
            down = new FaultProxy.Builder(first + 1)
                    .maxBytes(SHORT_BYTES / 100)
                    .healthy(0.5, LONG_BYTES / 100)
                    .again()
                    .start(up.address());
            writer = SourceProcesses.start(
                    BlocksWriter.class,
                    errors,
                    String.valueOf(down.address().getPort()),
                    String.valueOf(first),
                    enough.toString());
        }

        boolean isAlive() {
            return writer.isAlive();
        }

        long faults() {
            return Stream.of(up, down)
                    .flatMap(proxy -> proxy.counts().values().stream())
                    .mapToLong(count -> count)
                    .sum();
        }

        void stopFaults() throws IOException {
            Files.createFile(enough);
            down.stopFaults();
            up.stopFaults();
        }

        void assertHoldsAll(String run) throws Exception {
            assertThat(writer.waitFor(5, TimeUnit.MINUTES)).as(run).isTrue();
            String what = run + " " + Files.readString(errors);
            assertThat(writer.exitValue()).as(what).isZero();
            String said = new String(writer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            BlocksWriter.assertHolds(stream.view(), BlocksWriter.rounds(said), what);
        }

        @Override
        public String toString() {
            return up + " " + down;
        }

        @Override
        public void close() throws InterruptedException {
            writer.destroyForcibly().waitFor();
            down.close();
            up.close();
            server.close();
            stream.close();
        }
    }
}
