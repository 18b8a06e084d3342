package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is really full, a small file system in memory: the operation at hand gets a clear error, what is committed is
 * served, and when there is room again it goes on. Nothing is lost. Skipped where a process cannot mount a file system of
 * its own.
 */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
final class FullDiskTest {
    private static final int DISK_MEGABYTES = 24;
    private static final int BALLAST_BYTES = 8 << 20;

    @TempDir
    Path folder;

    @Test
    void aFullDiskCostsTheOperationAtHandAndNothingElse() throws Exception {
        Path folderOfDisk = Files.createDirectory(folder.resolve("disk"));
        SmallDisk disk = new SmallDisk(folderOfDisk, DISK_MEGABYTES);
        assumeTrue(disk.isPossible(), "a file system of its own cannot be mounted here");
        Process writer = SourceProcesses.start(
                disk.wrapper(),
                NumberedWriterProcess.class,
                folder.resolve("errors"),
                folderOfDisk.resolve("stream.bin").toString(),
                "0",
                "1",
                String.valueOf(BALLAST_BYTES));
        try (BufferedReader out = writer.inputReader(StandardCharsets.UTF_8)) {
            String[] ready = out.readLine().split(" ", -1);
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(ready[1]));
            try (NumberedFollower whole = new NumberedFollower(address, true);
                    NumberedFollower plain = new NumberedFollower(address, false)) {
                long full = awaitFull(out, 0);
                assertThat(NumberedOperations.beginningAt(full)).isPositive();
                awaitReceived(full, whole, plain);
                try (NumberedFollower newcomer = new NumberedFollower(address, true)) {
                    awaitReceived(full, newcomer);
                }
                writer.outputWriter(StandardCharsets.UTF_8)
                        .append("there is room\n")
                        .flush();
                long more = awaitFull(out, full);
                assertThat(more).isGreaterThan(full);
                awaitReceived(more, whole, plain);
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    /** Reads what it says until the disk is full; what it had acknowledged until then counts. */
    private long awaitFull(BufferedReader out, long before) throws IOException {
        long acknowledged = before;
        String line = out.readLine();
        while (line != null) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("acknowledged")) {
                acknowledged = Long.parseLong(words[1]);
            } else if (words[0].equals("full")) {
                assertThat(Long.parseLong(words[1])).isGreaterThanOrEqualTo(acknowledged);
                return Long.parseLong(words[1]);
            }
            line = out.readLine();
        }
        throw new AssertionError("it ended: " + Files.readString(folder.resolve("errors")));
    }

    private static void awaitReceived(long total, NumberedFollower... followers) {
        for (NumberedFollower follower : followers) {
            await().atMost(Duration.ofSeconds(60)).until(() -> follower.received() == total);
        }
    }
}
