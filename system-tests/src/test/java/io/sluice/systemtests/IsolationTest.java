package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that never reads holds up neither the source nor the ten that do, however many operations wait for it. */
final class IsolationTest {
    private static final int READERS = 10;

    /** Rounds without and with the client that never reads take turns, after a pair that warms up. */
    private static final int PAIRS = 5;

    private static final int COMMITS = 1_000;
    private static final int DATA_BYTES = 5_000;

    /** More than the sockets hold for a client. */
    private static final int HISTORY = 2_000;

    @TempDir
    Path folder;

    @Test
    void theRateOfCommitsDoesNotDependOnAClientThatNeverReads() throws Exception {
        List<StreamFollower> followers = new ArrayList<>();
        try (DataStream stream = DataStream.open(
                        folder.resolve("stream.bin"),
                        DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            commit(stream, HISTORY);
            List<Reader> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                StreamFollower follower = StreamFollower.open(
                        server.address(),
                        FollowFrom.latest(),
                        FollowOptions.defaults().withGiveUpAfter(Duration.ZERO));
                followers.add(follower);
                Reader reader = new Reader(HISTORY);
                readers.add(reader);
                follower.deliverTo(reader);
            }
            double[] ratios = new double[PAIRS];
            for (int pair = -1; pair < PAIRS; pair++) {
                double alone = round(stream, readers);
                double beside;
                try (Socket ignored = stall(server.address())) {
                    beside = round(stream, readers);
                }
                if (pair >= 0) {
                    ratios[pair] = beside / alone;
                }
            }
            Arrays.sort(ratios);
            System.out.printf(
                    "commit rate beside a client that never reads: %.2f of that without, %.2f to %.2f in %d pairs%n",
                    ratios[PAIRS / 2], ratios[0], ratios[PAIRS - 1], PAIRS);
            // It is 1 but for the noise of a shared machine.
            assertThat(ratios[PAIRS / 2]).isGreaterThan(0.6);
        } finally {
            followers.forEach(StreamFollower::close);
        }
    }

    /** Operations a second; returns when all readers have all of them. */
    private static double round(DataStream stream, List<Reader> readers) throws Exception {
        long end = stream.getHeader().totalEntries() + COMMITS;
        List<CompletableFuture<Void>> complete =
                readers.stream().map(reader -> reader.reach(end)).toList();
        long start = System.nanoTime();
        commit(stream, COMMITS);
        double rate = COMMITS / ((System.nanoTime() - start) / 1e9);
        for (CompletableFuture<Void> each : complete) {
            each.get(60, TimeUnit.SECONDS);
        }
        return rate;
    }

    private static void commit(DataStream stream, int count) {
        for (int i = 0; i < count; i++) {
            stream.startAtomicOp();
            stream.addStreamEntry(2, new byte[DATA_BYTES]);
            stream.commitAtomicOp();
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

    private static final class Reader implements EntryHandler {
        private long next;
        private long goal;
        private CompletableFuture<Void> reached = new CompletableFuture<>();

        Reader(long next) {
            this.next = next;
        }

        synchronized CompletableFuture<Void> reach(long newGoal) {
            goal = newGoal;
            reached = new CompletableFuture<>();
            return reached;
        }

        @Override
        public synchronized void onEntries(EntryBatch batch) {
            assertThat(batch.firstNumber()).isEqualTo(next);
            next = batch.lastNumber() + 1;
            if (next == goal) {
                reached.complete(null);
            }
        }

        @Override
        public synchronized void onFailure(Throwable failure) {
            reached.completeExceptionally(failure);
        }
    }
}
