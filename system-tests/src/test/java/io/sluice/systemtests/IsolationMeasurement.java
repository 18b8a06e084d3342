package io.sluice.systemtests;

import io.sluice.client.EntryBatch;
import io.sluice.client.EntryHandler;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Command;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** How long after its commit an operation reaches live clients, without and with others that never read. */
@EnabledIfSystemProperty(named = "sluice.measure", matches = "true")
final class IsolationMeasurement {
    private static final int ROUNDS = 7;
    private static final int LIVE = 10;
    private static final int[] STALLED = {0, 1, 200};
    private static final int OPERATIONS = 2_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int ENTRIES = 4;
    private static final int DATA_BYTES = 120;
    private static final int HISTORY_ENTRIES = 200_000;
    private static final int HISTORY_DATA_BYTES = 1_000;

    @TempDir
    Path folder;

    @Test
    void delayOfOthers() throws Exception {
        try (DataStream stream = DataStream.open(
                        folder.resolve("stream.bin"),
                        DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            stream.startAtomicOp();
            for (int i = 0; i < HISTORY_ENTRIES; i++) {
                stream.addStreamEntry(2, new byte[HISTORY_DATA_BYTES]);
            }
            stream.commitAtomicOp();
            double[][][] micros = new double[STALLED.length][3][ROUNDS];
            for (int round = -1; round < ROUNDS; round++) {
                for (int i = 0; i < STALLED.length; i++) {
                    double[] result = round(stream, server.address(), STALLED[i]);
                    if (round >= 0) { // The first one warms up.
                        for (int k = 0; k < result.length; k++) {
                            micros[i][k][round] = result[k];
                        }
                    }
                }
            }
            for (int i = 0; i < STALLED.length; i++) {
                System.out.printf("%d live clients beside %d that never read:%n", LIVE, STALLED[i]);
                print("delay in the median, µs", micros[i][0]);
                print("delay of the slowest of 100, µs", micros[i][1]);
                print("commit in the median, µs", micros[i][2]);
            }
        }
    }

    private static void print(String what, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "  %-32s median %.0f, from %.0f to %.0f in %d rounds%n",
                what, sorted[ROUNDS / 2], sorted[0], sorted[ROUNDS - 1], ROUNDS);
    }

    /** Delay from the call of commit to the handler, 50th and 99th percentile, and the time of a commit. */
    private static double[] round(DataStream stream, InetSocketAddress server, int stalledCount) throws Exception {
        List<Socket> stalled = new ArrayList<>();
        List<StreamFollower> live = new ArrayList<>();
        List<Receiver> receivers = new ArrayList<>();
        try {
            for (int i = 0; i < stalledCount; i++) {
                stalled.add(stall(server));
            }
            for (int i = 0; i < LIVE; i++) {
                StreamFollower follower = StreamFollower.open(server, FollowFrom.latest(), FollowOptions.defaults());
                live.add(follower);
                Receiver receiver = new Receiver();
                receivers.add(receiver);
                follower.deliverTo(receiver);
            }
            long[] commits = new long[OPERATIONS];
            for (int i = 0; i < OPERATIONS; i++) {
                long start = System.nanoTime();
                stream.startAtomicOp();
                for (int k = 0; k < ENTRIES; k++) {
                    stream.addStreamEntry(
                            3,
                            ByteBuffer.allocate(DATA_BYTES)
                                    .putLong(System.nanoTime())
                                    .array());
                }
                stream.commitAtomicOp();
                commits[i] = System.nanoTime() - start;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            long[] delays = new long[LIVE * OPERATIONS];
            for (int i = 0; i < LIVE; i++) {
                if (!receivers.get(i).done.await(60, TimeUnit.SECONDS)) {
                    throw new AssertionError("A live client is not complete");
                }
                System.arraycopy(receivers.get(i).delays, 0, delays, i * OPERATIONS, OPERATIONS);
            }
            Arrays.sort(delays);
            Arrays.sort(commits);
            return new double[] {
                delays[delays.length / 2] / 1e3, delays[delays.length * 99 / 100] / 1e3, commits[OPERATIONS / 2] / 1e3
            };
        } finally {
            live.forEach(StreamFollower::close);
            for (Socket each : stalled) {
                each.close();
            }
        }
    }

    /** A client that starts at the beginning and then takes nothing. */
    private static Socket stall(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 << 10);
        socket.connect(server);
        Command start = new Command.Start(1, 0);
        ByteBuffer bytes = ByteBuffer.allocate(start.length());
        start.putTo(bytes);
        socket.getOutputStream().write(bytes.array());
        return socket;
    }

    private static final class Receiver implements EntryHandler {
        private final long[] delays = new long[OPERATIONS];
        private final CountDownLatch done = new CountDownLatch(1);
        private int received;

        @Override
        public void onEntries(EntryBatch batch) {
            long now = System.nanoTime();
            while (batch.advance()) {
                if (received % ENTRIES == 0) {
                    delays[received / ENTRIES] = now - batch.data().getLong();
                }
                received++;
            }
            if (received == OPERATIONS * ENTRIES) {
                done.countDown();
            }
        }

        @Override
        public void onFailure(Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
