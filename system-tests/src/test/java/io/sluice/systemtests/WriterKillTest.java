package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes and serves a stream is killed again and again, at any moment: what it has acknowledged is there, and
 * nothing but whole operations that it has submitted; those who follow it go on across the restarts. 30 kills, 1,000 when
 * thorough.
 */
@Timeout(7200)
final class WriterKillTest {
    private static final int KILLS = Boolean.getBoolean("sluice.thorough") ? 1_000 : 30;
    private static final int LONGEST_RUN_MILLIS = 400;
    private static final int RUNS_BETWEEN_LOOKS = 10;

    @TempDir
    Path folder;

    private final Set<Long> submitted = new HashSet<>();
    private Path file;
    private long acknowledged;
    private int port;

    @Test
    void whatWasAcknowledgedIsThereAndNothingButWholeOperations() throws Exception {
        long seed = Long.getLong("sluice.kill.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        file = folder.resolve("stream.bin");
        submitted.add(0L);
        List<NumberedFollower> followers = new ArrayList<>();
        Process writer = null;
        try {
            for (int i = 0; i < KILLS; i++) {
                writer = start(random.nextLong());
                BufferedReader out = writer.inputReader(StandardCharsets.UTF_8);
                assertStandsWhereItCould(out.readLine(), seed);
                if (followers.isEmpty()) {
                    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
                    followers.add(new NumberedFollower(address, true));
                    followers.add(new NumberedFollower(address, false));
                }
                long shown = acknowledged;
                Reader reader = new Reader(out);
                reader.start();
                if (i % RUNS_BETWEEN_LOOKS == RUNS_BETWEEN_LOOKS - 1) {
                    awaitReceived(shown, followers, seed);
                }
                writer.waitFor(random.nextInt(LONGEST_RUN_MILLIS), TimeUnit.MILLISECONDS);
                assertThat(writer.isAlive()).as(this::errors).isTrue();
                // Not by the process's own function, which closes the pipe with what is in it.
                writer.toHandle().destroyForcibly();
                writer.waitFor();
                reader.join();
            }
            writer = start(random.nextLong());
            assertStandsWhereItCould(writer.inputReader(StandardCharsets.UTF_8).readLine(), seed);
            // It writes on until its output is full, which nobody reads any more.
            assertThat(acknowledged).as("seed %d", seed).isGreaterThan(KILLS);
            awaitReceived(acknowledged, followers, seed);
        } finally {
            followers.forEach(NumberedFollower::close);
            if (writer != null) {
                writer.destroyForcibly().waitFor();
            }
        }
        assertHoldsWholeOperations();
    }

    /** Most runs are over before a follower has come back; in some it has the time. */
    private static void awaitReceived(long entries, List<NumberedFollower> followers, long seed) {
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() ->
                        assertThat(followers).as("seed %d", seed).allMatch(follower -> follower.received() > entries));
    }

    private Process start(long seed) throws Exception {
        return SourceProcesses.start(
                NumberedWriterProcess.class,
                folder.resolve("errors"),
                file.toString(),
                String.valueOf(port),
                String.valueOf(seed),
                "0");
    }

    /** With the totals that it shows when it is ready: none but those that it could have come to. */
    private void assertStandsWhereItCould(String ready, long seed) {
        assertThat(ready).as(this::errors).isNotNull().startsWith("ready ");
        String[] words = ready.split(" ", -1);
        port = Integer.parseInt(words[1]);
        long total = Long.parseLong(words[2]);
        assertThat(total).as("acknowledged is there, seed %d", seed).isGreaterThanOrEqualTo(acknowledged);
        assertThat(submitted)
                .as("only what was submitted is there, seed %d", seed)
                .contains(total);
        // Whatever was not in then is written again, or something else is: the same, as it happens.
        acknowledged = total;
    }

    private String errors() {
        try {
            return Files.readString(folder.resolve("errors"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void assertHoldsWholeOperations() {
        try (DataStream stream = DataStream.open(file)) {
            long total = stream.getHeader().totalEntries();
            long operations = NumberedOperations.beginningAt(total);
            assertThat(operations).as("the stream ends with an operation").isPositive();
            NumberedOperations.Checker checker = new NumberedOperations.Checker();
            for (long number = 0; number < total; number++) {
                assertThat(checker.accept(stream.getEntry(number))).isTrue();
            }
            long first = 0;
            for (long operation = 0; operation < operations; operation++) {
                assertThat(stream.getBookmark(NumberedOperations.bookmark(operation)))
                        .isEqualTo(first);
                first += NumberedOperations.size(operation);
            }
        }
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            assertThat(stream.verify((bytes, total) -> {}).fault()).isEmpty();
        }
    }

    /** Takes what the process says to its last byte: also what it wrote just before it was killed. */
    private final class Reader extends Thread {
        private final BufferedReader out;

        Reader(BufferedReader out) {
            this.out = out;
        }

        @Override
        public void run() {
            out.lines().forEach(line -> {
                String[] words = line.split(" ", -1);
                if (words.length == 2 && words[0].equals("submitting")) {
                    submitted.add(Long.parseLong(words[1]));
                } else if (words.length == 2 && words[0].equals("acknowledged")) {
                    acknowledged = Long.parseLong(words[1]);
                }
            });
        }
    }
}
