package io.sluice.client;

import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.failure;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.takeUpTo;
import static io.sluice.client.Follow.unmarked;
import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.hex;
import static io.sluice.client.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.ClientException.GaveUp;
import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.ProtocolViolation;
import io.sluice.core.Command;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that leave entries out, repeat them, or send something else. */
@Timeout(60)
final class FollowerDisorderTest {
    @Test
    void afterAGapTheEntryThatIsDueIsAskedForOnAnotherConnection() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 9, 3, entries(3, 4), entries(6, 8));
                            session.awaitClose();
                        },
                        session -> {
                            unmarked(session, 9, 3, entries(3, 8));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(3))) {
            takeUpTo(follower, 3, 8);
        }
    }

    @Test
    void aGapThatStaysIsGivenUpAtTheDeadline() throws IOException {
        ScriptedServer server = ScriptedServer.always(session -> {
            if (session.expectUnlessClosed(new Command.Extend(1))) {
                session.send(ok(), mark(9, OLD));
                Follow.answerHeader(session, 9);
                Follow.start(session, 0, mark(9, OLD), entries(0, 4), entries(6, 8));
                session.awaitClose();
            }
        });
        try (server;
                StreamFollower follower = open(
                        server,
                        FollowFrom.entry(0),
                        FollowOptions.defaults().withGiveUpAfter(Duration.ofMillis(700)))) {
            takeUpTo(follower, 0, 4);
            ClientException failure = failure(follower);
            assertThat(failure)
                    .isInstanceOf(GaveUp.class)
                    .hasMessageMatching("Gave up after 700 ms, \\d+ failures, while entry 5 was due\\. The last one: "
                            + ".*Expected entry 5, but received entry 6: a gap\\.")
                    .hasCauseInstanceOf(ProtocolViolation.class);
            assertThat(server.accepted()).isGreaterThan(1);
            server.stopAccepting();
        }
    }

    @Test
    void repeatsWithEqualBytesAreDropped() throws IOException {
        try (ScriptedServer server = new ScriptedServer(Follow::refuseExtension, session -> {
                    unmarked(session, 500, 0, entries(0, 299), entries(44, 299), entries(299, 299));
                    session.sendByteByByte(entries(290, 300), entries(300, 300), entries(299, 303));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 303);
        }
    }

    @Test
    void aRepeatFromBeforeTheWindowIsNotBelieved() throws IOException {
        try (ScriptedServer server = new ScriptedServer(Follow::refuseExtension, session -> {
                    unmarked(session, 500, 0, entries(0, 299), entries(43, 43));
                    session.awaitClose();
                });
                StreamFollower follower = open(
                        server, FollowFrom.entry(0), FollowOptions.defaults().withGiveUpAfter(Duration.ZERO))) {
            takeUpTo(follower, 0, 299);
            assertThat(failure(follower))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("Expected entry 300, but received entry 43: a repeat.");
        }
    }

    @Test
    void aRepeatWithOtherBytesIsAnotherHistory() throws IOException {
        try (ScriptedServer server = new ScriptedServer(Follow::refuseExtension, session -> {
                    unmarked(session, 5, 0, entries(0, 4), ScriptedServer.entry(4, 7, hex("00000001")));
                    session.awaitClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 4);
            HistoryDiffers differs = (HistoryDiffers) failure(follower);
            assertThat(differs.firstDifference()).isEqualTo(4);
            assertThat(differs.nextNumber()).isEqualTo(5);
            assertThat(differs)
                    .hasMessageEndingWith(
                            "sent entry 4 again with other data, after the entries up to 4 were received.");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00", // no packet type
                "53 00000015 0000000000000003 1111222233334444", // a mark nobody asked for
                "ff 0000000b 00000000 4f4b", // a result
                "02 00000010", // too short
                "02 00100001", // too long
                "02 ffffffff"
            })
    void garbageEndsTheConnectionAndTheNextOneGoesOn(String garbage) throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 3, 0, entries(0, 1), hex(garbage));
                            session.awaitClose();
                        },
                        session -> {
                            unmarked(session, 3, 0, entries(0, 2));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 2);
        }
    }

    @Test
    void garbageInTheMiddleOfAMarkIsFoundAtItsLength() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            Follow.marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 0), hex("53 00000014"));
                            session.awaitClose();
                        },
                        session -> {
                            Follow.marked(session, 2, OLD, 0, mark(2, OLD), entries(0, 1));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 1);
        }
    }
}
