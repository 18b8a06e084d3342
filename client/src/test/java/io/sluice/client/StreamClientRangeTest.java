package io.sluice.client;

import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.entry;
import static io.sluice.client.ScriptedServer.hex;
import static io.sluice.client.ScriptedServer.ok;
import static io.sluice.client.ScriptedServer.queried;
import static io.sluice.client.ScriptedServer.u64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ClientException.ConnectionLost;
import io.sluice.client.ClientException.ProtocolViolation;
import io.sluice.client.ClientException.TimedOut;
import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StreamClientRangeTest {
    private static final Bookmark FROM = Bookmark.fromHex("0x0701");
    private static final Bookmark TO = Bookmark.fromHex("0x0702");
    private static final Command RANGE = new Command.RangeBookmark(1, FROM, TO);

    @Test
    void endsWithTheSecondBookmarkAndTheClientIsIdleAgain() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(RANGE);
                    session.send(ok(), u64(9), bookmark(4, FROM), entries(5, 8), bookmark(9, TO));
                    session.expect(new Command.Entry(1, 7));
                    session.send(ok(), queried(7, 1));
                });
                StreamClient client = server.connect()) {
            EntryRange range = client.range(FROM, TO);
            assertThat(range.lastNumber()).isEqualTo(9);
            EntryBatch batch = range.next();
            assertThat(batch).isNotNull();
            assertThat(batch.firstNumber()).isEqualTo(4);
            assertThat(batch.lastNumber()).isEqualTo(9);
            assertThat(client.entry(7)).isPresent();
            assertThat(range.next()).isNull();
        }
    }

    @Test
    void givesEachEntryOnceHoweverItArrives() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(RANGE);
                    session.send(ok(), u64(100_000), bookmark(4, FROM));
                    session.send(entries(5, 99_999), bookmark(100_000, TO));
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            List<Long> numbers = new ArrayList<>();
            client.range(FROM, TO).forEach(entry -> numbers.add(entry.number()));
            assertThat(numbers).hasSize(99_997).startsWith(4L, 5L).endsWith(99_999L, 100_000L);
        }
    }

    @Test
    void equalBookmarksGiveOneEntry() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.RangeBookmark(1, FROM, FROM));
                    session.send(ok(), u64(0), bookmark(0, FROM));
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            List<Entry> entries = new ArrayList<>();
            client.range(FROM, FROM).forEach(entries::add);
            assertThat(entries).containsExactly(new Entry(0, EntryFormat.TYPE_BOOKMARK, FROM.toBytes()));
        }
    }

    @Test
    void otherCallsWaitForItsEnd() throws IOException {
        CountDownLatch tried = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(RANGE);
                    session.send(ok(), u64(5), bookmark(4, FROM));
                    tried.await();
                    session.send(bookmark(5, TO));
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            EntryRange range = client.range(FROM, TO);
            assertThatThrownBy(client::header)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("header is not possible while a range is on its way");
            assertThatThrownBy(() -> client.next(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
            tried.countDown();
            List<Entry> entries = new ArrayList<>();
            range.forEach(entries::add);
            assertThat(entries).hasSize(2);
        }
    }

    @Test
    void aFirstEntryWithoutTheFirstBookmarkIsAViolation() throws IOException {
        assertViolation("Entry 4 came first, but does not hold bookmark 0x0701", ok(), u64(9), bookmark(4, TO));
    }

    @Test
    void aLastEntryWithoutTheSecondBookmarkIsAViolation() throws IOException {
        assertViolation(
                "The last entry of the range, 5, does not hold bookmark 0x0702",
                ok(),
                u64(5),
                bookmark(4, FROM),
                bookmark(5, FROM));
    }

    @Test
    void aRangeThatBeginsAfterItsEndIsAViolation() throws IOException {
        assertViolation("begins with entry 4, after its last one, which is entry 3", ok(), u64(3), bookmark(4, FROM));
    }

    @Test
    void aGapIsAViolation() throws IOException {
        assertViolation("Expected entry 5, but received entry 6", ok(), u64(9), bookmark(4, FROM), entry(6, 7));
    }

    private static void assertViolation(String message, byte[]... answer) throws IOException {
        try (ScriptedServer server = answering(answer);
                StreamClient client = server.connect()) {
            EntryRange range = client.range(FROM, TO);
            assertThatThrownBy(() -> range.forEach(entry -> {}))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void aServerThatStopsInTheMiddleIsATimeout() throws IOException {
        // Older servers do so when the first bookmark stands after the second.
        try (ScriptedServer server = answering(ok(), u64(9));
                StreamClient client =
                        server.connect(ClientOptions.defaults().withReplyTimeout(Duration.ofMillis(200)))) {
            EntryRange range = client.range(FROM, TO);
            assertThatThrownBy(range::next)
                    .isInstanceOf(TimedOut.class)
                    .hasMessageEndingWith("was given up after 200 ms, while the entry of bookmark 0x0701 was due.");
        }
    }

    @Test
    void aServerThatLeavesInTheMiddleIsALostConnection() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(RANGE);
                    session.send(ok(), u64(9), bookmark(4, FROM), hex("02"));
                });
                StreamClient client = server.connect()) {
            EntryRange range = client.range(FROM, TO);
            assertThatThrownBy(() -> range.forEach(entry -> {}))
                    .isInstanceOf(ConnectionLost.class)
                    .hasMessageEndingWith("closed the connection while entry 5 was due, of which a part had arrived.");
        }
    }

    private static byte[] bookmark(long number, Bookmark bookmark) {
        return entry(number, EntryFormat.TYPE_BOOKMARK, bookmark.toBytes());
    }

    private static ScriptedServer answering(byte[]... answer) {
        return new ScriptedServer(session -> {
            session.expect(RANGE);
            session.send(answer);
            session.expectClose();
        });
    }
}
