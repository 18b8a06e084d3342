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

import io.sluice.client.ClientException.ConnectionLost;
import io.sluice.client.ClientException.ProtocolViolation;
import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamClientFollowTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Bookmark BOOKMARK = Bookmark.fromHex("0x0701");

    @Test
    void handsOutWhatHasArrivedAsOneBatchWithTheEntriesOwnBytes() throws IOException {
        byte[] stream = join(entry(5, 1, hex("aa")), entry(6, 2), entry(7, EntryFormat.TYPE_BOOKMARK, hex("bbcc")));
        try (ScriptedServer server = streaming(new Command.Start(1, 5), ok(), stream);
                StreamClient client = server.connect()) {
            client.follow(5);
            EntryBatch batch = next(client);
            assertThat(batch.count()).isEqualTo(3);
            assertThat(batch.firstNumber()).isEqualTo(5);
            assertThat(batch.lastNumber()).isEqualTo(7);
            assertThat(batch.byteLength()).isEqualTo(stream.length);
            byte[] bytes = new byte[batch.byteLength()];
            batch.bytes().get(bytes);
            assertThat(bytes).isEqualTo(stream);
            assertThat(batch.entries())
                    .containsExactly(
                            new Entry(5, 1, hex("aa")),
                            new Entry(6, 2, new byte[0]),
                            new Entry(7, EntryFormat.TYPE_BOOKMARK, hex("bbcc")));
        }
    }

    @Test
    void aBatchEndsWithTheLastWholeEntryAndTheRestComesWithTheNext() throws IOException {
        CountDownLatch firstTaken = new CountDownLatch(1);
        byte[] second = entry(1, 7, hex("0102030405"));
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok(), entry(0, 7), Arrays.copyOf(second, 19));
                    firstTaken.await();
                    session.send(Arrays.copyOfRange(second, 19, second.length), entry(2, 7));
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            assertThat(next(client).lastNumber()).isZero();
            assertThat(client.next(Duration.ZERO)).isNull();
            firstTaken.countDown();
            assertThat(next(client).entries())
                    .containsExactly(new Entry(1, 7, hex("0102030405")), new Entry(2, 7, new byte[0]));
        }
    }

    @Test
    void theStreamGoesThroughTheBufferManyTimes() throws IOException {
        long last = 400_000; // some 9 MB
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok());
                    for (long number = 0; number <= last; number += 1000) {
                        session.send(entries(number, Math.min(number + 999, last)));
                    }
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            for (long due = 0; due <= last; ) {
                EntryBatch batch = next(client);
                assertThat(batch.firstNumber()).isEqualTo(due);
                while (batch.advance()) {
                    if (batch.number() != due || batch.type() != 7 || batch.dataLength() != due % 10) {
                        throw new AssertionError("Entry " + due + " is wrong.");
                    }
                    due++;
                }
            }
        }
    }

    @Test
    void entriesOfTheGreatestLengthFollowEachOther() throws IOException {
        byte[] data = new byte[EntryFormat.MAX_DATA_LENGTH];
        try (ScriptedServer server = streaming(
                        new Command.Start(1, 0), ok(), entry(0, 7), entry(1, 8, data), entry(2, 9, data), entry(3, 7));
                StreamClient client = server.connect()) {
            client.follow(0);
            ByteArrayOutputStream types = new ByteArrayOutputStream();
            while (types.size() < 4) {
                next(client).forEach(entry -> types.write(entry.type()));
            }
            assertThat(types.toByteArray()).containsExactly(7, 8, 9, 7);
        }
    }

    @Test
    void aStreamMayBeginBeyondSignedNumbers() throws IOException {
        long first = Long.MAX_VALUE;
        try (ScriptedServer server =
                        streaming(new Command.Start(1, first), ok(), entry(first, 7), entry(first + 1, 7));
                StreamClient client = server.connect()) {
            client.follow(first);
            assertThat(next(client).lastNumber()).isEqualTo(Long.MIN_VALUE);
        }
    }

    @Test
    void aStreamFromABookmarkBeginsAtWhicheverNumberItHas() throws IOException {
        byte[] bookmark = entry(1234, EntryFormat.TYPE_BOOKMARK, BOOKMARK.toBytes());
        try (ScriptedServer server = streaming(new Command.StartBookmark(1, BOOKMARK), ok(), bookmark, entry(1235, 7));
                StreamClient client = server.connect()) {
            client.follow(BOOKMARK);
            EntryBatch batch = next(client);
            assertThat(batch.firstNumber()).isEqualTo(1234);
            assertThat(batch.lastNumber()).isEqualTo(1235);
        }
    }

    @Test
    void aStreamFromABookmarkMustBeginWithThatBookmark() throws IOException {
        byte[][] wrong = {
            entry(1234, 7, BOOKMARK.toBytes()),
            entry(1234, EntryFormat.TYPE_BOOKMARK, hex("0702")),
            entry(1234, EntryFormat.TYPE_BOOKMARK, hex("070100")),
            entry(1234, EntryFormat.TYPE_BOOKMARK)
        };
        for (byte[] first : wrong) {
            try (ScriptedServer server = streaming(new Command.StartBookmark(1, BOOKMARK), ok(), first);
                    StreamClient client = server.connect()) {
                client.follow(BOOKMARK);
                assertThatThrownBy(() -> client.next(LONG))
                        .isInstanceOf(ProtocolViolation.class)
                        .hasMessageContaining("Entry 1234 came first, but does not hold bookmark 0x0701");
            }
        }
    }

    @Test
    void aGapIsReportedAfterTheEntriesBeforeIt() throws IOException {
        try (ScriptedServer server = streaming(new Command.Start(1, 3), ok(), entries(3, 4), entry(6, 7));
                StreamClient client = server.connect()) {
            client.follow(3);
            assertThat(next(client).lastNumber()).isEqualTo(4);
            assertThatThrownBy(() -> client.next(LONG))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("Expected entry 5, but received entry 6: a gap");
        }
    }

    @Test
    void aRepeatIsReportedAfterTheEntriesBeforeIt() throws IOException {
        try (ScriptedServer server = streaming(new Command.Start(1, 3), ok(), entries(3, 4), entry(4, 7));
                StreamClient client = server.connect()) {
            client.follow(3);
            assertThat(next(client).lastNumber()).isEqualTo(4);
            assertThatThrownBy(() -> client.next(LONG))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("Expected entry 5, but received entry 4: a repeat");
        }
    }

    @Test
    void theFirstEntryMustBeTheOneAskedFor() throws IOException {
        try (ScriptedServer server = streaming(new Command.Start(1, 3), ok(), entry(0, 7));
                StreamClient client = server.connect()) {
            client.follow(3);
            assertThatThrownBy(() -> client.next(LONG)).hasMessageContaining("Expected entry 3, but received entry 0");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00", // padding
                "01", // a header
                "fe", // the answer to a query
                "ff", // a result that no command asked for
                "02 00000010", // shorter than an entry's beginning
                "02 00100001", // longer than a page
                "02 80000000", // negative, if it were signed
                "02 ffffffff"
            })
    void garbageIsFoundAtItsFirstBytes(String garbage) throws IOException {
        try (ScriptedServer server = streaming(new Command.Start(1, 0), ok(), entry(0, 7), hex(garbage));
                StreamClient client = server.connect()) {
            client.follow(0);
            assertThat(next(client).count()).isEqualTo(1);
            assertThatThrownBy(() -> client.next(LONG))
                    .isInstanceOf(ProtocolViolation.class)
                    .hasMessageContaining("while entry 1 was due");
        }
    }

    @Test
    void aBatchIsInvalidAfterTheNextCall() throws IOException {
        try (ScriptedServer server = streaming(new Command.Start(1, 0), ok(), entries(0, 4));
                StreamClient client = server.connect()) {
            client.follow(0);
            EntryBatch batch = next(client);
            batch.advance();
            assertThat(client.next(Duration.ZERO)).isNull();
            assertThatThrownBy(batch::number).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(batch::advance).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(batch::bytes).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(batch::entries)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("valid until the next call");
        }
    }

    @Test
    void entriesThatArrivedBeforeTheServerLeftAreHandedOutFirst() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok(), entries(0, 4));
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            assertThat(next(client).lastNumber()).isEqualTo(4);
            assertThatThrownBy(() -> client.next(LONG))
                    .isInstanceOf(ConnectionLost.class)
                    .hasMessageEndingWith("closed the connection while entry 5 was due.");
        }
    }

    @Test
    void stopDiscardsTheEntriesThatWereOnTheirWayBeforeItsResult() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok(), entries(0, 99), Arrays.copyOf(entry(100, 7), 10));
                    session.expect(new Command.Stop(1));
                    byte[] interrupted = entry(100, 7);
                    session.send(Arrays.copyOfRange(interrupted, 10, interrupted.length));
                    session.send(entries(101, 80_000), ok());
                    session.expect(new Command.Entry(1, 7));
                    session.send(ok(), queried(7, 1));
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            assertThat(next(client).lastNumber()).isEqualTo(99);
            client.stop();
            assertThat(client.entry(7)).isPresent();
        }
    }

    @Test
    void entriesThatFollowTheResultOfStopAreDiscardedToo() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok(), entries(0, 4));
                    session.expect(new Command.Stop(1));
                    session.send(ok(), entries(5, 20));
                    session.expect(new Command.Start(1, 2));
                    session.send(entries(21, 22), ok(), entries(2, 3));
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            client.stop();
            client.follow(2);
            assertThat(next(client).firstNumber()).isEqualTo(2);
        }
    }

    @Test
    void entriesAfterTheResultOfTheCommandAfterStopAreNotTolerated() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok());
                    session.expect(new Command.Stop(1));
                    session.send(ok());
                    session.expect(new Command.Start(1, 9));
                    session.send(result(Result.BAD_FROM_ENTRY));
                    session.expect(new Command.Start(1, 8));
                    session.send(entries(0, 0), ok());
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            client.stop();
            assertThatThrownBy(() -> client.follow(9)).isInstanceOf(ClientException.Refused.class);
            assertThatThrownBy(() -> client.follow(8)).isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void callsThatDoNotFitAreRefusedLocallyAndNothingIsSent() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok(), entries(0, 4));
                    session.expect(new Command.Stop(1));
                    session.send(ok());
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            assertThatThrownBy(client::stop)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("stop needs a stream that is followed: call follow first.");
            assertThatThrownBy(() -> client.next(LONG)).isInstanceOf(IllegalStateException.class);
            client.follow(0);
            EntryBatch batch = next(client);
            assertThatThrownBy(client::header)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("header is not possible while a stream is followed: call stop first");
            assertThatThrownBy(() -> client.entry(1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> client.firstEventAfter(BOOKMARK)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> client.range(BOOKMARK, BOOKMARK)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> client.follow(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> client.follow(BOOKMARK)).isInstanceOf(IllegalStateException.class);
            assertThat(batch.entries()).hasSize(5);
            client.stop();
        }
    }

    private static EntryBatch next(StreamClient client) {
        EntryBatch batch = client.next(LONG);
        assertThat(batch).isNotNull();
        return batch;
    }

    /** Expects one command, sends the answer in one write, and waits for the client to close. */
    private static ScriptedServer streaming(Command command, byte[]... answer) {
        return new ScriptedServer(session -> {
            session.expect(command);
            session.send(answer);
            session.expectClose();
        });
    }
}
