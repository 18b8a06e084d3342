package io.sluice.client;

import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.answerHeader;
import static io.sluice.client.Follow.impatient;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.takeUpTo;
import static io.sluice.client.Follow.unmarked;
import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.ClientException.TimedOut;
import io.sluice.core.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that says nothing has nothing to say, or is given up. */
@Timeout(60)
final class FollowerSilenceTest {
    private final List<String> reasons = new CopyOnWriteArrayList<>();

    private final FollowOptions impatient = impatient().withListener(new FollowerListener() {
        @Override
        public void stateChanged(FollowerState state, @Nullable ClientException because) {
            if (because != null) {
                reasons.add(because.getClass().getSimpleName() + ": " + because.getMessage());
            }
        }
    });

    @Test
    void aServerWithMarksThatAnswersStays() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1));
                    for (int i = 0; i < 4; i++) {
                        session.expect(hex("536c756963650003 0000000000000001"));
                        session.send(mark(2, OLD));
                    }
                    session.send(mark(3, OLD), entries(2, 2));
                    session.awaitClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0), impatient)) {
            takeUpTo(follower, 0, 2);
            assertThat(reasons).isEmpty();
        }
    }

    @Test
    void aServerWithMarksThatDoesNotAnswerIsGivenUp() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1));
                            session.expect(new Command.Mark(1));
                            session.expectClose();
                        },
                        session -> {
                            marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 2));
                            session.awaitClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), impatient)) {
            takeUpTo(follower, 0, 2);
            assertThat(reasons)
                    .containsExactly(
                            "TimedOut: The server was given up: it did not answer within 300 ms, while entry 2 "
                                    + "was due.");
        }
    }

    @Test
    void anAnswerThatNobodyReadForALongTimeIsAnAnswer() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1));
                    session.expect(new Command.Mark(1));
                    session.send(mark(2, OLD));
                    answered.countDown();
                    session.awaitClose();
                });
                StreamFollower follower = open(
                        server,
                        FollowFrom.entry(0),
                        // It asks at once, and the time for the answer is over before anybody looks.
                        FollowOptions.defaults()
                                .withClient(ClientOptions.defaults().withReplyTimeout(Duration.ofMillis(400)))
                                .withCheckAfter(Duration.ofNanos(1))
                                .withGiveUpAfter(Duration.ZERO))) {
            takeUpTo(follower, 0, 1);
            follower.next(Duration.ZERO);
            answered.await();
            long waitedUntil = System.nanoTime() + Duration.ofMillis(500).toNanos();
            while (System.nanoTime() < waitedUntil) {
                Thread.onSpinWait();
            }
            assertThat(follower.next(Duration.ZERO)).isNull();
            assertThat(follower.state()).isEqualTo(FollowerState.FOLLOWING);
        }
    }

    @Test
    void aServerWithoutMarksWhoseHeaderIsAheadTwiceIsGivenUp() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 2, 0, entries(0, 1));
                            session.expectClose();
                        },
                        session -> {
                            answerHeader(session, 3);
                            session.expectClose();
                        },
                        session -> {
                            answerHeader(session, 3);
                            session.expectClose();
                        },
                        session -> {
                            unmarked(session, 3, 0, entries(0, 2));
                            session.awaitClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), impatient)) {
            takeUpTo(follower, 0, 2);
            assertThat(reasons)
                    .containsExactly(
                            "TimedOut: The server was given up: it sends nothing, while entry 2 is due and it has "
                                    + "3 entries.");
        }
    }

    @Test
    void aServerWithoutMarksWhoseHeaderIsEqualStays() throws IOException {
        CountDownLatch asked = new CountDownLatch(4);
        ScriptedServer.Script equal = session -> {
            answerHeader(session, 2);
            asked.countDown();
            session.expectClose();
        };
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 2, 0, entries(0, 1));
                            asked.await();
                            session.send(entries(2, 2));
                            session.awaitClose();
                        },
                        equal,
                        equal,
                        equal,
                        equal);
                StreamFollower follower = open(server, FollowFrom.entry(0), impatient)) {
            takeUpTo(follower, 0, 2);
            assertThat(reasons).isEmpty();
        }
    }

    @Test
    void aSecondConnectionThatIsRefusedByALimitLeavesTheFirstOneAlone() throws IOException {
        CountDownLatch refused = new CountDownLatch(4);
        ScriptedServer server = ScriptedServer.always(new ScriptedServer.Script() {
            private int connections;

            @Override
            public void run(ScriptedServer.Session session) throws Exception {
                int connection;
                synchronized (this) {
                    connection = ++connections;
                }
                if (connection == 1) {
                    Follow.refuseExtension(session);
                } else if (connection == 2) {
                    unmarked(session, 2, 0, entries(0, 1));
                    refused.await();
                    session.send(entries(2, 2));
                    session.awaitClose();
                } else {
                    refused.countDown();
                }
            }
        });
        try (server;
                StreamFollower follower = open(server, FollowFrom.entry(0), impatient)) {
            takeUpTo(follower, 0, 2);
            assertThat(reasons).isEmpty();
            server.stopAccepting();
        }
    }

    /** How often the header is asked for depends on the time that things take here, so each question has its answer. */
    @Test
    void bytesOfALongEntryAreNoSilence() throws IOException {
        byte[] slow = ScriptedServer.entry(2, 7, new byte[2]);
        AtomicInteger connections = new AtomicInteger();
        CountDownLatch firstAhead = new CountDownLatch(1);
        CountDownLatch secondAhead = new CountDownLatch(2);
        ScriptedServer server = ScriptedServer.always(session -> {
            int connection = connections.incrementAndGet();
            if (connection == 1) {
                Follow.refuseExtension(session);
            } else if (connection == 2) {
                unmarked(session, 3, 0, entries(0, 1));
                firstAhead.await();
                session.send(Arrays.copyOf(slow, 10));
                secondAhead.await();
                session.send(Arrays.copyOfRange(slow, 10, slow.length));
                session.awaitClose();
            } else {
                answerHeader(session, 3);
                firstAhead.countDown();
                secondAhead.countDown();
                session.expectClose();
            }
        });
        try (server;
                StreamFollower follower =
                        open(server, FollowFrom.entry(0), impatient.withCheckAfter(Duration.ofSeconds(1)))) {
            takeUpTo(follower, 0, 2);
            assertThat(reasons).isEmpty();
            server.stopAccepting();
        }
    }

    @Test
    void aHeaderBehindThePlaceLeadsToAComparison() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 3, 0, entries(0, 2));
                            session.expectClose();
                        },
                        session -> {
                            answerHeader(session, 1);
                            session.expectClose();
                        },
                        session -> {
                            answerHeader(session, 1);
                            session.awaitClose();
                        },
                        session -> Follow.answerEntry(session, Follow.entry(0)));
                StreamFollower follower = open(server, FollowFrom.entry(0), impatient)) {
            takeUpTo(follower, 0, 2);
            assertThat(Follow.failure(follower)).isInstanceOf(ClientException.StreamShorter.class);
        }
    }

    @Test
    void withoutAnotherAttemptSilenceIsThrown() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 0, OLD, 0);
                    session.awaitClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0), impatient.withGiveUpAfter(Duration.ZERO))) {
            assertThat(Follow.failure(follower)).isInstanceOf(TimedOut.class);
        }
    }

    @Test
    void whoNeverWantsToCheckGetsNoSecondConnection() throws IOException {
        try (ScriptedServer server = new ScriptedServer(Follow::refuseExtension, session -> {
                    unmarked(session, 9, 0);
                    for (int number = 0; number < 9; number++) {
                        session.send(entries(number, number));
                    }
                    session.expectClose();
                });
                StreamFollower follower = open(
                        server,
                        FollowFrom.entry(0),
                        FollowOptions.defaults().withCheckAfter(Duration.ofSeconds(Long.MAX_VALUE)))) {
            takeUpTo(follower, 0, 8);
        }
    }
}
