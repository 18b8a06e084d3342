package io.sluice.client;

import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.entry;
import static io.sluice.client.ScriptedServer.hex;
import static io.sluice.client.ScriptedServer.join;
import static io.sluice.client.ScriptedServer.ok;
import static io.sluice.client.ScriptedServer.queried;
import static io.sluice.client.ScriptedServer.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.client.ClientException.ProtocolViolation;
import io.sluice.client.ClientException.Refused;
import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamClientQueryTest {
    private static final byte[] HEADER =
            hex("01 00000026 03 000000000000044d 0000000000000001 00000000000012d5 000000000000000f");
    private static final byte[] OLD_HEADER = hex("01 0000001d 0000000000000001 00000000000012d5 000000000000000f");
    private static final byte[] NOT_FOUND = queried(0, EntryFormat.TYPE_NOT_FOUND);
    private static final Bookmark BOOKMARK = Bookmark.fromHex("0x0701");
    private static final long BEYOND_SIGNED = 0x8000_0000_0000_0005L;

    @Test
    void headerOf38Bytes() throws IOException {
        try (ScriptedServer server = answering(new Command.Header(1), ok(), HEADER);
                StreamClient client = server.connect()) {
            assertThat(client.header()).isEqualTo(new StreamHeader(3, 1101, 1, 4821, 15));
        }
    }

    @Test
    void headerOf29BytesHasNoVersionAndNoSystemId() throws IOException {
        try (ScriptedServer server = answering(new Command.Header(1), ok(), OLD_HEADER);
                StreamClient client = server.connect()) {
            assertThat(client.header()).isEqualTo(new StreamHeader(0, 0, 1, 4821, 15));
        }
    }

    @Test
    void commandsCarryTheStreamType() throws IOException {
        try (ScriptedServer server = answering(new Command.Header(77), ok(), HEADER);
                StreamClient client = server.connect(ClientOptions.defaults().withStreamType(77))) {
            client.header();
        }
    }

    @Test
    void entryByNumber() throws IOException {
        try (ScriptedServer server = answering(new Command.Entry(1, 42), ok(), queried(42, 3, hex("c0ffee")));
                StreamClient client = server.connect()) {
            assertThat(client.entry(42)).contains(new Entry(42, 3, hex("c0ffee")));
        }
    }

    @Test
    void entryNumbersAreUnsigned() throws IOException {
        byte[] reply = queried(BEYOND_SIGNED, 3);
        try (ScriptedServer server = answering(new Command.Entry(1, BEYOND_SIGNED), ok(), reply);
                StreamClient client = server.connect()) {
            assertThat(client.entry(BEYOND_SIGNED)).contains(new Entry(BEYOND_SIGNED, 3, new byte[0]));
        }
    }

    @Test
    void theLongestEntryFits() throws IOException {
        byte[] data = new byte[EntryFormat.MAX_DATA_LENGTH];
        data[data.length - 1] = 9;
        try (ScriptedServer server = answering(new Command.Entry(1, 42), ok(), queried(42, 3, data));
                StreamClient client = server.connect()) {
            assertThat(client.entry(42)).contains(new Entry(42, 3, data));
        }
    }

    @Test
    void entryThatIsNotThereIsEmpty() throws IOException {
        try (ScriptedServer server = answering(new Command.Entry(1, 42), ok(), NOT_FOUND);
                StreamClient client = server.connect()) {
            assertThat(client.entry(42)).isEmpty();
        }
    }

    @Test
    void anotherEntryThanAskedForIsAViolation() throws IOException {
        try (ScriptedServer server = answering(new Command.Entry(1, 42), ok(), queried(43, 3));
                StreamClient client = server.connect()) {
            assertThatThrownBy(() -> client.entry(42))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("Expected entry 42, but received entry 43");
        }
    }

    @Test
    void firstEventAfterABookmark() throws IOException {
        byte[] reply = queried(9, 2, hex("05"));
        try (ScriptedServer server = answering(new Command.FirstAfterBookmark(1, BOOKMARK), ok(), reply);
                StreamClient client = server.connect()) {
            assertThat(client.firstEventAfter(BOOKMARK)).contains(new Entry(9, 2, hex("05")));
        }
    }

    @Test
    void noEventAfterABookmarkIsEmpty() throws IOException {
        try (ScriptedServer server = answering(new Command.FirstAfterBookmark(1, BOOKMARK), ok(), NOT_FOUND);
                StreamClient client = server.connect()) {
            assertThat(client.firstEventAfter(BOOKMARK)).isEmpty();
        }
    }

    @Test
    void aBookmarkInPlaceOfAnEventCountsAsNone() throws IOException {
        byte[] reply = queried(9, EntryFormat.TYPE_BOOKMARK, hex("0701"));
        try (ScriptedServer server = answering(new Command.FirstAfterBookmark(1, BOOKMARK), ok(), reply);
                StreamClient client = server.connect()) {
            assertThat(client.firstEventAfter(BOOKMARK)).isEmpty();
        }
    }

    @Test
    void answersMayArriveByteByByte() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Header(1));
                    session.sendByteByByte(ok(), HEADER);
                    session.expect(new Command.Header(1));
                    session.sendByteByByte(ok(), OLD_HEADER);
                    session.expect(new Command.Entry(1, 42));
                    session.sendByteByByte(ok(), queried(42, 3, hex("c0ffee")));
                    session.expect(new Command.FirstAfterBookmark(1, BOOKMARK));
                    session.sendByteByByte(ok(), NOT_FOUND);
                    session.expect(new Command.StartBookmark(1, BOOKMARK));
                    session.sendByteByByte(result(Result.BAD_FROM_BOOKMARK));
                    session.expect(new Command.RangeBookmark(1, BOOKMARK, BOOKMARK));
                    session.sendByteByByte(
                            ok(), ScriptedServer.u64(4), entry(4, EntryFormat.TYPE_BOOKMARK, BOOKMARK.toBytes()));
                    session.expect(new Command.Start(1, 0));
                    session.sendByteByByte(ok(), entries(0, 12));
                    session.expect(new Command.Stop(1));
                    session.sendByteByByte(entries(13, 14), ok());
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            assertThat(client.header().totalEntries()).isEqualTo(15);
            assertThat(client.header().totalEntries()).isEqualTo(15);
            assertThat(client.entry(42)).contains(new Entry(42, 3, hex("c0ffee")));
            assertThat(client.firstEventAfter(BOOKMARK)).isEmpty();
            assertThatThrownBy(() -> client.follow(BOOKMARK)).isInstanceOf(Refused.class);
            client.range(BOOKMARK, BOOKMARK)
                    .forEach(entry -> assertThat(entry.number()).isEqualTo(4));
            client.follow(0);
            for (long due = 0; due <= 12; ) {
                EntryBatch batch = client.next(Duration.ofSeconds(10));
                assertThat(batch).isNotNull();
                assertThat(batch.firstNumber()).isEqualTo(due);
                due = batch.lastNumber() + 1;
            }
            client.stop();
            client.close();
        }
    }

    @Test
    void aRefusalNamesTheCommandAndCarriesTheResultAndTheClientGoesOn() throws IOException {
        Bookmark other = Bookmark.fromHex("02");
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, BEYOND_SIGNED));
                    session.send(result(Result.BAD_FROM_ENTRY));
                    session.expect(new Command.StartBookmark(1, BOOKMARK));
                    session.send(result(Result.BAD_FROM_BOOKMARK));
                    session.expect(new Command.RangeBookmark(1, BOOKMARK, other));
                    session.send(result(Result.BAD_TO_BOOKMARK));
                    session.expect(new Command.Header(1));
                    session.send(result(Result.INVALID_COMMAND));
                    session.expect(new Command.Header(1));
                    session.send(ok(), HEADER);
                });
                StreamClient client = server.connect()) {
            assertRefused(
                    catchThrowableOfType(Refused.class, () -> client.follow(BEYOND_SIGNED)),
                    Result.BAD_FROM_ENTRY,
                    "refused Start from entry 9223372036854775813: result 3 (Bad from entry).");
            assertRefused(
                    catchThrowableOfType(Refused.class, () -> client.follow(BOOKMARK)),
                    Result.BAD_FROM_BOOKMARK,
                    "refused StartBookmark 0x0701: result 4 (Bad from bookmark).");
            assertRefused(
                    catchThrowableOfType(Refused.class, () -> client.range(BOOKMARK, other)),
                    Result.BAD_TO_BOOKMARK,
                    "refused RangeBookmark 0x0701 to 0x02: result 5 (Bad to bookmark).");
            assertRefused(
                    catchThrowableOfType(Refused.class, client::header),
                    Result.INVALID_COMMAND,
                    "refused Header: result 9 (Invalid command).");
            assertThat(client.header().totalEntries()).isEqualTo(15);
        }
    }

    private static void assertRefused(Refused refused, Result result, String message) {
        assertThat(refused.result()).isEqualTo(result);
        assertThat(refused).hasMessageEndingWith(message);
    }

    @Test
    void aResultsTextCannotForgeALineOfTheLog() throws IOException {
        byte[] refusal = result(new Result(3, "no\nERROR all is lost"));
        try (ScriptedServer server = answering(new Command.Header(1), refusal);
                StreamClient client = server.connect()) {
            assertThatThrownBy(client::header).hasMessageEndingWith("result 3 (no?ERROR all is lost).");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00", // padding where the result belongs
                "02", // an entry, while no stream was stopped
                "48545450", // another protocol
                "ff 00000008 00000000", // a result shorter than its own beginning
                "ff 7fffffff 00000000", // a result of 2 GiB
                "ff ffffffff 00000000"
            })
    void garbageInPlaceOfAResultIsAViolation(String garbage) throws IOException {
        try (ScriptedServer server = answering(new Command.Header(1), hex(garbage));
                StreamClient client = server.connect()) {
            assertThatThrownBy(client::header)
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("before it had answered Header");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"02", "01 00000027", "01 ffffffff", "fe 00000011"})
    void garbageInPlaceOfAHeaderIsAViolation(String garbage) throws IOException {
        try (ScriptedServer server = answering(new Command.Header(1), ok(), hex(garbage));
                StreamClient client = server.connect()) {
            assertThatThrownBy(client::header).isInstanceOf(ProtocolViolation.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"02", "ff", "fe 00000010", "fe 00100001", "fe 80000000", "fe ffffffff"})
    void garbageInPlaceOfAQueriedEntryIsAViolation(String garbage) throws IOException {
        try (ScriptedServer server = answering(new Command.Entry(1, 42), ok(), hex(garbage));
                StreamClient client = server.connect()) {
            assertThatThrownBy(() -> client.entry(42)).isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void bytesThatNoCommandAskedForAreAViolation() throws IOException {
        try (ScriptedServer server = answering(new Command.Header(1), join(ok(), HEADER, ok()));
                StreamClient client = server.connect()) {
            client.header();
            assertThatThrownBy(client::header)
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("no command had asked for");
        }
    }

    /** Expects one command, sends the answer, and waits for the client to close. */
    private static ScriptedServer answering(Command command, byte[]... answer) {
        return new ScriptedServer(session -> {
            session.expect(command);
            session.send(answer);
            session.expectClose();
        });
    }
}
