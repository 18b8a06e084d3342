package io.sluice.client;

import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.PATIENCE;
import static io.sluice.client.Follow.answerHeader;
import static io.sluice.client.Follow.extend;
import static io.sluice.client.Follow.failure;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.takeUpTo;
import static io.sluice.client.ScriptedServer.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.client.ClientException.CannotConnect;
import io.sluice.client.ClientException.Closed;
import io.sluice.client.ClientException.ConnectionLost;
import io.sluice.client.ClientException.GaveUp;
import io.sluice.client.ClientException.Interrupted;
import io.sluice.core.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deadlines, interrupts and closing. */
@Timeout(60)
final class FollowerEndTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    /** Tells when the follower has this state. */
    private static FollowOptions noting(FollowerState state, CountDownLatch reached) {
        return FollowOptions.defaults().withListener(new FollowerListener() {
            @Override
            public void stateChanged(FollowerState now, @Nullable ClientException because) {
                if (now == state) {
                    reached.countDown();
                }
            }
        });
    }

    private static ScriptedServer.Script twoEntries() {
        return session -> marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1));
    }

    /** Lets another thread wait in next, closes, and expects that it ends within a second. */
    private static void closeWhileItWaits(StreamFollower follower, CountDownLatch waiting) throws Exception {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread thread = new Thread(() -> ended.complete(catchThrowable(() -> {
            while (true) {
                follower.next(LONG);
            }
        })));
        thread.start();
        assertThat(waiting.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        follower.close();
        assertThat(ended.get(1, TimeUnit.SECONDS)).isInstanceOf(Closed.class);
        thread.join();
        assertThat(follower.state()).isEqualTo(FollowerState.CLOSED);
        assertThatThrownBy(() -> follower.next(Duration.ZERO)).isInstanceOf(Closed.class);
    }

    @Test
    void closesWhileItReads() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1));
                    waiting.countDown();
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            closeWhileItWaits(follower, waiting);
        }
    }

    @Test
    void closesWhileItWaitsForTheAnswersOfANewConnection() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(twoEntries(), session -> {
                    session.expect(new Command.Extend(1));
                    waiting.countDown();
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            closeWhileItWaits(follower, waiting);
        }
    }

    @Test
    void closesWhileItCompares() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(twoEntries(), session -> {
                    marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 0));
                    waiting.countDown();
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            closeWhileItWaits(follower, waiting);
        }
    }

    @Test
    void closesWhileItWaitsToTryAgain() throws Exception {
        CountDownLatch waiting = new CountDownLatch(6);
        try (ScriptedServer server = new ScriptedServer(twoEntries());
                StreamFollower follower = open(server, FollowFrom.entry(0), noting(FollowerState.WAITING, waiting))) {
            closeWhileItWaits(follower, waiting);
        }
    }

    @Test
    void closesTheSecondConnectionToo() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            answerHeader(session, 1);
                            Follow.answerEntry(session, Follow.entry(0));
                            Follow.start(session, 0, entries(0, 1));
                            session.awaitClose();
                        },
                        session -> {
                            answerHeader(session, 1);
                            session.expect(new Command.Header(1));
                            waiting.countDown();
                            session.expectClose();
                        });
                StreamFollower follower = open(
                        server, FollowFrom.entry(0), FollowOptions.defaults().withWholeOperations(true))) {
            closeWhileItWaits(follower, waiting);
        }
    }

    @Test
    void theFirstConnectionIsTriedOnceAndNothingIsLeftOpen() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
            extend(session, 2, OLD);
            session.expect(new Command.Header(1));
            session.send(ScriptedServer.hex("00"));
            session.expectClose();
        })) {
            assertThatThrownBy(() -> open(server, FollowFrom.entry(0)))
                    .isInstanceOf(ClientException.ProtocolViolation.class);
        }
    }

    @Test
    void withoutAnotherAttemptTheLossItselfIsThrown() throws IOException {
        try (ScriptedServer server = new ScriptedServer(twoEntries());
                StreamFollower follower = open(
                        server, FollowFrom.entry(0), FollowOptions.defaults().withGiveUpAfter(Duration.ZERO))) {
            takeUpTo(follower, 0, 1);
            assertThat(failure(follower)).isInstanceOf(ConnectionLost.class);
            assertThat(follower.state()).isEqualTo(FollowerState.FAILED);
            assertThat(follower.resumeToken().nextNumber()).isEqualTo(2);
        }
    }

    @Test
    void givesUpWithTheNumberOfAttemptsAndTheLastReason() throws IOException {
        try (ScriptedServer server = new ScriptedServer(twoEntries());
                StreamFollower follower = open(
                        server,
                        FollowFrom.entry(0),
                        FollowOptions.defaults().withGiveUpAfter(Duration.ofMillis(900)))) {
            takeUpTo(follower, 0, 1);
            assertThat(failure(follower))
                    .isInstanceOf(GaveUp.class)
                    .hasCauseInstanceOf(CannotConnect.class)
                    .hasMessageMatching("Gave up after 900 ms, [2-9]\\d* failures, while entry 2 was due\\. "
                            + "The last one: Cannot connect to .*: Connection refused\\.");
        }
    }

    @Test
    void anInterruptEndsTheCallAndTheNextOneGoesOn() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 1));
                            session.awaitClose();
                        },
                        session -> {
                            marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 2));
                            session.awaitClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 1);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> follower.next(LONG)).isInstanceOf(Interrupted.class);
            assertThat(Thread.interrupted()).as("the status is still set").isTrue();
            takeUpTo(follower, 2, 2);
        }
    }

    @Test
    void anInterruptWhileItAsksWhichStreamThisIsIsNoAnswer() throws IOException {
        Thread caller = Thread.currentThread();
        ScriptedServer.Script shorter = session -> {
            extend(session, 1, OLD);
            answerHeader(session, 1);
            session.awaitClose();
        };
        try (ScriptedServer server = new ScriptedServer(
                        twoEntries(),
                        shorter,
                        session -> {
                            session.expect(new Command.Entry(1, 0));
                            caller.interrupt();
                            session.awaitClose();
                        },
                        shorter,
                        session -> {
                            session.expect(new Command.Entry(1, 0));
                            session.send(ScriptedServer.ok(), ScriptedServer.queried(0, 99));
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 1);
            assertThat(failure(follower)).isInstanceOf(Interrupted.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(failure(follower)).isInstanceOf(ClientException.OtherStream.class);
        }
    }

    @Test
    void aListenerThatThrowsLosesNoEntry() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        IllegalStateException fault = new IllegalStateException("the listener's");
        FollowOptions options = FollowOptions.defaults().withListener(new FollowerListener() {
            private boolean hasThrown;

            @Override
            public void catchingUp(FollowProgress progress) {
                if (!hasThrown) {
                    hasThrown = true;
                    throw fault;
                }
            }
        });
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            marked(session, 9, OLD, 0, mark(9, OLD), entries(0, 1));
                            goOn.await();
                            session.send(entries(2, 3));
                            session.awaitClose();
                        },
                        session -> {
                            marked(session, 9, OLD, 0, mark(9, OLD), entries(0, 4));
                            session.awaitClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0), options)) {
            takeUpTo(follower, 0, 1);
            // The listener is told once a second.
            assertThat(follower.next(Duration.ofMillis(1100))).isNull();
            goOn.countDown();
            assertThatThrownBy(() -> follower.next(PATIENCE)).isSameAs(fault);
            takeUpTo(follower, 2, 4);
            assertThat(follower.progress().received()).isEqualTo(5);
        }
    }
}
