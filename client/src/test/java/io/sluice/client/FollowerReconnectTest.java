package io.sluice.client;

import static io.sluice.client.Follow.NEW;
import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.answerEntry;
import static io.sluice.client.Follow.answerHeader;
import static io.sluice.client.Follow.entry;
import static io.sluice.client.Follow.extend;
import static io.sluice.client.Follow.failure;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.start;
import static io.sluice.client.Follow.take;
import static io.sluice.client.Follow.takeUpTo;
import static io.sluice.client.Follow.unmarked;
import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.hex;
import static io.sluice.client.ScriptedServer.join;
import static io.sluice.client.ScriptedServer.ok;
import static io.sluice.client.ScriptedServer.queried;
import static io.sluice.client.ScriptedServer.result;
import static io.sluice.client.ScriptedServer.u64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.OtherStream;
import io.sluice.client.ClientException.StreamShorter;
import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A follower goes on where it was, if the stream still is the one that it has received. */
@Timeout(60)
final class FollowerReconnectTest {
    private static final byte[] OTHER = ScriptedServer.entry(3, 7, hex("0bad"));

    /** A server that asks what its second connection asks, after the entries 0 to 4 with the old generation. */
    private static ScriptedServer afterFive(ScriptedServer.Script... scripts) {
        ScriptedServer.Script[] all = new ScriptedServer.Script[scripts.length + 1];
        all[0] = session -> marked(session, 5, OLD, 0, mark(5, OLD), entries(0, 4));
        System.arraycopy(scripts, 0, all, 1, scripts.length);
        return new ScriptedServer(all);
    }

    private static ScriptedServer afterFiveUnmarked(ScriptedServer.Script... scripts) {
        ScriptedServer.Script[] all = new ScriptedServer.Script[scripts.length + 2];
        all[0] = Follow::refuseExtension;
        all[1] = session -> unmarked(session, 5, 0, entries(0, 4));
        System.arraycopy(scripts, 0, all, 2, scripts.length);
        return new ScriptedServer(all);
    }

    private static void answerUnchanged(ScriptedServer.Session session, long first) throws IOException {
        session.expect(new Command.Unchanged(1, OLD));
        session.send(ok(), u64(first));
    }

