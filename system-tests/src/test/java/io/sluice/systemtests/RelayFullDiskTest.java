package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.client.ClientException;
import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A relay whose disk is really full serves what it has published, and goes on by itself when there is room again, with what
 * it had kept. Skipped where a process cannot mount a file system of its own.
 */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
final class RelayFullDiskTest {
    private static final int DISK_MEGABYTES = 240;
    private static final int BALLAST_BYTES = 90 << 20;

    /** More than there is room for beside the ballast. */
    private static final long STREAM_BYTES = 180 << 20;

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    private final Set<StreamHeader> committed = new HashSet<>();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFullDiskIsWaitedFor(boolean extensions) throws Exception {
        Path mounted = Files.createDirectory(folder.resolve("disk"));
        SmallDisk disk = new SmallDisk(mounted, DISK_MEGABYTES);
        assumeTrue(disk.isPossible(), "a file system of its own cannot be mounted here");
        Path source = folder.resolve("source.bin");
        Path errors = folder.resolve("errors");
        DataStreamOptions unforced = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(source, unforced);
                StreamServer server = StreamServer.start(
                        ServerOptions.defaults().withExtensions(extensions), Map.of(1L, stream.view()))) {
            commit(stream, 100);
            String address = "127.0.0.1:" + server.address().getPort();
            Process relay =
                    RelayProcess.start(withBallast(disk, mounted), address, mounted.resolve("relay.bin"), errors);
            try {
                int port = RelayProcess.readyPort(relay, errors);
                awaitHeader(relay, port, stream.getHeader());
                while (stream.getHeader().totalLength() < STREAM_BYTES) {
                    commit(stream, 5000);
                }
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> Files.readString(errors).contains("The disk is full"));
                StreamHeader published = RelayProcess.header(port);
                assertThat(committed).contains(published);
                assertServes(port, stream, published.totalEntries());

                Path seen = disk.seenBy(relay);
                Files.delete(seen.resolve("ballast"));
                StreamHeader end = stream.getHeader();
                awaitHeader(relay, port, end);
                assertServes(port, stream, end.totalEntries());
                assertThat(RelayProcess.mismatch(source, seen.resolve("relay.bin"), end.totalLength()))
                        .isEqualTo(-1);
                // Of what could not be published most had been kept.
                assertThat(RelayProcess.begins(errors))
                        .last()
                        .satisfies(last -> assertThat(last).isGreaterThan(end.totalEntries() / 4));
                relay.destroy();
                assertThat(relay.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(relay.exitValue()).as(Files.readString(errors)).isZero();
            } finally {
                relay.destroyForcibly().waitFor();
            }
        }
    }

    private void awaitHeader(Process relay, int port, StreamHeader wanted) {
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptionsInstanceOf(ClientException.class)
                .failFast(() -> assertThat(relay.isAlive())
                        .as(Files.readString(folder.resolve("errors")))
                        .isTrue())
                .until(() -> RelayProcess.header(port).equals(wanted));
    }

    private static List<String> withBallast(SmallDisk disk, Path mounted) {
        List<String> wrapper = new ArrayList<>(disk.wrapper());
        String ballast = "head -c " + BALLAST_BYTES + " /dev/zero > " + mounted.resolve("ballast");
        wrapper.addAll(List.of("sh", "-c", ballast + " && exec \"$0\" \"$@\""));
        return wrapper;
    }

    private void commit(DataStream stream, int count) {
        stream.startAtomicOp();
        stream.addStreamBookmark(Bookmark.of(ByteBuffer.allocate(Long.BYTES)
                .putLong(stream.nextEntryNumber())
                .array()));
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[random.nextInt(4000)];
            random.nextBytes(data);
            stream.addStreamEntry(2, data);
        }
        committed.add(stream.commitAtomicOp());
    }

    private static void assertServes(int port, DataStream stream, long entries) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (StreamClient client = StreamClient.connect(address)) {
            client.follow(0);
            long next = 0;
            while (next < entries) {
                EntryBatch batch = Objects.requireNonNull(client.next(Duration.ofSeconds(10)));
                for (Entry entry : batch) {
                    assertThat(entry).isEqualTo(stream.getEntry(next));
                    next++;
                }
            }
        }
    }
}
