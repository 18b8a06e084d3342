package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.ClientException;
import io.sluice.client.ClientOptions;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.testing.FaultProxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Between a server and followers of all three kinds the network is cut, reset, stalled, half open and slow at random bytes,
 * while operations commit. Each follower receives each entry once and in order.
 */
final class FollowerFaultsTest {
    private static final boolean THOROUGH = Boolean.getBoolean("sluice.thorough");

    /** Of each kind of follower, in each of the two tests: 312 in all, 10,200 thorough. */
    private static final int FAULTS = THOROUGH ? 1_700 : 52;

    private static final int FOLLOWERS_OF_A_KIND = THOROUGH ? 10 : 4;
    private static final int TYPE = 6;

    /** More than the entries that are compared have: else nobody would ever get further. */
    private static final int MAX_BYTES = 100_000;

    /** The source waits for the slowest, so that all of them are mostly live. */
    private static final int MAX_BEHIND = 30_000;

    private static final long PACE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    private static final Duration PATIENCE = Duration.ofMinutes(THOROUGH ? 30 : 3);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachEntryComesOnceAndInOrder(boolean extensions) throws Exception {
        long seed = Long.getLong("sluice.faults.seed", System.nanoTime());
        Map<Receiving, FaultProxy> proxies = new EnumMap<>(Receiving.class);
        List<Consumed> consumers = new ArrayList<>();
        List<StreamFollower> followers = new ArrayList<>();
        Set<Long> committedTotals = ConcurrentHashMap.newKeySet();
        committedTotals.add(0L);
        try (DataStream stream = DataStream.open(
                        folder.resolve("stream.bin"),
                        DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
                StreamServer server = StreamServer.start(
                        ServerOptions.defaults().withExtensions(extensions), Map.of(1L, stream.view()))) {
            SplittableRandom random = new SplittableRandom(seed);
            for (Receiving kind : Receiving.values()) {
                FaultProxy proxy = new FaultProxy.Builder(random.nextLong())
                        .maxBytes(MAX_BYTES)
                        .healthy(0.1, 10L * MAX_BYTES)
                        .stall(Duration.ofMillis(700))
                        .again()
                        .start(server.address());
                proxies.put(kind, proxy);
                for (int i = 0; i < FOLLOWERS_OF_A_KIND; i++) {
                    Consumed consumed = new Consumed(committedTotals);
                    consumers.add(consumed);
                    StreamFollower follower = open(proxy, i % 2 == 0);
                    followers.add(follower);
                    kind.begin(follower, consumed, consumed.failure);
                }
            }
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (proxies.values().stream().anyMatch(proxy -> faults(proxy) < FAULTS)) {
                long slowest =
                        consumers.stream().mapToLong(each -> each.next).min().orElseThrow();
                if (stream.getHeader().totalEntries() - slowest < MAX_BEHIND) {
                    commit(stream, random, committedTotals);
                }
                LockSupport.parkNanos(PACE_NANOS);
                check(consumers, followers, proxies, seed, deadline);
            }
            proxies.values().forEach(FaultProxy::stopFaults);
            long end = stream.getHeader().totalEntries();
            while (consumers.stream().anyMatch(each -> each.next < end)) {
                LockSupport.parkNanos(PACE_NANOS);
                check(consumers, followers, proxies, seed, deadline);
            }
            assertThat(consumers).as("beyond the end, seed %d", seed).allMatch(each -> each.next == end);
        } finally {
            followers.forEach(StreamFollower::close);
            proxies.values().forEach(FaultProxy::close);
        }
    }

    private static StreamFollower open(FaultProxy proxy, boolean whole) {
        FollowOptions options = FollowOptions.defaults()
                .withClient(ClientOptions.defaults()
                        .withReplyTimeout(Duration.ofSeconds(1))
                        .withConnectTimeout(Duration.ofSeconds(2)))
                .withCheckAfter(Duration.ofMillis(200))
                .withWholeOperations(whole)
                .withGiveUpAfter(PATIENCE);
        while (true) {
            try {
                return StreamFollower.open(proxy.address(), FollowFrom.entry(0), options);
            } catch (ClientException e) {
                // The first connection is tried once, and this one had a fault.
                assertThat(e).isNotInstanceOf(ClientException.PlaceLost.class);
            }
        }
    }

    private static long faults(FaultProxy proxy) {
        return proxy.counts().values().stream().mapToLong(Number::longValue).sum();
    }

    private static void check(
            List<Consumed> consumers,
            List<StreamFollower> followers,
            Map<Receiving, FaultProxy> proxies,
            long seed,
            long deadline) {
        for (Consumed each : consumers) {
            if (each.failure.isCompletedExceptionally()) {
                throw new AssertionError(
                        "A follower failed at entry " + each.next + ", seed " + seed + ", " + proxies.values(),
                        each.failure.handle((none, failure) -> failure).join());
            }
        }
        if (System.nanoTime() - deadline > 0) {
            throw new AssertionError(
                    "Not done in time, seed " + seed + ", " + proxies.values() + ", " + progress(followers));
        }
    }

    private static List<String> progress(List<StreamFollower> followers) {
        return followers.stream()
                .map(follower -> follower.state() + " " + follower.progress())
                .toList();
    }

    private static void commit(DataStream stream, SplittableRandom random, Set<Long> committedTotals) {
        stream.startAtomicOp();
        long number = stream.getHeader().totalEntries();
        int count = 1 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            stream.addStreamEntry(TYPE, data(number + i));
        }
        committedTotals.add(number + count);
        stream.commitAtomicOp();
    }

    /** Of a length that depends on the number. */
    private static byte[] data(long number) {
        return ByteBuffer.allocate(Long.BYTES + (int) (number * 31 % 200))
                .putLong(number)
                .array();
    }

    /** What one follower has received; fails as soon as it is not what is due. */
    private static final class Consumed implements Consumer<EntryBatch> {
        private final CompletableFuture<Void> failure = new CompletableFuture<>();
        private final Set<Long> committedTotals;

        /** Written by the thread that receives. */
        private volatile long next;

        Consumed(Set<Long> committedTotals) {
            this.committedTotals = committedTotals;
        }

        @Override
        public void accept(EntryBatch batch) {
            long due = next;
            while (batch.advance()) {
                if (batch.number() != due || !batch.data().equals(ByteBuffer.wrap(data(due)))) {
                    AssertionError error =
                            new AssertionError("Entry " + due + " was due, but " + batch.number() + " came");
                    failure.completeExceptionally(error);
                    throw error;
                }
                due++;
            }
            if (batch.endsOperation() && !committedTotals.contains(due)) {
                AssertionError error = new AssertionError("No operation ends before entry " + due);
                failure.completeExceptionally(error);
                throw error;
            }
            next = due;
        }
    }
}
