package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.testing.FaultProxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The mainnet blocks, written by a source in a process of its own while the network between it and the server fails all the
 * time: every operation is in the stream once, in order, and the source notices nothing. 200 faults, 5,000 when thorough.
 */
@Timeout(3600)
final class SourceFaultsTest {
    private static final int FAULTS = Boolean.getBoolean("sluice.thorough") ? 5_000 : 200;
    private static final Duration LEASE = Duration.ofMillis(400);
    private static final int SHORT_BYTES = 40_000;
    private static final int LONG_BYTES = 1_500_000;

    @TempDir
    Path folder;

    @Test
    void everyOperationIsInOnceHoweverOftenTheNetworkFails() throws Exception {
        long seed = Long.getLong("sluice.faults.seed", System.nanoTime());
        Path enough = folder.resolve("enough");
        DataStreamOptions unforced = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), unforced);
                SourceServer server =
                        SourceServer.start(SourceServerOptions.defaults().withLeaseTime(LEASE), Map.of(1L, stream));
                FaultProxy up = new FaultProxy.Builder(seed)
                        .maxBytes(SHORT_BYTES)
                        .healthy(0.5, LONG_BYTES)
                        .again()
                        .mirrored()
                        .start(server.address());
                FaultProxy down = new FaultProxy.Builder(seed + 1)
                        .maxBytes(SHORT_BYTES / 100)
                        .healthy(0.5, LONG_BYTES / 100)
                        .again()
                        .start(up.address())) {
            Process writer = SourceProcesses.start(
                    BlocksWriter.class,
                    folder.resolve("errors"),
                    String.valueOf(down.address().getPort()),
                    String.valueOf(seed),
                    enough.toString());
            try {
                while (faults(up) + faults(down) < FAULTS && writer.isAlive()) {
                    writer.waitFor(100, TimeUnit.MILLISECONDS);
                }
                Files.createFile(enough);
                down.stopFaults();
                up.stopFaults();
                String what = "-Dsluice.faults.seed=" + seed + " " + up + " " + down + " "
                        + Files.readString(folder.resolve("errors"));
                assertThat(writer.waitFor(5, TimeUnit.MINUTES)).as(what).isTrue();
                assertThat(writer.exitValue()).as(what).isZero();
                assertThat(faults(up) + faults(down)).as(what).isGreaterThanOrEqualTo(FAULTS);
                String said = new String(writer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                BlocksWriter.assertHolds(stream.view(), BlocksWriter.rounds(said), what);
            } finally {
                writer.destroyForcibly().waitFor();
            }
        }
    }

    private static long faults(FaultProxy proxy) {
        return proxy.counts().values().stream().mapToLong(count -> count).sum();
    }
}
