package io.sluice.server;

import static io.sluice.server.Await.until;
import static io.sluice.server.FakeStream.bookmark;
import static io.sluice.server.FakeStream.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class HistoryChangeTest extends ServerTest {
    @Test
    void whoIsBeyondIsClosedAndWhoIsBeforeGoesOn() throws IOException {
        stream.commitEvents(100, 20);
        start();
        TestClient beyond = connect();
        beyond.send(new Command.Start(1, 90)).expect(Result.OK);
        beyond.expect(stream.wire(90, 100));
        stream.truncate(80);
        beyond.expectEnd();
        TestClient atTheEnd = connect();
        atTheEnd.send(new Command.Start(1, 80)).expect(Result.OK);
        stream.commit(event(5, 30, 5));
        atTheEnd.expect(stream.wire(80, 81));
        stream.truncate(81 - 1);
        atTheEnd.expectEnd();
    }

    @Test
    void aRewriteClosesNobodyAndWhatComesIsNew() throws IOException {
        stream.commitEvents(10, 20);
        start();
        TestClient live = connect();
        live.send(new Command.Start(1, 0)).expect(Result.OK);
        live.expect(stream.wire(0, 10));
        stream.rewrite(9, new byte[20]);
        TestClient later = connect();
        later.send(new Command.Start(1, 5)).expect(Result.OK);
        later.expect(stream.wire(5, 10));
        stream.commit(event(1, 1, 1));
        live.expect(stream.wire(10, 11));
        later.expect(stream.wire(10, 11));
    }

    @Test
    void aReadThatATruncationOvertakesIsNotSent() throws IOException {
        stream.commitEvents(100, 20);
        start();
        TestClient client = connect();
        client.send(new Command.Start(1, 100)).expect(Result.OK);
        CountDownLatch gate = new CountDownLatch(1);
        stream.gate = gate;
        int reads = stream.reads.get();
        stream.commit(event(1, 30, 1));
        until(() -> stream.reads.get() > reads);
        // The read is under way; its entry goes, and another one takes its place.
        stream.truncate(100);
        stream.commit(event(2, 30, 2));
        gate.countDown();
        client.expect(stream.wire(100, 101));
    }

    @Test
    void aLookupThatATruncationOvertakesIsDoneAgain() throws IOException {
        stream.commit(bookmark("0a"), event(1, 1, 1), bookmark("0b"), event(1, 1, 2));
        start();
        TestClient client = connect();
        client.expectIdle(stream);
        CountDownLatch gate = new CountDownLatch(1);
        stream.gate = gate;
        int reads = stream.reads.get();
        client.send(new Command.StartBookmark(1, Bookmark.fromHex("0b")));
        until(() -> stream.reads.get() > reads);
        stream.truncate(1);
        stream.commit(bookmark("0b"), event(1, 1, 3));
        gate.countDown();
        client.expect(Result.OK);
        client.expect(stream.wire(1, 3));
    }

    @Test
    void aRangeThatLosesItsEndIsClosed() throws IOException {
        stream.commit(bookmark("0a"));
        stream.commitEvents(1000, 100);
        stream.commit(bookmark("0b"));
        start();
        TestClient client = connect();
        client.expectIdle(stream);
        client.send(new Command.RangeBookmark(1, Bookmark.fromHex("0a"), Bookmark.fromHex("0a")));
        client.expect(Result.OK);
        client.read(8);
        client.expect(stream.wire(0, 1));
        CountDownLatch gate = new CountDownLatch(1);
        client.send(new Command.RangeBookmark(1, Bookmark.fromHex("0a"), Bookmark.fromHex("0b")));
        client.expect(Result.OK);
        stream.gate = gate;
        stream.truncate(1);
        gate.countDown();
        // Everything may have been on its way already; otherwise the end comes early. Never does anything else come.
        assertThat(client.readToEnd()).isLessThanOrEqualTo(8 + 1 + 2 * 18 + 1000L * 117);
    }

    /** A reader that stalls, then truncation and growth: not a byte of the new history where the old one stood. */
    @Test
    void aStalledReaderNeverGetsNewBytesWhereOldOnesStood() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(20_000, 1000);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        TestClient stalled = connect(4096);
        stalled.send(new Command.Start(1, 0)).expect(Result.OK);
        stalled.readPacket();
        until(() -> large.reads.get() > 3);
        byte[] old = large.wire(1, 20_000);
        large.truncate(2);
        large.commit(event(99, 1000, 99), event(99, 1000, 100));
        for (int i = 0; i < 5; i++) {
            large.commitEvents(1000, 1000);
        }
        // The server has closed it; what the sockets hold already may still come.
        until(() -> server.connectionCount() == 0);
        ByteBuffer expected = ByteBuffer.wrap(old);
        try {
            while (true) {
                ByteBuffer packet = stalled.readPacket();
                ByteBuffer was = expected.slice(expected.position(), packet.limit());
                assertThat(packet).isEqualTo(was);
                expected.position(expected.position() + packet.limit());
            }
        } catch (EOFException | SocketException | SocketTimeoutException e) {
            // The kernel may give up on what it held for a connection that is closed: nothing comes then.
            assertThat(expected.hasRemaining()).isTrue();
        }
    }

    /** Each history marks its entries with a type of its own, which must never go back from one entry to the next. */
    @Test
    void whileHistoryChangesOftenEachClientSeesOneHistory() throws Exception {
        stream.commitEvents(50, 20);
        start();
        AtomicBoolean changing = new AtomicBoolean(true);
        Thread source = new Thread(() -> {
            for (int history = 2; changing.get(); history++) {
                int total = (int) stream.header().totalEntries();
                stream.truncate(Math.max(0, total - 1 - history % 7));
                for (int i = 0; i < 10; i++) {
                    stream.commit(event(history, 20 + history % 50, i));
                }
                // The lock of the stream in memory is not fair: without a pause its readers would starve.
                LockSupport.parkNanos(200_000);
            }
        });
        source.start();
        long seen = 0;
        long deadline = System.nanoTime() + 2_000_000_000L;
        while (System.nanoTime() < deadline) {
            try (TestClient client = new TestClient(server.address())) {
                seen += follow(client);
            }
        }
        changing.set(false);
        source.join();
        assertThat(seen).isGreaterThan(100);
    }

    private long follow(TestClient client) throws IOException {
        long next = Math.max(0, stream.header().totalEntries() - 30);
        long count = 0;
        long history = 0;
        try {
            client.send(new Command.Start(1, next)).expect(Result.OK);
            for (; count < 2000; count++) {
                ByteBuffer packet = client.readPacket();
                assertThat(EntryFormat.number(packet, 0)).isEqualTo(next);
                assertThat((long) EntryFormat.type(packet, 0)).isGreaterThanOrEqualTo(history);
                history = EntryFormat.type(packet, 0);
                next++;
            }
        } catch (EOFException | SocketException e) {
            // Closed: it was beyond.
        }
        return count;
    }
}
