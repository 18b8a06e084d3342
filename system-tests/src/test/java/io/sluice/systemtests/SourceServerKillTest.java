package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.storage.DataStream;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed again and again, and started again, while a source in another process writes the mainnet blocks:
 * every operation is in the stream once, in order, and the source notices nothing. 10 kills, 200 when thorough.
 */
@Timeout(3600)
final class SourceServerKillTest {
    private static final int KILLS = Boolean.getBoolean("sluice.thorough") ? 200 : 10;
    private static final int LONGEST_RUN_MILLIS = 1_500;

    @TempDir
    Path folder;

    private Path file;
    private Path errors;

    @Test
    void everyOperationIsInOnceHoweverOftenTheServerIsKilled() throws Exception {
        long seed = Long.getLong("sluice.kill.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        file = folder.resolve("stream.bin");
        errors = folder.resolve("errors");
        Path enough = folder.resolve("enough");
        Running server = startServer(0, random);
        Process writer = SourceProcesses.start(
                BlocksWriter.class, errors, String.valueOf(server.port()), String.valueOf(seed), enough.toString());
        try {
            for (int i = 0; i < KILLS; i++) {
                writer.waitFor(random.nextInt(LONGEST_RUN_MILLIS), TimeUnit.MILLISECONDS);
                assertThat(writer.isAlive()).as(Files.readString(errors)).isTrue();
                server.process().destroyForcibly().waitFor();
                server = startServer(server.port(), random);
            }
            Files.createFile(enough);
            String what = "-Dsluice.kill.seed=" + seed + " " + Files.readString(errors);
            assertThat(writer.waitFor(5, TimeUnit.MINUTES)).as(what).isTrue();
            what += Files.readString(errors);
            assertThat(writer.exitValue()).as(what).isZero();
            String said = new String(writer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            server.process().destroyForcibly().waitFor();
            try (DataStream stream = DataStream.open(file)) {
                BlocksWriter.assertHolds(stream.view(), BlocksWriter.rounds(said), what);
            }
        } finally {
            writer.destroyForcibly().waitFor();
            server.process().destroyForcibly().waitFor();
        }
    }

    private record Running(Process process, int port) {}

    private Running startServer(int port, SplittableRandom random) throws Exception {
        Process process = SourceProcesses.start(
                SourceServerProcess.class,
                errors,
                file.toString(),
                String.valueOf(port),
                String.valueOf(random.nextBoolean()));
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String ready = out.readLine();
        assertThat(ready).as(() -> "the server starts: " + process.info()).isNotNull();
        return new Running(process, Integer.parseInt(ready));
    }
}
