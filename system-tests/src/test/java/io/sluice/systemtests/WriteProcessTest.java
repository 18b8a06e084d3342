package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.Entry;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sluice write} as a process: one that is killed again and again has in the end written its input once. 6 kills, 100
 * when thorough.
 */
@Timeout(1200)
@DisabledOnOs(OS.WINDOWS)
class WriteProcessTest {
    private static final int KILLS = Boolean.getBoolean("sluice.thorough") ? 100 : 6;
    private static final int OPERATIONS = 250 * KILLS;
    private static final int PATIENCE_SECONDS = 120;

    /** About when a virtual machine has started and writes. */
    private static final int START_MILLIS = 1500;

    private static final int RUN_MILLIS = 400;
    private static final int ENDED_BY_TERM = 143;
    private static final DataStreamOptions UNFORCED =
            DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private Path input;
    private Path state;

    @AfterEach
    void endWhatWasStarted() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatIsKilledAgainAndAgainWritesItsInputOnce() throws Exception {
        input = folder.resolve("input");
        state = folder.resolve("state");
        long seed = Long.getLong("sluice.kill.seed", System.nanoTime());
        Random random = new Random(seed);
        long total = writeInput(random);
        List<Entry> expected = expected();
        assertThat(expected).hasSize((int) total);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), UNFORCED)) {
            SourceServer server = serve(stream, 0);
            int port = server.address().getPort();
            for (int i = 0; i < KILLS; i++) {
                Process write = start(256, "write", "127.0.0.1:" + port, input, "--resume", state, "--rate", 300);
                // By turns at any moment, its start included, and surely while it writes.
                if (i % 2 == 0) {
                    awaitGrowth(stream, write);
                    write.waitFor(random.nextInt(RUN_MILLIS), TimeUnit.MILLISECONDS);
                } else {
                    write.waitFor(random.nextInt(START_MILLIS), TimeUnit.MILLISECONDS);
                }
                if (i % 3 == 0) {
                    server.close();
                    server = serve(stream, port);
                    write.waitFor(random.nextInt(RUN_MILLIS), TimeUnit.MILLISECONDS);
                }
                assertThat(write.isAlive())
                        .as("it ended by itself: " + errors())
                        .isTrue();
                write.destroyForcibly().waitFor();
            }
            assertThat(run("write", "127.0.0.1:" + port, input, "--resume", state))
                    .as(errors())
                    .isZero();
            server.close();
            assertThat(entries(stream)).as("-Dsluice.kill.seed=" + seed).isEqualTo(expected);
        }
    }

    /** Operations of any size, some of them empty and some rolled back; how many entries it makes. */
    private long writeInput(Random random) throws IOException {
        long entries = 0;
        int seed = 0;
        try (BufferedWriter lines = Files.newBufferedWriter(input)) {
            for (int i = 0; i < OPERATIONS; i++) {
                int count = random.nextInt(20);
                boolean kept = random.nextInt(10) > 0;
                lines.write("{\"op\":\"start\"}\n");
                for (int entry = 0; entry < count; entry++) {
                    lines.write("{\"op\":\"entry\",\"type\":2,\"length\":" + (1 << random.nextInt(12)) + ",\"seed\":"
                            + seed++ + "}\n");
                }
                lines.write(kept ? "{\"op\":\"commit\"}\n" : "{\"op\":\"rollback\"}\n");
                entries += kept ? count : 0;
            }
        }
        return entries;
    }

    private List<Entry> expected() throws Exception {
        try (DataStream stream = DataStream.open(folder.resolve("expected.bin"), UNFORCED);
                SourceServer server = serve(stream, 0)) {
            int port = server.address().getPort();
            assertThat(run("write", "127.0.0.1:" + port, input)).as(errors()).isZero();
            return entries(stream);
        }
    }

    private static SourceServer serve(DataStream stream, int port) {
        return SourceServer.start(SourceServerOptions.defaults().withPort(port), Map.of(1L, stream));
    }

    private static List<Entry> entries(DataStream stream) {
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < stream.getHeader().totalEntries(); i++) {
            entries.add(stream.getEntry(i));
        }
        return entries;
    }

    private void awaitGrowth(DataStream stream, Process write) {
        long before = stream.getHeader().totalEntries();
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .failFast(() ->
                        assertThat(write.isAlive()).as("it writes: " + errors()).isTrue())
                .until(() -> stream.getHeader().totalEntries() > before);
    }

    @Test
    void whatIsTerminatedEndsInOrderAndSaysHowToGoOn() throws Exception {
        input = folder.resolve("input");
        state = folder.resolve("state");
        writeInput(new Random(1));
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), UNFORCED);
                SourceServer server = serve(stream, 0)) {
            String address = "127.0.0.1:" + server.address().getPort();
            Process write = start(256, "write", address, input, "--resume", state, "--rate", 100);
            awaitGrowth(stream, write);
            terminate(write);
            assertThat(write.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(write.exitValue()).isEqualTo(ENDED_BY_TERM);
            assertThat(errors()).contains("Stopped after line ", "The same command goes on there.");

            // Standard input that says nothing does not keep it. It takes over from whoever looks for it.
            Process waiting = start(256, "write", address, "--takeover");
            awaitLease(address);
            terminate(waiting);
            assertThat(waiting.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(waiting.exitValue()).isEqualTo(ENDED_BY_TERM);
        }
    }

    /** Sends SIGTERM; Process.destroy closes standard input too, which would be an end of its own. */
    private static void terminate(Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-TERM", String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Until somebody has the lease, so that another source does not get it. */
    private void awaitLease(String address) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Path empty = Files.writeString(folder.resolve("empty"), "");
        while (run("write", address, empty) == 0) {
            assertThat(System.nanoTime() < deadline).as("it connects").isTrue();
        }
    }

    @Test
    void anOperationThatIsLargerThanItsMemory() throws Exception {
        input = folder.resolve("input");
        try (BufferedWriter lines = Files.newBufferedWriter(input)) {
            lines.write("{\"op\":\"start\"}\n");
            for (int i = 0; i < 250; i++) {
                lines.write("{\"op\":\"entry\",\"type\":2,\"length\":1000000,\"seed\":" + i + "}\n");
            }
            lines.write("{\"op\":\"commit\"}\n");
        }
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), UNFORCED);
                SourceServer server = serve(stream, 0)) {
            Process write = start(160, "write", "127.0.0.1:" + server.address().getPort(), input);
            assertThat(write.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(write.exitValue()).as(errors()).isZero();
            assertThat(stream.getHeader().totalEntries()).isEqualTo(250);
        }
    }

    private int run(Object... words) throws Exception {
        Process process = start(256, words);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors"));
    }

    private Process start(int megabytes, Object... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + megabytes + "m",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main"));
        for (Object word : words) {
            command.add(word.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("errors").toFile())
                .start();
        started.add(process);
        return process;
    }
}