    private static ClientException failureAfterFive(ScriptedServer server) {
        try (StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 4);
            ClientException failure = failure(follower);
            assertThat(follower.state()).isEqualTo(FollowerState.FAILED);
            assertThat(catchThrowable(() -> follower.next(Follow.PATIENCE)))
                    .as("it has failed for good")
                    .isSameAs(failure);
            return failure;
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "9, 0", "255, 0", "256, 1", "999, 744"})
    void exactlyTheWindowIsAskedForAgain(long last, long windowStart) throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, last + 1, OLD, 0, mark(last + 1, OLD), entries(0, last)),
                        session -> {
                            marked(session, last + 3, OLD, windowStart, mark(last + 3, OLD));
                            session.send(entries(windowStart, last + 2));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, last);
            takeUpTo(follower, last + 1, last + 2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1048576, 4", // the longest ones: four are 4 MiB
        "1048575, 4",
        "838861, 4", // five would be one byte more than 4 MiB
        "838860, 5",
        "20000, 8" // all that came
    })
    void longEntriesMakeTheWindowSmaller(int length, int count) throws IOException {
        byte[] data = new byte[length - EntryFormat.HEADER_LENGTH];
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int number = 0; number < 9; number++) {
            all.writeBytes(ScriptedServer.entry(number, 7, data));
        }
        byte[] stream = all.toByteArray();
        int from = 8 - count;
        try (ScriptedServer server = new ScriptedServer(
                        Follow::refuseExtension,
                        session -> {
                            unmarked(session, 8, 0);
                            session.send(Arrays.copyOf(stream, 8 * length));
                        },
                        session -> {
                            unmarked(session, 9, from);
                            session.send(Arrays.copyOfRange(stream, from * length, 9 * length));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            assertThat(take(follower, 8)).hasSize(8);
            assertThat(take(follower, 1)).allMatch(entry -> entry.number() == 8 && entry.data().length == data.length);
        }
    }

    @Test
    void anotherEntryIsFoundWithItsNumber() throws IOException {
        try (ScriptedServer server = afterFiveUnmarked(
                session -> {
                    unmarked(session, 6, 0, entries(0, 2), OTHER, entries(4, 5));
                    session.awaitClose();
                },
                session -> answerEntry(session, entry(0)))) {
            HistoryDiffers differs = (HistoryDiffers) failureAfterFive(server);
            assertThat(differs.firstDifference()).isEqualTo(3);
            assertThat(differs.nextNumber()).isEqualTo(5);
            assertThat(differs)
                    .hasMessageEndingWith("has another history: entry 3 is another one now, "
                            + "since the entries up to 4 were received.");
        }
    }

    @Test
    void anotherTypeAloneIsAnotherEntry() throws IOException {
        try (ScriptedServer server = afterFiveUnmarked(
                session -> {
                    unmarked(session, 5, 0, entries(0, 3), ScriptedServer.entry(4, 8, new byte[4]));
                    session.awaitClose();
                },
                session -> answerEntry(session, entry(0)))) {
            assertThat(((HistoryDiffers) failureAfterFive(server)).firstDifference())
                    .isEqualTo(4);
        }
    }

    @Test
    void aStreamThatBecameShorterIsFoundWithItsLength() throws IOException {
        try (ScriptedServer server = afterFiveUnmarked(
                session -> {
                    answerHeader(session, 3);
                    session.awaitClose();
                },
                session -> answerEntry(session, entry(0)))) {
            StreamShorter shorter = (StreamShorter) failureAfterFive(server);
            assertThat(shorter.totalEntries()).isEqualTo(3);
            assertThat(shorter.nextNumber()).isEqualTo(5);
            assertThat(shorter)
                    .hasMessageEndingWith("has only 3 entries, but the entries up to 4 were received: "
                            + "the stream became shorter.");
        }
    }

    /** Servers without marks send one entry before its commit sometimes. */
    @Test
    void anEntryThatIsCommittedLaterThanItCameIsWaitedFor() throws IOException {
        try (ScriptedServer server = afterFiveUnmarked(
                        session -> {
                            answerHeader(session, 4);
                            session.awaitClose();
                        },
                        session -> answerEntry(session, entry(0)),
                        session -> {
                            answerHeader(session, 6);
                            Follow.start(session, 0, entries(0, 5));
                            session.awaitClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 5);
        }
    }

    @ParameterizedTest
    @CsvSource({"3", "9"})
    void anotherStreamIsToldByItsFirstEntry(long total) throws IOException {
        try (ScriptedServer server = afterFiveUnmarked(
                session -> {
                    session.expect(new Command.Header(1));
                    session.send(ok(), Follow.header(total, 77));
                    if (total >= 5) {
                        start(session, 0, ScriptedServer.entry(0, 9), entries(1, 4));
                    }
                    session.awaitClose();
                },
                session -> {
                    session.expect(new Command.Entry(1, 0));
                    session.send(ok(), queried(0, 9));
                })) {
            OtherStream other = (OtherStream) failureAfterFive(server);
            assertThat(other.nextNumber()).isEqualTo(5);
            assertThat(other)
                    .hasMessageEndingWith(
                            "has another stream: not even entry 0, the first that was received, is there, "
                                    + "and its system id is 77, not 1101. It has " + total
                                    + " entries; the entries up to 4 were received.");
        }
    }

    @Test
    void aConnectionThatBreaksDuringTheComparisonIsMadeAgain() throws IOException {
        try (ScriptedServer server = afterFive(
                        session -> marked(session, 6, OLD, 0, mark(6, OLD), entries(0, 2)),
                        session -> {
                            extend(session, 6, OLD);
                            answerHeader(session, 6);
                            session.expect(new Command.Start(1, 0));
                            session.reset();
                        },
                        session -> {
                            marked(session, 6, OLD, 0, mark(6, OLD), entries(0, 5));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 5);
        }
    }

    @Test
    void aServerThatSaysNothingChangedBeforeThePlaceIsBelievedAndCompared() throws IOException {
        try (ScriptedServer server = afterFive(session -> {
                    extend(session, 6, NEW);
                    answerHeader(session, 6);
                    answerUnchanged(session, 5);
                    start(session, 0, mark(6, NEW), entries(0, 5));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 5);
            assertThat(follower.resumeToken().generation()).hasValue(NEW);
        }
    }

    @Test
    void aChangeWithinTheWindowThatLeftItsEntriesEqualIsNone() throws IOException {
        try (ScriptedServer server = afterFive(session -> {
                    extend(session, 6, NEW);
                    answerHeader(session, 6);
                    answerUnchanged(session, 0);
                    start(session, 0, mark(6, NEW), entries(0, 5));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 5);
        }
    }

    @Test
    void aChangeBeforeTheWindowIsReportedThoughTheLastEntriesAreEqual() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, 300, OLD, 0, mark(300, OLD), entries(0, 299)), session -> {
                            extend(session, 301, NEW);
                            answerHeader(session, 301);
                            answerUnchanged(session, 43);
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 299);
            HistoryDiffers differs = (HistoryDiffers) failure(follower);
            assertThat(differs.firstDifference()).isEqualTo(43);
            assertThat(differs.nextNumber()).isEqualTo(300);
            assertThat(differs)
                    .hasMessageEndingWith("has another history: it was truncated or rewritten from entry 43 on since "
                            + "the entries up to 299 were received. It has 301 entries now.");
        }
    }

    @Test
    void anUnknownGenerationLeavesItToTheEntries() throws IOException {
        try (ScriptedServer server = afterFive(session -> {
                    extend(session, 6, NEW);
                    answerHeader(session, 6);
                    session.expect(new Command.Unchanged(1, OLD));
                    session.send(result(Result.UNKNOWN_GENERATION));
                    start(session, 0, mark(6, NEW), entries(0, 5));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 5);
        }
        try (ScriptedServer server = afterFive(
                session -> {
                    extend(session, 6, NEW);
                    answerHeader(session, 6);
                    session.expect(new Command.Unchanged(1, OLD));
                    session.send(result(Result.UNKNOWN_GENERATION));
                    start(session, 0, mark(6, NEW), entries(0, 2), OTHER, entries(4, 5));
                    session.awaitClose();
                },
                session -> answerEntry(session, entry(0)))) {
            assertThat(((HistoryDiffers) failureAfterFive(server)).firstDifference())
                    .isEqualTo(3);
        }
    }

    @Test
    void aHistoryThatChangesDuringTheComparisonIsComparedAgain() throws IOException {
        try (ScriptedServer server = afterFive(
                        session -> {
                            marked(session, 6, OLD, 0, mark(6, OLD), entries(0, 3), mark(6, NEW), entries(4, 5));
                            session.awaitClose();
                        },
                        session -> {
                            extend(session, 6, NEW);
                            answerHeader(session, 6);
                            answerUnchanged(session, 5);
                            start(session, 0, mark(6, NEW), join(entries(0, 5)));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, 5);
        }
    }

    @Test
    void aStreamThatBecomesShorterDuringTheComparisonIsReportedOnTheNextConnection() throws IOException {
        try (ScriptedServer server = afterFiveUnmarked(
                session -> {
                    answerHeader(session, 5);
                    session.expect(new Command.Start(1, 0));
                    session.send(result(Result.BAD_FROM_ENTRY));
                    session.awaitClose();
                },
                session -> {
                    answerHeader(session, 1);
                    session.awaitClose();
                },
                session -> answerEntry(session, entry(0)))) {
            assertThat(failureAfterFive(server)).isInstanceOf(StreamShorter.class);
        }
    }

    @Test
    void aStreamThatWasBegunAnewAndIsEmptyIsShorter() throws IOException {
        try (ScriptedServer server = afterFiveUnmarked(session -> {
            answerHeader(session, 0);
            session.awaitClose();
        })) {
            StreamShorter shorter = (StreamShorter) failureAfterFive(server);
            assertThat(shorter.totalEntries()).isZero();
            assertThat(shorter.unchangedBefore()).isEmpty();
        }
    }
}
