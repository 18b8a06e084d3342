package io.sluice.client;

import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.PATIENCE;
import static io.sluice.client.Follow.answerEntry;
import static io.sluice.client.Follow.answerHeader;
import static io.sluice.client.Follow.entry;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.plain;
import static io.sluice.client.Follow.start;
import static io.sluice.client.Follow.takeUpTo;
import static io.sluice.client.Follow.unmarked;
import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing is handed out before the server has shown that it is committed. */
@Timeout(60)
final class FollowerWholeOperationsTest {
    private static final FollowOptions WHOLE = FollowOptions.defaults().withWholeOperations(true);
    private static final Duration SHORT = Duration.ofMillis(50);

    private static void expectBatch(StreamFollower follower, long first, long last, boolean ends) {
        EntryBatch batch = follower.next(PATIENCE);
        assertThat(batch).isNotNull();
        assertThat(batch.entries()).isEqualTo(plain(first, last));
        assertThat(batch.endsOperation()).isEqualTo(ends);
    }

    @Test
    void batchesEndWhereMarksSayThatOperationsEnd() throws IOException {
        CountDownLatch goOn = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 6, OLD, 0, mark(3, OLD), entries(0, 2), mark(6, OLD), entries(3, 4));
                    goOn.await();
                    session.send(entries(5, 5));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            expectBatch(follower, 0, 2, true);
            expectBatch(follower, 3, 4, false);
            assertThat(follower.next(SHORT)).isNull();
            goOn.countDown();
            expectBatch(follower, 5, 5, true);
        }
    }

    /** In history the stream's end is far ahead, and moves. */
    @Test
    void batchesEndAtOperationsOnTheWayToTheEnd() throws IOException {
        byte[][] stream = {
            mark(100, OLD, 3), entries(0, 4), mark(120, OLD, 6), entries(5, 7), mark(130, OLD, 10), entries(8, 9)
        };
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 100, OLD, 0, stream);
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            expectBatch(follower, 0, 2, true);
            expectBatch(follower, 3, 4, false);
            expectBatch(follower, 5, 5, true);
            expectBatch(follower, 6, 7, false);
            expectBatch(follower, 8, 9, true);
            assertThat(follower.progress().behindBy()).isEqualTo(120);
        }
    }

    @Test
    void whatIsBeyondTheMarkWaitsForTheMarkThatComesBehindIt() throws IOException {
        CountDownLatch goOn = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 5, OLD, 0, mark(5, OLD), entries(0, 7));
                    goOn.await();
                    session.sendByteByByte(mark(7, OLD), mark(8, OLD), mark(10, OLD), entries(8, 9));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            expectBatch(follower, 0, 4, true);
            assertThat(follower.next(SHORT)).isNull();
            goOn.countDown();
            takeUpTo(follower, 5, 9);
        }
    }

    @Test
    void aMarkOfAnotherHistoryBehindWhatWaitsLeadsToAComparison() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 2), mark(3, Follow.NEW));
                            session.awaitClose();
                        },
                        session -> {
                            Follow.extend(session, 3, Follow.NEW);
                            answerHeader(session, 3);
                            session.expect(new Command.Unchanged(1, OLD));
                            session.send(ScriptedServer.ok(), ScriptedServer.u64(2));
                            Follow.start(session, 0, mark(3, Follow.NEW), entries(0, 1));
                            session.send(ScriptedServer.entry(2, 8, hex("ee")));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            takeUpTo(follower, 0, 1);
            assertThat(Follow.take(follower, 1)).containsExactly(new Entry(2, 8, hex("ee")));
        }
    }

    @Test
    void aConnectionThatIsMadeAgainGoesOnThoughMoreIsWholeThanIsCompared() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 2)), session -> {
                            // More than a window holds, so that what was compared would be overwritten.
                            marked(session, 1000, OLD, 0, mark(1000, OLD), entries(0, 999));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            takeUpTo(follower, 0, 2);
            takeUpTo(follower, 3, 999);
        }
    }

    @Test
    void anEntryBeyondTheHeadersTotalIsHeldBack() throws IOException {
        CountDownLatch committed = new CountDownLatch(1);
        AtomicInteger headers = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            answerHeader(session, 3);
                            answerEntry(session, entry(2));
                            start(session, 0, entries(0, 3));
                            session.awaitClose();
                        },
                        session -> {
                            while (committed.getCount() > 0) {
                                answerHeader(session, 3);
                                headers.incrementAndGet();
                            }
                            answerHeader(session, 4);
                            answerEntry(session, entry(3));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            expectBatch(follower, 0, 2, true);
            assertThat(follower.next(Duration.ofMillis(300))).isNull();
            assertThat(headers.get()).as("headers asked for, ever more seldom").isBetween(1, 12);
            committed.countDown();
            expectBatch(follower, 3, 3, true);
        }
    }

    @Test
    void whatIsHeldBackDoesNotHoldTheCallerBeyondItsTimeout() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            answerHeader(session, 1);
                            answerEntry(session, entry(0));
                            start(session, 0, entries(0, 1));
                            session.awaitClose();
                        },
                        session -> {
                            while (session.expectUnlessClosed(new Command.Header(1))) {
                                session.send(ScriptedServer.ok(), Follow.header(1));
                            }
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            expectBatch(follower, 0, 0, true);
            // Long enough for the pauses between two questions to become half a second.
            assertThat(follower.next(Duration.ofMillis(1500))).isNull();
            long longest = 0;
            for (int i = 0; i < 30; i++) {
                long begin = System.nanoTime();
                assertThat(follower.next(Duration.ofMillis(5))).isNull();
                longest = Math.max(longest, System.nanoTime() - begin);
            }
            assertThat(TimeUnit.NANOSECONDS.toMillis(longest)).isLessThan(250);
        }
    }

    @Test
    void ofAnEntryThatCameTwiceTheCommittedOneIsHandedOut() throws IOException {
        byte[] uncommitted = ScriptedServer.entry(3, 7, hex("0bad"));
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            answerHeader(session, 3);
                            answerEntry(session, entry(2));
                            start(session, 0, entries(0, 2), uncommitted, entries(3, 5));
                            session.awaitClose();
                        },
                        session -> {
                            answerHeader(session, 6);
                            answerEntry(session, entry(5));
                            answerEntry(session, entry(3));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            expectBatch(follower, 0, 2, true);
            expectBatch(follower, 3, 5, true);
        }
    }

    @Test
    void anUncommittedEntryAtTheEndOfABatchIsLeftOut() throws IOException {
        byte[] uncommitted = ScriptedServer.entry(5, 7, hex("0bad"));
        CountDownLatch dropped = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 3, 3, entries(3, 4), uncommitted);
                            dropped.await();
                            session.send(entries(5, 6));
                            session.awaitClose();
                        },
                        session -> {
                            answerHeader(session, 6);
                            answerEntry(session, entry(5));
                            dropped.countDown();
                            answerHeader(session, 7);
                            answerEntry(session, entry(6));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(3), WHOLE)) {
            expectBatch(follower, 3, 4, false);
            expectBatch(follower, 5, 5, true);
            expectBatch(follower, 6, 6, true);
        }
    }

    /** It was truncated and has grown between its header and its stream: what the header counted is no end there. */
    @Test
    void whatTheHeaderCountedIsNoEndOfAnotherHistory() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            answerHeader(session, 3);
                            session.expect(new Command.Entry(1, 2));
                            session.send(ScriptedServer.ok(), ScriptedServer.queried(2, 7, hex("01d0")));
                            start(session, 0, entries(0, 4));
                            session.awaitClose();
                        },
                        session -> {
                            answerHeader(session, 5);
                            answerEntry(session, entry(4));
                            start(session, 0, entries(0, 4));
                            session.awaitClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            expectBatch(follower, 0, 4, true);
        }
    }

    @Test
    void aBufferFullOfWhatIsHeldBackCostsNoProcessorTime() throws IOException {
        byte[] large = new byte[1 << 16];
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 0, 0);
                            for (int number = 0; number < 17; number++) {
                                session.send(ScriptedServer.entry(number, 7, large));
                            }
                            session.awaitClose();
                        },
                        session -> {
                            while (over.getCount() > 0) {
                                answerHeader(session, 0);
                            }
                            answerHeader(session, 1);
                            answerEntry(session, new Entry(0, 7, large));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), WHOLE)) {
            // The first pauses are short, and the buffer fills.
            assertThat(follower.next(Duration.ofMillis(500))).isNull();
            long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            assertThat(follower.next(Duration.ofSeconds(2))).isNull();
            long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
            assertThat(TimeUnit.NANOSECONDS.toMillis(spent)).isLessThan(200);
            over.countDown();
            EntryBatch batch = follower.next(PATIENCE);
            assertThat(batch.entries()).containsExactly(new Entry(0, 7, large));
        }
    }
}
