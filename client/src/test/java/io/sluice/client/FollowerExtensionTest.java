package io.sluice.client;

import static io.sluice.client.Follow.NEW;
import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.answerHeader;
import static io.sluice.client.Follow.extend;
import static io.sluice.client.Follow.longMark;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.start;
import static io.sluice.client.Follow.takeUpTo;
import static io.sluice.client.Follow.unmarked;
import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.hex;
import static io.sluice.client.ScriptedServer.join;
import static io.sluice.client.ScriptedServer.ok;
import static io.sluice.client.ScriptedServer.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ClientException.ConnectionLost;
import io.sluice.client.ClientException.ProtocolViolation;
import io.sluice.client.ClientException.Refused;
import io.sluice.core.Command;
import io.sluice.core.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A follower asks for marks, lives with servers that have none, and finds marks wherever they stand. */
@Timeout(60)
final class FollowerExtensionTest {
    @Test
    void asksForTheExtensionThenForTheHeaderThenForTheStream() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(hex("536c756963650001 0000000000000001"));
                    session.send(ok(), hex("53 00000015 0000000000000003 1111222233334444"));
                    session.expect(hex("0000000000000003 0000000000000001"));
                    session.send(ok(), Follow.header(3));
                    session.expect(hex("0000000000000001 0000000000000001 0000000000000001"));
                    session.send(ok(), mark(3, OLD), entries(1, 2));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(1))) {
            takeUpTo(follower, 1, 2);
            assertThat(follower.resumeToken().generation()).hasValue(OLD);
        }
    }

    @Test
    void findsMarksBetweenEntriesWhereverTheBytesAreCut() throws IOException {
        byte[] stream = join(
                mark(2, OLD),
                entries(0, 1),
                mark(5, OLD),
                mark(6, OLD),
                entries(2, 5),
                longMark(7, OLD, 100),
                entries(6, 6),
                mark(9, OLD),
                entries(7, 8));
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 9, OLD, 0);
                    session.sendByteByByte(stream);
                    session.awaitClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 8);
        }
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 9, OLD, 0);
                    for (int at = 0; at < stream.length; ) {
                        int end = Math.min(stream.length, at + 1 + random.nextInt(60));
                        session.send(Arrays.copyOfRange(stream, at, end));
                        at = end;
                    }
                    session.awaitClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 8);
        } catch (Throwable t) {
            throw new AssertionError("Seed " + seed, t);
        }
    }

    @Test
    void theMarkInTheAnswerMayBeLongerThanKnown() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Extend(1));
                    session.sendByteByByte(ok(), longMark(2, OLD, 1024));
                    answerHeader(session, 2);
                    start(session, 0, mark(2, OLD), entries(0, 1));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 1);
        }
    }

    @Test
    void aServerWithoutItIsConnectedAgainAndNeverAskedAgain() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension, session -> unmarked(session, 3, 0, entries(0, 2)), session -> {
                            unmarked(session, 4, 0, entries(0, 3));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 2);
            assertThat(follower.resumeToken().generation()).isEmpty();
            takeUpTo(follower, 3, 3);
        }
    }

    @Test
    void aServerWithoutItInThePlaceOfOneThatHasItIsAskedEachTime() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1)),
                        Follow::refuseExtension,
                        session -> unmarked(session, 3, 0, entries(0, 2)),
                        session -> {
                            extend(session, 4, NEW);
                            answerHeader(session, 4);
                            session.expect(new Command.Unchanged(1, OLD));
                            session.send(ok(), ScriptedServer.u64(1));
                            start(session, 0, mark(4, NEW), entries(0, 3));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 3);
            assertThat(follower.resumeToken().generation()).hasValue(NEW);
        }
    }

    @Test
    void withoutItAMarkIsGarbage() throws IOException {
        try (ScriptedServer server = new ScriptedServer(Follow::refuseExtension, session -> {
                    unmarked(session, 3, 0, mark(3, OLD));
                    session.awaitClose();
                });
                StreamFollower follower = open(
                        server, FollowFrom.entry(0), FollowOptions.defaults().withGiveUpAfter(Duration.ZERO))) {
            assertThat(Follow.failure(follower))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("Packet type 0x53");
        }
    }

    @Test
    void anotherRefusalOfTheQuestionIsThrown() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
            session.expect(new Command.Extend(1));
            session.send(result(new Result(77, "No")));
        })) {
            assertThatThrownBy(() -> open(server, FollowFrom.entry(0)))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("refused Extend: result 77 (No)");
        }
    }

    @Test
    void aServerThatClosesTwiceWhenAskedIsTriedWithout() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1)),
                        session -> session.expect(new Command.Extend(1)),
                        FollowerExtensionTest::closesWhenAsked,
                        session -> {
                            unmarked(session, 3, 0, entries(0, 2));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 2);
        }
    }

    @Test
    void aServerThatClosesWhenAskedCanBeFollowedFromTheBeginning() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> session.expect(new Command.Extend(1)),
                        FollowerExtensionTest::closesWhenAsked,
                        session -> {
                            unmarked(session, 2, 0, entries(0, 1));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 1);
        }
    }

    /** Answers, but not the question for the extension. */
    private static void closesWhenAsked(ScriptedServer.Session session) throws IOException {
        answerHeader(session, 2);
        session.expect(new Command.Extend(1));
    }

    @Test
    void aServerThatClosedEachConnectionForAWhileIsAskedAgain() throws IOException {
        ScriptedServer.Script atOnce = session -> {};
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1)),
                        atOnce,
                        atOnce,
                        atOnce,
                        session -> {
                            // Only with the extension it shows that history changed, for these entries are equal.
                            answerHeader(session, 3);
                            extend(session, 3, NEW);
                            answerHeader(session, 3);
                            session.expect(new Command.Unchanged(1, OLD));
                            session.send(ok(), ScriptedServer.u64(1));
                            start(session, 0, mark(3, NEW), entries(0, 2));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 2);
            assertThat(follower.resumeToken().generation()).hasValue(NEW);
        }
    }

    @Test
    void aFirstConnectionThatIsLostByChanceDoesNotHideTheExtension() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {}, session -> {
                    answerHeader(session, 2);
                    marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 1);
            assertThat(follower.resumeToken().generation()).hasValue(OLD);
        }
    }

    @Test
    void aServerThatClosesEachConnectionIsReportedAtOnce() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {}, session -> {})) {
            assertThatThrownBy(() -> open(server, FollowFrom.entry(0))).isInstanceOf(ConnectionLost.class);
        }
    }

    @Test
    void aMarkOfAnotherGenerationInTheStreamMakesItCompareAgain() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            // What stands behind the mark of the new history must not be handed out unchecked.
                            marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 2), mark(5, NEW), entries(3, 4));
                            session.awaitClose();
                        },
                        session -> {
                            extend(session, 5, NEW);
                            answerHeader(session, 5);
                            session.expect(new Command.Unchanged(1, OLD));
                            session.send(ok(), ScriptedServer.u64(3));
                            start(session, 0, mark(5, NEW), entries(0, 4));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 4);
            assertThat(follower.resumeToken().generation()).hasValue(NEW);
        }
    }
}
