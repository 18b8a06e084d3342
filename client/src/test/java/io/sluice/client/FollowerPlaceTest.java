package io.sluice.client;

import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.answerHeader;
import static io.sluice.client.Follow.failure;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.take;
import static io.sluice.client.Follow.takeUpTo;
import static io.sluice.client.Follow.unmarked;
import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.hex;
import static io.sluice.client.ScriptedServer.join;
import static io.sluice.client.ScriptedServer.ok;
import static io.sluice.client.ScriptedServer.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.OtherStream;
import io.sluice.client.ClientException.Refused;
import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a follower begins, and where another one goes on. */
@Timeout(60)
final class FollowerPlaceTest {
    private static final Bookmark BOOKMARK = Bookmark.fromHex("0x0701");
    private static final byte[] BOOKMARK_5 = ScriptedServer.entry(5, EntryFormat.TYPE_BOOKMARK, hex("0701"));

    private static void startBookmark(ScriptedServer.Session session, byte[]... stream) throws IOException {
        session.expect(new Command.StartBookmark(1, BOOKMARK));
        session.send(ok(), join(stream));
    }

    @Test
    void latestBeginsAtTheEndThatTheFirstHeaderShowed() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, 7, OLD, 7), // and nothing came
                        session -> {
                            marked(session, 9, OLD, 7, mark(9, OLD), entries(7, 8));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.latest())) {
            assertThat(follower.resumeToken().nextNumber()).isEqualTo(7);
            takeUpTo(follower, 7, 8);
        }
    }

    @Test
    void aBookmarkLostBeforeItsEntryCameIsAskedForAgain() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            Follow.extend(session, 6, OLD);
                            answerHeader(session, 6);
                            startBookmark(session, mark(6, OLD), Arrays.copyOf(BOOKMARK_5, 18));
                        },
                        session -> {
                            Follow.extend(session, 7, OLD);
                            answerHeader(session, 7);
                            startBookmark(session, mark(7, OLD), BOOKMARK_5);
                        },
                        session -> {
                            // Now the number is known.
                            marked(session, 7, OLD, 5, mark(7, OLD), BOOKMARK_5, entries(6, 6));
                            session.expectClose();
                        });
                StreamFollower follower = open(server, FollowFrom.bookmark(BOOKMARK))) {
            assertThat(follower.resumeToken()).isNull();
            assertThat(take(follower, 1)).containsExactly(new Entry(5, EntryFormat.TYPE_BOOKMARK, hex("0701")));
            assertThat(follower.resumeToken().nextNumber()).isEqualTo(6);
            takeUpTo(follower, 6, 6);
        }
    }

    @Test
    void aBookmarkThatIsNotThereIsRefused() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
            Follow.extend(session, 6, OLD);
            answerHeader(session, 6);
            session.expect(new Command.StartBookmark(1, BOOKMARK));
            session.send(result(Result.BAD_FROM_BOOKMARK));
            session.expectClose();
        })) {
            assertThatThrownBy(() -> open(server, FollowFrom.bookmark(BOOKMARK)))
                    .isInstanceOf(Refused.class);
        }
    }

    private static ResumeToken tokenAfter(long last) throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, last + 1, OLD, 0, mark(last + 1, OLD), entries(0, last));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            takeUpTo(follower, 0, last);
            ResumeToken token = follower.resumeToken();
            assertThat(token.nextNumber()).isEqualTo(last + 1);
            return ResumeToken.parse(token.toString());
        }
    }

    @Test
    void aTokenGoesOnAfterAComparison() throws IOException {
        ResumeToken token = tokenAfter(299);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, 302, OLD, 44, mark(302, OLD), entries(44, 301));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.token(token))) {
            assertThat(follower.resumeToken()).as("nothing came since").isEqualTo(token);
            EntryBatch batch = follower.next(Follow.PATIENCE);
            assertThat(batch.firstNumber()).isEqualTo(300);
            assertThat(batch.resumeToken()).isEqualTo(follower.resumeToken());
        }
    }

    @Test
    void aTokenTellsThatOneOfItsEntriesIsAnother() throws IOException {
        ResumeToken token = tokenAfter(4);
        try (ScriptedServer server = new ScriptedServer(
                Follow::refuseExtension,
                session -> {
                    unmarked(session, 5, 0, entries(0, 3), ScriptedServer.entry(4, 7, hex("0bad")));
                    session.expectClose();
                },
                session -> Follow.answerEntry(session, Follow.entry(0)))) {
            assertThatThrownBy(() -> open(server, FollowFrom.token(token)))
                    .isInstanceOfSatisfying(HistoryDiffers.class, differs -> {
                        assertThat(differs.firstDifference()).isZero();
                        assertThat(differs.nextNumber()).isEqualTo(5);
                    })
                    .hasMessageContaining("of the entries 0 to 4 at least one is another now");
        }
        try (ScriptedServer server = new ScriptedServer(
                Follow::refuseExtension,
                session -> {
                    answerHeader(session, 2);
                    session.expectClose();
                },
                session -> {
                    session.expect(new Command.Entry(1, 0));
                    session.send(ok(), ScriptedServer.queried(0, EntryFormat.TYPE_NOT_FOUND));
                })) {
            assertThatThrownBy(() -> open(server, FollowFrom.token(token))).isInstanceOf(OtherStream.class);
        }
    }

    @Test
    void aTokenOfAFollowerThatReceivedNothingIsAPlaceToo() throws IOException {
        ResumeToken token;
        try (ScriptedServer server = new ScriptedServer(session -> marked(session, 9, OLD, 9));
                StreamFollower follower = open(server, FollowFrom.latest())) {
            token = ResumeToken.parse(follower.resumeToken().toString());
        }
        try (ScriptedServer server = new ScriptedServer(session -> {
                    // Another generation, too: nothing was received that could have changed.
                    marked(session, 11, Follow.NEW, 9, mark(11, Follow.NEW), entries(9, 10));
                    session.expectClose();
                });
                StreamFollower follower = open(server, FollowFrom.token(token))) {
            takeUpTo(follower, 9, 10);
        }
    }

    @Test
    void aTokenThatGoesOnIsComparedAgainOnTheNextConnection() throws IOException {
        ResumeToken token = tokenAfter(4);
        try (ScriptedServer server = new ScriptedServer(
                        session -> marked(session, 6, OLD, 0, mark(6, OLD), entries(0, 5)),
                        session -> {
                            marked(session, 7, OLD, 0, mark(7, OLD), entries(0, 4), ScriptedServer.entry(5, 1));
                            session.awaitClose();
                        },
                        session -> Follow.answerEntry(session, Follow.entry(0)));
                StreamFollower follower = open(server, FollowFrom.token(token))) {
            takeUpTo(follower, 5, 5);
            assertThat(((HistoryDiffers) failure(follower)).firstDifference()).isEqualTo(5);
        }
    }

    @Test
    void aTokenIsForOneStreamType() throws IOException {
        ResumeToken token = tokenAfter(4);
        FollowOptions other =
                FollowOptions.defaults().withClient(ClientOptions.defaults().withStreamType(2));
        try (ScriptedServer server = new ScriptedServer()) {
            assertThatThrownBy(() -> open(server, FollowFrom.token(token), other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The resume token is for stream type 1, not 2.");
        }
    }
}
