package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.Bookmark;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A {@code sluice follow --resume} that is killed again and again while a writer commits has in the end written what one that
 * nobody disturbed writes. 12 kills in all, 201 when thorough.
 */
@Timeout(1200)
class FollowKillTest {
    private static final int KILLS = Boolean.getBoolean("sluice.thorough") ? 67 : 4;
    private static final int PATIENCE_SECONDS = 120;

    /** About when a virtual machine has started and receives. */
    private static final int START_MILLIS = 1500;

    private static final int RUN_MILLIS = 500;
    private static final int LONGEST_DATA = 2000;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private final CountDownLatch enough = new CountDownLatch(1);
    private Path out;
    private Path place;
    private String address;

    @AfterEach
    void endWhatWasStarted() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json", "raw"})
    void whatIsKilledAgainAndAgainWritesEachEntryOnce(String format) throws Exception {
        out = folder.resolve("out." + format);
        place = folder.resolve("place");
        long seed = Long.getLong("sluice.kill.seed", System.nanoTime());
        DataStreamOptions unforced = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), unforced);
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            address = "127.0.0.1:" + server.address().getPort();
            Thread writer = new Thread(() -> write(stream, new Random(seed)), "writer");
            writer.start();
            try {
                killOftenDuring(format, seed);
            } finally {
                enough.countDown();
                writer.join();
            }
            String end = String.valueOf(stream.getHeader().totalEntries());
            run(
                    "follow",
                    address,
                    "--format",
                    format,
                    "--output",
                    out.toString(),
                    "--resume",
                    place.toString(),
                    "--until",
                    end);
            Path whole = folder.resolve("whole");
            run("follow", address, "--format", format, "--output", whole.toString(), "--until", end);
            assertThat(Files.size(whole)).isGreaterThan(LONGEST_DATA);
            assertThat(Files.mismatch(out, whole))
                    .as("the first byte that is another one; -Dsluice.kill.seed=" + seed)
                    .isEqualTo(-1);
        }
    }

    private void killOftenDuring(String format, long seed) throws Exception {
        Random random = new Random(seed + 1);
        for (int i = 0; i < KILLS; i++) {
            boolean whole = random.nextBoolean();
            Process follow = start(command(
                    "follow",
                    address,
                    "--format",
                    format,
                    "--output",
                    out.toString(),
                    "--resume",
                    place.toString(),
                    whole ? "--whole" : "--give-up-after=1m"));
            // By turns at any moment, its start included, and surely while entries come.
            if (i % 2 == 0) {
                awaitGrowth(follow);
                follow.waitFor(random.nextInt(RUN_MILLIS), TimeUnit.MILLISECONDS);
            } else {
                follow.waitFor(random.nextInt(START_MILLIS), TimeUnit.MILLISECONDS);
            }
            assertThat(follow.isAlive())
                    .as("it ended by itself: " + Files.readString(folder.resolve("errors")))
                    .isTrue();
            follow.destroyForcibly().waitFor();
        }
    }

    /** Until something was written that was not there when the process began: its start cuts the output back at most. */
    private void awaitGrowth(Process follow) throws IOException {
        long before = Files.exists(out) ? Files.size(out) : 0;
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .failFast(() -> assertThat(follow.isAlive())
                        .as("it writes: " + Files.readString(folder.resolve("errors")))
                        .isTrue())
                .until(() -> Files.exists(out) && Files.size(out) > before);
    }

    /** Commits operations of any size at a pace that leaves something to do all the time. */
    private void write(DataStream stream, Random random) {
        byte[] data = new byte[LONGEST_DATA];
        random.nextBytes(data);
        long operation = 0;
        try {
            do {
                stream.startAtomicOp();
                stream.addStreamBookmark(Bookmark.of(
                        ByteBuffer.allocate(Long.BYTES).putLong(operation++).array()));
                for (int i = random.nextInt(30); i >= 0; i--) {
                    byte[] part = new byte[1 << random.nextInt(11)];
                    System.arraycopy(data, random.nextInt(data.length - part.length), part, 0, part.length);
                    stream.addStreamEntry(2, part);
                }
                stream.commitAtomicOp();
            } while (!enough.await(2, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(String... words) throws Exception {
        Process process = start(command(words));
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("errors")))
                .isZero();
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("errors").toFile())
                .start();
        started.add(process);
        return process;
    }

    private static List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main"));
        command.addAll(List.of(words));
        return command;
    }
}
