package io.sluice.testing;

import static io.sluice.testing.GoServerTest.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.testing.GoServer.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each fault of the imitation happens, looks on the wire as it should, and is counted. */
class GoServerFaultsTest {
    private static final Bookmark SEVEN = Bookmark.of((byte) 7);

    private static GoServer certainly(long seed, Fault... faults) {
        return new GoServerBuilder(seed)
                .with(faults)
                .chance(1)
                .errorDelay(Duration.ofMillis(20))
                .start();
    }

    @Test
    void repeatsEntriesOrAnOperationAtTheHandover() throws IOException {
        Set<Long> repeated = new HashSet<>();
        try (GoServer server = certainly(1, Fault.REPEAT)) {
            server.append(operation(1, 20));
            server.append(operation(2, 9));
            for (int session = 0; session < 40; session++) {
                try (RawClient client = new RawClient(server.address())) {
                    client.send(new Command.Start(1, 0)).expect(Result.OK);
                    assertThat(client.entries(29)).isEqualTo(server.entries());
                    Entry first = client.entries(1).get(0);
                    assertThat(first).isEqualTo(server.entries().get((int) first.number()));
                    List<Entry> rest = client.entries((int) (28 - first.number()));
                    assertThat(rest).isEqualTo(server.entries().subList((int) first.number() + 1, 29));
                    repeated.add(first.number());
                }
            }
            assertThat(repeated).as(server.toString()).contains(20L, 28L).hasSizeGreaterThan(3);
            assertThat(server.count(Fault.REPEAT)).isEqualTo(40);
        }
    }

    @Test
    void losesEntriesOrAnOperationAtTheHandover() throws IOException {
        boolean whole = false;
        boolean part = false;
        for (int seed = 0; seed < 20; seed++) {
            try (GoServer server = certainly(seed, Fault.LOSE);
                    RawClient client = new RawClient(server.address())) {
                server.append(operation(1, 2));
                client.send(new Command.Start(1, 0)).expect(Result.OK);
                client.entries(2);
                List<Entry> received = new ArrayList<>();
                // Until the handover is over operations come as history; one after that suffers.
                while (server.count(Fault.LOSE) == 0) {
                    server.append(operation(2, 4));
                    Await.until(() -> server.count(Fault.LOSE) > 0 || !nothingCame(client), server);
                }
                server.append(operation(3, 1));
                long last = server.header().totalEntries() - 1;
                do {
                    received.addAll(client.entries(1));
                } while (received.get(received.size() - 1).number() < last);
                assertThat(server.entries()).containsAll(received);
                long lost = last - 1 - received.size();
                assertThat(lost).isBetween(1L, 4L);
                whole |= lost == 4;
                part |= lost < 4;
                assertThat(server.count(Fault.LOSE)).isEqualTo(1);
            }
        }
        assertThat(whole && part).isTrue();
    }

