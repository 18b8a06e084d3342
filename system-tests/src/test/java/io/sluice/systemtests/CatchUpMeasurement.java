package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
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
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast one client catches up, beside a plain sendfile of the same file over loopback. Not a test: it is run by hand,
 * with the command in docs/performance.md.
 */
@EnabledIfSystemProperty(named = "sluice.measure", matches = "true")
final class CatchUpMeasurement {
    private static final int ENTRIES = 5_000_000;
    private static final int DATA_BYTES = 51;
    private static final int ENTRIES_PER_OPERATION = 80_000;
    private static final int ROUNDS = 9;
    private static final int WARM_UP_ROUNDS = 3;

    @TempDir
    Path folder;

    @Test
    void catchUpOfOneClientBesideSendfile() throws Exception {
        Path file = folder.resolve("stream.bin");
        DataStreamOptions options = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(file, options)) {
            write(stream);
            StreamHeader header = stream.getHeader();
            try (StreamServer server = StreamServer.start(
                    ServerOptions.defaults().withPort(0), Map.of(header.streamType(), stream.view()))) {
                double[] floor = new double[ROUNDS];
                double[] ours = new double[ROUNDS];
                for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
                    double sendfile = sendfile(file, header.totalLength() - 4096);
                    double catchUp = catchUp(server.address(), header);
                    if (round >= 0) {
                        floor[round] = sendfile;
                        ours[round] = catchUp;
                    }
                }
                report(floor, ours);
            }
        }
    }

    private static void write(DataStream stream) {
        byte[] data = new byte[DATA_BYTES];
        long start = System.nanoTime();
        for (int number = 0; number < ENTRIES; number += ENTRIES_PER_OPERATION) {
            stream.startAtomicOp();
            for (int i = number; i < Math.min(ENTRIES, number + ENTRIES_PER_OPERATION); i++) {
                data[0] = (byte) i;
                stream.addStreamEntry(3, data);
            }
            stream.commitAtomicOp();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "written: %,.0f entries/s (operations of %,d, never forced)%n",
                ENTRIES / seconds, ENTRIES_PER_OPERATION);
    }

    /** Bytes a second of a plain sendfile to a client that reads and forgets. */
    private static double sendfile(Path file, long length) throws Exception {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Thread sender = new Thread(() -> send(listener, file, length));
            sender.start();
            long start = System.nanoTime();
            try (SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
                long received = 0;
                while (received < length) {
                    received += client.read(buffer.clear());
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            sender.join();
            return length / seconds;
        }
    }

    private static void send(ServerSocketChannel listener, Path file, long length) {
        try (SocketChannel socket = listener.accept();
                FileChannel source = FileChannel.open(file, StandardOpenOption.READ)) {
            long sent = 0;
            while (sent < length) {
                sent += source.transferTo(4096 + sent, length - sent, socket);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Bytes a second of a client that checks each entry's number. */
    private static double catchUp(InetSocketAddress server, StreamHeader header) {
        long start = System.nanoTime();
        try (StreamFollower client = StreamFollower.open(server, FollowFrom.entry(0), FollowOptions.defaults())) {
            long bytes = 0;
            long entries = 0;
            while (entries < header.totalEntries()) {
                EntryBatch batch = client.next(Duration.ofSeconds(10));
                assertThat(batch).as("nothing came for 10 s").isNotNull();
                bytes += batch.byteLength();
                entries += batch.count();
            }
            assertThat(entries).isEqualTo(ENTRIES);
            return bytes / ((System.nanoTime() - start) / 1e9);
        }
    }

    private static void report(double[] floor, double[] ours) {
        double[] ratios = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            ratios[i] = ours[i] / floor[i];
        }
        print("sendfile, GB/s", floor, 1e9);
        print("catch-up, GB/s", ours, 1e9);
        print("catch-up, million entries/s", ours, (17 + DATA_BYTES) * 1e6);
        print("catch-up / sendfile", ratios, 1);
    }

    private static void print(String what, double[] values, double unit) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "%-28s median %.2f, from %.2f to %.2f in %d rounds%n",
                what, sorted[ROUNDS / 2] / unit, sorted[0] / unit, sorted[ROUNDS - 1] / unit, ROUNDS);
    }
}
