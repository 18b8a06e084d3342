package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Bookmark;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients join at random moments while operations commit as fast as they can: each receives every entry from where it
 * asked, through the seam between what was there and what is committed, without a gap and without a repeat.
 */
final class SeamTest {
    private static final int JOINS = Boolean.getBoolean("sluice.thorough") ? 100_000 : 2_000;

    /** Each round has a stream of its own, so that the file stays small. */
    private static final int JOINS_A_ROUND = 1_000;

    private static final int JOINERS = 8;
    private static final int TYPE = 7;

    /** How far a client follows beyond the end that it saw when it joined. */
    private static final int BEYOND = 100;

    private static final int DEEPEST = 3_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void eachClientReceivesAGaplessSequenceFromWhereItAsked() throws Exception {
        long seed = Long.getLong("sluice.seam.seed", System.nanoTime());
        int crossed = 0;
        for (int round = 0; round * JOINS_A_ROUND < JOINS; round++) {
            crossed += round(new SplittableRandom(seed + round), seed);
        }
        // Who begins in the past and ends in the future has crossed the seam; and most do.
        assertThat(crossed).as("joins that crossed the seam, seed %d", seed).isGreaterThan(JOINS / 2);
    }

    private int round(SplittableRandom random, long seed) throws Exception {
        Path file = folder.resolve("stream.bin");
        ExecutorService joiners = Executors.newFixedThreadPool(JOINERS);
        AtomicInteger left = new AtomicInteger(JOINS_A_ROUND);
        AtomicInteger crossed = new AtomicInteger();
        try (DataStream stream =
                        DataStream.open(file, DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            List<Future<?>> joining = new ArrayList<>();
            for (int i = 0; i < JOINERS; i++) {
                SplittableRandom own = random.split();
                joining.add(joiners.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        if (join(stream, server.address(), own, seed)) {
                            crossed.incrementAndGet();
                        }
                    }
                }));
            }
            while (joining.stream().anyMatch(one -> !one.isDone())) {
                commit(stream, 1 + random.nextInt(5));
            }
            for (Future<?> one : joining) {
                one.get();
            }
        } finally {
            joiners.shutdownNow();
        }
        Files.delete(file);
        return crossed.get();
    }

    /** A bookmark that names its own entry's number, and entries that hold theirs. */
    private static void commit(DataStream stream, int count) {
        stream.startAtomicOp();
        long number = stream.getHeader().totalEntries();
        stream.addStreamBookmark(Bookmark.of(bytes(number)));
        for (int i = 1; i <= count; i++) {
            stream.addStreamEntry(TYPE, bytes(number + i));
        }
        stream.commitAtomicOp();
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Whether the client has begun before the end that the stream had then, and gone on beyond it. */
    private static boolean join(DataStream stream, InetSocketAddress server, SplittableRandom random, long seed) {
        long end = stream.getHeader().totalEntries();
        FollowFrom from = from(stream, end, random);
        FollowOptions options = FollowOptions.defaults()
                .withWholeOperations(random.nextBoolean())
                // A connection that is lost would be a fault of the server here.
                .withGiveUpAfter(Duration.ZERO);
        try (StreamFollower follower = StreamFollower.open(server, from, options)) {
            long first = -1;
            long next = -1;
            while (next < end + BEYOND) {
                EntryBatch batch = follower.next(PATIENCE);
                assertThat(batch)
                        .as("nothing came after entry %d, from %s, seed %d", next, from, seed)
                        .isNotNull();
                if (next < 0) {
                    first = batch.firstNumber();
                    next = first;
                    if (from instanceof FollowFrom.FromEntry start) {
                        assertThat(first).as("seed %d", seed).isEqualTo(start.number());
                    } else if (from instanceof FollowFrom.FromBookmark start) {
                        assertThat(start.bookmark()).as("seed %d", seed).isEqualTo(Bookmark.of(bytes(first)));
                    }
                }
                next = check(batch, next, seed);
            }
            return first < end;
        }
    }

    private static FollowFrom from(DataStream stream, long end, SplittableRandom random) {
        long back = random.nextInt(4) == 0 ? random.nextInt(DEEPEST) : random.nextInt(20);
        long number = Math.max(0, end - back);
        if (random.nextInt(3) > 0 || number == 0) {
            return FollowFrom.entry(number);
        }
        // The bookmark of the operation before: each has at most 6 entries.
        for (long at = number - 1; at >= 0 && at > number - 7; at--) {
            if (stream.getEntry(at).isBookmark()) {
                return FollowFrom.bookmark(Bookmark.of(bytes(at)));
            }
        }
        throw new AssertionError("No bookmark before entry " + number);
    }

    private static long check(EntryBatch batch, long due, long seed) {
        long next = due;
        while (batch.advance()) {
            if (batch.number() != next || batch.data().getLong() != next) {
                throw new AssertionError("Entry " + next + " was due, but entry " + batch.number() + " with data "
                        + batch.data().getLong() + " came, seed " + seed);
            }
            next++;
        }
        return next;
    }
}