    private static boolean nothingCame(RawClient client) {
        try {
            return client.socket().getInputStream().available() == 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sendsAnEntryBeyondTheEndAndItsNumberAgain() throws IOException {
        try (GoServer server = certainly(3, Fault.BEYOND_END);
                RawClient client = new RawClient(server.address())) {
            server.append(operation(1, 3));
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            assertThat(client.entries(3)).isEqualTo(server.entries());
            Entry beyond = client.entries(1).get(0);
            assertThat(beyond.number()).isEqualTo(server.header().totalEntries());
            server.append(operation(2, 2));
            assertThat(client.entries(2))
                    .isEqualTo(server.entries().subList(3, 5))
                    .doesNotContain(beyond);
            assertThat(server.count(Fault.BEYOND_END)).isEqualTo(1);
        }
    }

    @Test
    void fallsSilentForGood() throws IOException {
        try (GoServer server = certainly(4, Fault.SILENT);
                RawClient client = new RawClient(server.address())) {
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            while (server.count(Fault.SILENT) == 0) {
                long before = server.header().totalEntries();
                server.append(operation(2, 1));
                Await.until(() -> server.count(Fault.SILENT) > 0 || !nothingCame(client), server);
                if (server.count(Fault.SILENT) == 0) {
                    assertThat(client.entries(1).get(0).number()).isEqualTo(before);
                }
            }
            server.append(operation(3, 1));
            client.expectSilence();
            client.send(new Command.Header(1)).expect(Result.ALREADY_STARTED);
            client.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
        }
    }

    @Test
    void readsNoCommandInHistory() throws IOException {
        try (GoServer server = new GoServerBuilder(5)
                        .with(Fault.NO_COMMANDS_IN_HISTORY)
                        .sendBufferBytes(8192)
                        .start();
                RawClient client = new RawClient(server.address(), 8192)) {
            server.append(List.of(new Entry(0, 3, new byte[1_000_000]), new Entry(0, 3, new byte[1_000_000])));
            client.send(new Command.Start(1, 0)).send(new Command.Stop(1)).expect(Result.OK);
            assertThat(client.entries(2)).isEqualTo(server.entries());
            client.expect(Result.OK);
            assertThat(server.count(Fault.NO_COMMANDS_IN_HISTORY)).isEqualTo(1);
        }
    }

    @Test
    void sendsEntriesAfterAStop() throws IOException {
        try (GoServer server = certainly(6, Fault.ENTRIES_AFTER_STOP);
                RawClient client = new RawClient(server.address())) {
            server.append(operation(1, 1));
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            client.entries(1);
            client.send(new Command.Stop(1)).expect(Result.OK);
            server.append(operation(2, 5));
            Await.until(() -> server.count(Fault.ENTRIES_AFTER_STOP) > 0, server);
            assertThat(client.entries(1).get(0).number()).isEqualTo(1);
        }
        // A command ends it.
        try (GoServer server = certainly(6, Fault.ENTRIES_AFTER_STOP);
                RawClient client = new RawClient(server.address())) {
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            client.send(new Command.Stop(1)).expect(Result.OK);
            client.send(new Command.Entry(1, 0)).expect(Result.OK);
            client.entry(EntryFormat.PACKET_QUERIED_ENTRY);
            server.append(operation(2, 5));
            client.expectSilence();
            assertThat(server.count(Fault.ENTRIES_AFTER_STOP)).isZero();
        }
    }

    @Test
    void isStuckAfterAnError() throws IOException {
        for (Command start : List.of(new Command.Start(1, 1), new Command.StartBookmark(1, SEVEN))) {
            try (GoServer server = certainly(7, Fault.STUCK_AFTER_ERROR);
                    RawClient client = new RawClient(server.address())) {
                client.send(start)
                        .expect(start instanceof Command.Start ? Result.BAD_FROM_ENTRY : Result.BAD_FROM_BOOKMARK);
                client.send(new Command.Header(1)).expect(Result.ALREADY_STARTED);
                client.send(new Command.Start(1, 0)).expect(Result.ALREADY_STARTED);
                client.send(new Command.Entry(1, 0)).expect(Result.ALREADY_STARTED);
                client.send(new Command.FirstAfterBookmark(1, SEVEN)).expect(Result.ALREADY_STARTED);
                client.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
                assertThat(server.count(Fault.STUCK_AFTER_ERROR)).isEqualTo(5);
            }
        }
    }

    @Test
    void closesAfterEveryError() throws IOException {
        try (GoServer server = certainly(8, Fault.CLOSE_AFTER_ERROR)) {
            for (Command wrong :
                    List.of(new Command.Start(1, 1), new Command.StartBookmark(1, SEVEN), new Command.Stop(1))) {
                try (RawClient client = new RawClient(server.address())) {
                    client.send(wrong);
                    assertThat(client.read(9)[0]).isEqualTo((byte) EntryFormat.PACKET_RESULT);
                    client.socket().shutdownOutput();
                    assertThat(client.socket().getInputStream().readAllBytes()).hasSizeBetween(0, 40);
                }
            }
            assertThat(server.count(Fault.CLOSE_AFTER_ERROR)).isEqualTo(3);
        }
    }

    @Test
    void takesTheNextBytesForACommandAfterAnInvalidOne() throws IOException {
        try (GoServer server = certainly(9, Fault.OPEN_AFTER_INVALID);
                RawClient client = new RawClient(server.address())) {
            client.send(new Command.Extend(1)).expect(Result.INVALID_COMMAND);
            client.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
            assertThat(server.count(Fault.OPEN_AFTER_INVALID)).isEqualTo(1);
        }
    }

    @Test
    void cutsOffAReaderThatTakesNothing() throws IOException {
        try (GoServer server = new GoServerBuilder(10)
                        .with(Fault.WRITE_TIMEOUT)
                        .writeTimeout(Duration.ofMillis(50))
                        .sendBufferBytes(8192)
                        .start();
                RawClient lazy = new RawClient(server.address(), 8192);
                RawClient idle = new RawClient(server.address())) {
            server.append(List.of(new Entry(0, 3, new byte[1_000_000])));
            lazy.send(new Command.Start(1, 0));
            Await.until(() -> server.count(Fault.WRITE_TIMEOUT) == 1, server);
            Await.until(() -> server.open() == 1, server);
            idle.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
        }
    }

    @Test
    void cutsOffAQuietStream() throws IOException {
        try (GoServer server = new GoServerBuilder(11)
                        .with(Fault.INACTIVITY)
                        .inactivityTimeout(Duration.ofMillis(50))
                        .start();
                RawClient client = new RawClient(server.address())) {
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            client.expectEnd();
            assertThat(server.count(Fault.INACTIVITY)).isEqualTo(1);
        }
    }

    @Test
    void refusesConnectionsOverItsLimit() throws IOException {
        try (GoServer server = new GoServerBuilder(12)
                        .with(Fault.CONNECTION_LIMIT)
                        .connectionLimit(2)
                        .start();
                RawClient first = new RawClient(server.address());
                RawClient second = new RawClient(server.address())) {
            second.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
            try (RawClient third = new RawClient(server.address())) {
                third.expectEnd();
            }
            assertThat(server.count(Fault.CONNECTION_LIMIT)).isEqualTo(1);
            first.close();
            Await.until(() -> server.open() == 1, server);
            try (RawClient third = new RawClient(server.address())) {
                third.send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
            }
        }
    }

    @Test
    void isOutOfStepAfterAMisuse() throws IOException {
        try (GoServer server = certainly(13, Fault.PARAMETERS_UNREAD, Fault.OPEN_AFTER_INVALID);
                RawClient client = new RawClient(server.address());
                RawClient other = new RawClient(server.address())) {
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            client.send(new Command.Entry(1, 3)).expect(Result.ALREADY_STARTED);
            // The 3 is taken for the command Header, and the next command's number for its stream type.
            client.send(new Command.Start(1, 0)).expect(Result.ALREADY_STARTED);
            assertThat(server.count(Fault.PARAMETERS_UNREAD)).isEqualTo(1);

            ByteBuffer tooLong = ByteBuffer.allocate(20).putLong(6).putLong(1).putInt(17);
            other.send(tooLong.array()).send(new Command.Stop(1)).expect(Result.ALREADY_STOPPED);
            assertThat(server.count(Fault.PARAMETERS_UNREAD)).isEqualTo(2);
        }
    }

    @Test
    void answersABookmarkWithABookmark() throws IOException {
        try (GoServer server = certainly(14, Fault.BOOKMARK_OF_BOOKMARK);
                RawClient client = new RawClient(server.address())) {
            server.append(List.of(new Entry(0, EntryFormat.TYPE_BOOKMARK, new byte[] {7})));
            client.send(new Command.FirstAfterBookmark(1, SEVEN)).expect(Result.OK);
            assertThat(client.entry(EntryFormat.PACKET_QUERIED_ENTRY))
                    .isEqualTo(server.entries().get(0));
            assertThat(server.count(Fault.BOOKMARK_OF_BOOKMARK)).isEqualTo(1);
        }
    }

    @Test
    void sendsTheHeaderOfOldServers() throws IOException {
        try (GoServer server = certainly(15, Fault.OLD_HEADER);
                RawClient client = new RawClient(server.address())) {
            server.append(operation(1, 3));
            client.send(new Command.Header(1)).expect(Result.OK);
            StreamHeader header = StreamHeader.read(ByteBuffer.wrap(client.read(StreamHeader.OLD_LENGTH)));
            assertThat(header)
                    .isEqualTo(new StreamHeader(0, 0, 1, server.header().totalLength(), 3));
            assertThat(server.counts()).containsOnlyKeys(Fault.OLD_HEADER);
        }
    }

    @Test
    void noFaultOfChanceBeginsWhenTheyAreStopped() throws IOException {
        try (GoServer server = certainly(
                        16, Fault.REPEAT, Fault.LOSE, Fault.BEYOND_END, Fault.SILENT, Fault.ENTRIES_AFTER_STOP);
                RawClient client = new RawClient(server.address())) {
            server.stopFaults();
            server.append(operation(1, 3));
            client.send(new Command.Start(1, 0)).expect(Result.OK);
            for (int i = 0; i < 10; i++) {
                server.append(operation(i, 2));
            }
            assertThat(client.entries(23)).isEqualTo(server.entries());
            client.send(new Command.Stop(1)).expect(Result.OK);
            assertThat(server.counts()).as(server.toString()).isEmpty();
            assertThat(server.toString()).contains("seed=16");
        }
    }
}
