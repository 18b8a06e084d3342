package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamHeader;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
 * A {@code sluice relay} with little memory that is killed again and again while it catches up has in the end what its
 * upstream has, byte for byte, and shows on the way only what was committed. 10 kills in all, 200 when thorough.
 */
@Timeout(3600)
class RelayKillTest {
    private static final boolean THOROUGH = Boolean.getBoolean("sluice.thorough");
    private static final int KILLS = THOROUGH ? 100 : 5;
    private static final int RUN_MILLIS = 1500;

    /** More than the memory of the relay. */
    private static final long HISTORY_BYTES = THOROUGH ? 1L << 30 : 300L << 20;

    private static final int LONGEST_DATA = 4000;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private final CountDownLatch enough = new CountDownLatch(1);
    private final long seed = Long.getLong("sluice.kill.seed", System.nanoTime());

    @AfterEach
    void endWhatWasStarted() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsKilledAgainAndAgainCatchesUp(boolean extensions) throws Exception {
        Path source = folder.resolve("source.bin");
        Path relay = folder.resolve("relay.bin");
        DataStreamOptions unforced = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        Random random = new Random(seed);
        try (DataStream stream = DataStream.open(source, unforced);
                StreamServer server = StreamServer.start(
                        ServerOptions.defaults().withExtensions(extensions), Map.of(1L, stream.view()))) {
            while (stream.getHeader().totalLength() < HISTORY_BYTES) {
                commit(stream, random, 3000);
            }
            Thread writer = new Thread(() -> write(stream, new Random(seed)), "writer");
            writer.start();
            String address = "127.0.0.1:" + server.address().getPort();
            try {
                for (int i = 0; i < KILLS; i++) {
                    Process process = start(relay, address);
                    if (i % 2 == 0) {
                        // As soon as something more is kept: from there it has to go on.
                        String before = kept(relay);
                        readyPort(process);
                        await().atMost(Duration.ofMinutes(1))
                                .pollInterval(Duration.ofMillis(1))
                                .until(() -> !kept(relay).equals(before));
                    } else {
                        process.waitFor(random.nextInt(RUN_MILLIS), TimeUnit.MILLISECONDS);
                    }
                    assertThat(process.isAlive()).as(errors()).isTrue();
                    process.destroyForcibly().waitFor();
                }
            } finally {
                enough.countDown();
                writer.join();
            }
            Process last = start(relay, address);
            int port = readyPort(last);
            StreamHeader end = stream.getHeader();
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(20))
                    .failFast(() -> assertThat(last.isAlive()).as(errors()).isTrue())
                    .until(() -> end.equals(RelayProcess.header(port)));
            last.destroy();
            assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(last.exitValue()).as(errors()).isZero();
            assertGoesOn();
            assertThat(RelayProcess.mismatch(source, relay, end.totalLength()))
                    .as("seed " + seed)
                    .isEqualTo(-1);
        }
    }

    /** How much there is that a killed relay has to find again: what it has published, and what it has kept besides. */
    private static String kept(Path relay) throws IOException {
        Path note = relay.resolveSibling(relay.getFileName() + ".sluice").resolve("kept");
        ByteBuffer bytes = ByteBuffer.allocate(64);
        try (FileChannel channel = FileChannel.open(note)) {
            channel.read(bytes);
        } catch (NoSuchFileException e) {
            // There is none yet, or none any more.
            bytes.clear();
        }
        ByteBuffer header = ByteBuffer.allocate(64);
        if (Files.exists(relay)) {
            try (FileChannel channel = FileChannel.open(relay)) {
                channel.read(header);
            }
        }
        return Arrays.toString(bytes.array()) + Arrays.toString(header.array());
    }

    /** Each run has begun no earlier than the one before it, and not all of them with the first entry. */
    private void assertGoesOn() throws IOException {
        List<Long> begins = RelayProcess.begins(folder.resolve("errors"));
        assertThat(begins).isSorted().last().isNotEqualTo(0L);
        assertThat(begins.stream().distinct().count()).as("%s", begins).isGreaterThan(2);
    }

    private void write(DataStream stream, Random random) {
        try {
            do {
                commit(stream, random, 30);
            } while (!enough.await(2, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void commit(DataStream stream, Random random, int most) {
        stream.startAtomicOp();
        stream.addStreamBookmark(Bookmark.of(ByteBuffer.allocate(Long.BYTES)
                .putLong(stream.nextEntryNumber())
                .array()));
        for (int i = random.nextInt(most); i >= 0; i--) {
            byte[] data = new byte[random.nextInt(LONGEST_DATA)];
            random.nextBytes(data);
            stream.addStreamEntry(2, data);
        }
        stream.commitAtomicOp();
    }

    private Process start(Path file, String address) throws IOException {
        Process process = RelayProcess.start(List.of(), address, file, folder.resolve("errors"));
        started.add(process);
        return process;
    }

    private int readyPort(Process process) throws IOException {
        return RelayProcess.readyPort(process, folder.resolve("errors"));
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors"));
    }
}
