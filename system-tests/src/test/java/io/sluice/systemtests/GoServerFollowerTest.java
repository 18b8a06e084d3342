package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.ClientOptions;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamClient;
import io.sluice.client.StreamFollower;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.testing.GoServer;
import io.sluice.testing.GoServer.Fault;
import io.sluice.testing.GoServerBuilder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Followers of a server with the faults of the Go servers: what they give is right, or they stop with the right error. */
final class GoServerFollowerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration CHECK = Duration.ofMillis(100);
    private static final int TYPE = 9;

    private final long seed = Long.getLong("sluice.go.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Set<Long> committedTotals = ConcurrentHashMap.newKeySet();
    private long total;
    private long dueCommittedAt = System.nanoTime();

    private static FollowOptions options(boolean whole) {
        return FollowOptions.defaults()
                .withClient(ClientOptions.defaults().withReplyTimeout(Duration.ofSeconds(2)))
                .withCheckAfter(CHECK)
                .withWholeOperations(whole)
                .withGiveUpAfter(PATIENCE);
    }

    private void append(GoServer server, int operations) {
        for (int i = 0; i < operations; i++) {
            List<Entry> operation = new ArrayList<>();
            int count = 1 + random.nextInt(5);
            for (int k = 0; k < count; k++) {
                operation.add(new Entry(0, TYPE, data(total + k)));
            }
            total += count;
            committedTotals.add(total);
            server.append(operation);
        }
    }

    private static byte[] data(long number) {
        return ByteBuffer.allocate(Long.BYTES + (int) (number % 50))
                .putLong(number)
                .array();
    }

    /** What a follower gives, compared with what was committed. */
    private final class Consumed implements Consumer<EntryBatch> {
        private final CompletableFuture<Void> failure = new CompletableFuture<>();
        private volatile long next;

        /** The number of an entry that was not what was committed; only a plain follower may have one. */
        private volatile long uncommitted = -1;

        private final boolean whole;

        Consumed(boolean whole) {
            this.whole = whole;
        }

        @Override
        public void accept(EntryBatch batch) {
            long due = next;
            for (Entry entry : batch) {
                assertThat(entry.number()).isEqualTo(due);
                if (!entry.equals(new Entry(due, TYPE, data(due)))) {
                    assertThat(whole)
                            .as("whole operations with an entry that is not committed")
                            .isFalse();
                    assertThat(uncommitted).as("one such entry, at the end").isEqualTo(-1);
                    uncommitted = due;
                }
                due++;
            }
            assertThat(!batch.endsOperation() || committedTotals.contains(due))
                    .as("an operation ends before entry %d", due)
                    .isTrue();
            next = due;
        }
    }

    /** Followers of all kinds join while operations are appended; returns when the plain ones have all ended or are complete. */
    private void run(GoServer server, int rounds) {
        append(server, 50);
        for (int round = 0; round < rounds; round++) {
            List<StreamFollower> followers = new ArrayList<>();
            List<Consumed> consumed = new ArrayList<>();
            for (boolean whole : new boolean[] {true, false}) {
                for (Receiving kind : Receiving.values()) {
                    Consumed each = new Consumed(whole);
                    consumed.add(each);
                    StreamFollower follower =
                            StreamFollower.open(server.address(), FollowFrom.entry(0), options(whole));
                    followers.add(follower);
                    kind.begin(follower, each, each.failure);
                }
            }
            for (int i = 0; i < 60; i++) {
                append(server, 1);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            try {
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
                    commitWhatIsDue(server, consumed);
                    assertThat(consumed)
                            .as("seed %d, %s", seed, server)
                            .allMatch(each -> each.failure.isDone() || each.next == total);
                });
                consumed.forEach(this::assertRight);
            } finally {
                followers.forEach(StreamFollower::close);
            }
        }
    }

    /**
     * A plain follower that was given an entry beyond the committed end, and has then lost its connection, tries again
     * until that number is committed: before, nobody can say whether the entry was only early. So that is what comes next.
     */
    private void commitWhatIsDue(GoServer server, List<Consumed> consumed) {
        long now = System.nanoTime();
        if (now - dueCommittedAt > CHECK.toNanos()
                && consumed.stream().anyMatch(each -> !each.failure.isDone() && each.next > total)) {
            dueCommittedAt = now;
            append(server, 1);
        }
    }

    private void assertRight(Consumed each) {
        if (!each.failure.isDone()) {
            assertThat(each.next).isEqualTo(total);
            assertThat(each.uncommitted)
                    .as("an entry that was never noticed, seed %d", seed)
                    .isEqualTo(-1);
            return;
        }
        // Only one reason there is to end: it was given an entry that was not committed, and has noticed that.
        Throwable failure = each.failure.handle((none, thrown) -> thrown).join();
        assertThat(each.uncommitted).as("%s, seed %d", failure, seed).isNotEqualTo(-1);
        assertThat(failure).isInstanceOf(PlaceLost.class);
        if (failure instanceof HistoryDiffers differs) {
            assertThat(differs.firstDifference()).isEqualTo(each.uncommitted);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"REPEAT", "LOSE", "BEYOND_END", "SILENT", "OLD_HEADER", "OPEN_AFTER_INVALID", "CLOSE_AFTER_ERROR"})
    void eachFaultIsLivedWith(Fault fault) {
        try (GoServer server = new GoServerBuilder(seed)
                .with(fault)
                .chance(0.7)
                .errorDelay(Duration.ofMillis(50))
                .broadcastDelay(Duration.ofMillis(3))
                .start()) {
            run(server, 3);
            if (fault != Fault.OPEN_AFTER_INVALID && fault != Fault.CLOSE_AFTER_ERROR && fault != Fault.OLD_HEADER) {
                assertThat(server.count(fault)).as("seed %d, %s", seed, server).isPositive();
            }
        }
    }

    @Test
    void allFaultsTogetherAreLivedWith() {
        try (GoServer server = new GoServerBuilder(seed)
                .with(EnumSet.of(
                        Fault.REPEAT,
                        Fault.LOSE,
                        Fault.BEYOND_END,
                        Fault.SILENT,
                        Fault.NO_COMMANDS_IN_HISTORY,
                        Fault.STUCK_AFTER_ERROR,
                        Fault.PARAMETERS_UNREAD,
                        Fault.WRITE_TIMEOUT,
                        Fault.INACTIVITY,
                        Fault.OLD_HEADER))
                .chance(0.3)
                .errorDelay(Duration.ofMillis(50))
                .writeTimeout(Duration.ofMillis(300))
                .inactivityTimeout(Duration.ofMillis(700))
                .broadcastDelay(Duration.ofMillis(2))
                .start()) {
            run(server, Boolean.getBoolean("sluice.thorough") ? 100 : 5);
        }
    }

    @Test
    void aReaderThatIsCutOffForItsSlownessGoesOn() {
        try (GoServer server = new GoServerBuilder(seed)
                .with(Fault.WRITE_TIMEOUT)
                .writeTimeout(Duration.ofMillis(100))
                .sendBufferBytes(4 << 10)
                .start()) {
            List<Entry> operation = new ArrayList<>();
            for (int i = 0; i < 120; i++) {
                operation.add(new Entry(0, TYPE, new byte[100_000]));
            }
            server.append(operation);
            ClientOptions client = ClientOptions.defaults();
            try (StreamFollower follower = StreamFollower.open(
                    server.address(), FollowFrom.entry(0), options(false).withClient(client))) {
                int next = 0;
                while (next < 120) {
                    if (next == 0) {
                        // The consumer is busy with something else, until the server has lost its patience.
                        await().atMost(PATIENCE).until(() -> server.count(Fault.WRITE_TIMEOUT) > 0);
                    }
                    EntryBatch batch = follower.next(PATIENCE);
                    assertThat(batch).isNotNull();
                    assertThat(batch.firstNumber()).isEqualTo(next);
                    next = (int) batch.lastNumber() + 1;
                }
            }
        }
    }

    @Test
    void aQuietStreamThatIsCutOffGoesOn() {
        try (GoServer server = new GoServerBuilder(seed)
                .with(Fault.INACTIVITY)
                .inactivityTimeout(Duration.ofMillis(150))
                .start()) {
            append(server, 3);
            long before = total;
            try (StreamFollower follower = StreamFollower.open(server.address(), FollowFrom.latest(), options(false))) {
                while (server.count(Fault.INACTIVITY) < 3) {
                    assertThat(follower.next(Duration.ofMillis(100))).isNull();
                }
                append(server, 1);
                EntryBatch batch = follower.next(PATIENCE);
                assertThat(batch).isNotNull();
                assertThat(batch.firstNumber()).isEqualTo(before);
            }
        }
    }

    @Test
    void aSecondConnectionThatIsRefusedDoesNotCostTheFirst() {
        try (GoServer server = new GoServerBuilder(seed)
                .with(Fault.CONNECTION_LIMIT)
                .connectionLimit(1)
                .errorDelay(Duration.ZERO)
                .start()) {
            append(server, 3);
            try (StreamFollower follower = StreamFollower.open(server.address(), FollowFrom.latest(), options(false))) {
                long accepted = server.accepted();
                while (server.count(Fault.CONNECTION_LIMIT) < 3) {
                    assertThat(follower.next(Duration.ofMillis(50))).isNull();
                }
                append(server, 1);
                assertThat(follower.next(PATIENCE)).isNotNull();
                assertThat(server.accepted() - accepted)
                        .as("all connections since were refused ones")
                        .isLessThanOrEqualTo(server.count(Fault.CONNECTION_LIMIT));
            }
        }
    }

    @Test
    void aBookmarkWithNothingAfterItIsNotFound() {
        try (GoServer server =
                new GoServerBuilder(seed).with(Fault.BOOKMARK_OF_BOOKMARK).start()) {
            Bookmark bookmark = Bookmark.fromHex("0102");
            server.append(List.of(
                    new Entry(0, TYPE, new byte[0]), new Entry(0, EntryFormat.TYPE_BOOKMARK, bookmark.toBytes())));
            try (StreamClient client = StreamClient.connect(server.address())) {
                assertThat(client.firstEventAfter(bookmark)).isEmpty();
            }
            assertThat(server.count(Fault.BOOKMARK_OF_BOOKMARK)).isEqualTo(1);
        }
    }
}
