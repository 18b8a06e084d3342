package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.EntryFormat;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceRequest;
import io.sluice.storage.TroubledDisk;
import io.sluice.storage.TroubledDisk.Trouble;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nothing that a source does makes the server hold more than it says; and what becomes of a disk in trouble. */
class SourceLimitsTest extends SourceServerTest {
    private final TroubledDisk disk = new TroubledDisk();

    @Override
    void openStream() {
        stream = disk.open(folder.resolve("stream.bin"));
    }

    /** So that a test which fails while the disk hangs does end. */
    @AfterEach
    void endTrouble() {
        disk.set(Trouble.NONE);
    }

    /** Sends a message each time, of so many bytes. */
    private interface Sender {
        int send() throws IOException;
    }

    /** What the server has taken of a source that never stops, when it takes nothing more. */
    private static long sentUntilItBlocks(Sender sender) {
        AtomicLong sent = new AtomicLong();
        Thread sending = new Thread(() -> {
            try {
                while (sent.get() < 1L << 30) {
                    sent.addAndGet(sender.send());
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        sending.setDaemon(true);
        sending.start();
        long before = -1;
        int calm = 0;
        while (calm < 200) {
            LockSupport.parkNanos(2_000_000);
            calm = sent.get() == before ? calm + 1 : 0;
            before = sent.get();
        }
        return before;
    }

    @Test
    void aSourceThatNeverReadsItsAnswersHoldsLittle() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.start().add(2, new byte[EntryFormat.MAX_DATA_LENGTH]);
        source.committed(source.commit());
        byte[] request = SourceClient.bytesOf(new SourceRequest.GetEntry(1, 5, 0));
        long sent = sentUntilItBlocks(() -> {
            source.sendBytes(request);
            return request.length;
        });
        System.out.printf("A source that never reads could send %,d bytes%n", sent);
        System.out.printf("and %,d bytes are held for it%n", allocator.metric().usedDirectMemory());
        assertThat(allocator.metric().usedDirectMemory()).isLessThan(3L * EntryFormat.PAGE_LENGTH);
        // Its time goes on, although it has something to say.
        letPass(Duration.ofHours(1));
        Await.until(() -> server.connectionCount() == 0);
        assertThat(connect().greet(Claim.NEW, 4711, 1).continued()).isFalse();
    }

    @Test
    void aSourceThatSendsFasterThanTheDiskTakesIsHeldUp() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        disk.set(Trouble.HANGS);
        byte[] data = new byte[60_000];
        source.start();
        long sent = sentUntilItBlocks(() -> {
            source.add(2, data);
            return data.length;
        });
        System.out.printf("A source could send %,d bytes to a disk that hangs%n", sent);
        // The operation in memory, what waits to be executed, and what the kernel holds on both sides.
        assertThat(sent).isBetween(8L << 20, 40L << 20);
        letPass(Duration.ofHours(2));
        LockSupport.parkNanos(20_000_000);
        assertThat(server.connectionCount()).isEqualTo(1);
        disk.set(Trouble.NONE);
    }

    @Test
    void keepAlivesAreAnsweredAndTheLeaseIsKeptWhileTheDiskHangs() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        disk.set(Trouble.HANGS);
        long committed = source.sendOperation(1);
        for (int i = 1; i < 4; i++) {
            letPass(Duration.ofMinutes(40));
            source.send(new SourceRequest.KeepAlive(1, i)).expect(SourceRequest.KeepAlive.CODE, i, 0);
        }
        disk.set(Trouble.NONE);
        source.committed(committed);
    }

    @Test
    void aFullDiskFailsWhatIsOnItsWayAndTheSourceGoesOn() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.committed(source.sendOperation(2));
        disk.set(Trouble.FULL);
        for (int i = 0; i < 5; i++) {
            source.sendOperation(3);
        }
        source.expect(SourceMessage.Commit.CODE, 2, 130);
        for (int i = 3; i < 7; i++) {
            int code = source.read().result().code();
            assertThat(code).isIn(130, 106);
        }
        disk.set(Trouble.NONE);
        source.expect(SourceMessage.Commit.CODE, source.sendOperation(1), 106);
        source.next = 2;
        assertThat(source.committed(source.sendOperation(3)).totalEntries()).isEqualTo(5);
    }

    @Test
    void aDiskThatFailsStopsTheStreamAndTheSourceIsTold() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.committed(source.sendOperation(2));
        disk.set(Trouble.FAILS);
        source.expect(SourceMessage.Commit.CODE, source.sendOperation(2), 132);
        disk.set(Trouble.NONE);
        source.next = 2;
        source.expect(SourceMessage.Commit.CODE, source.sendOperation(2), 132);
        source.send(new SourceRequest.Truncate(1, 5, 0)).expect(SourceRequest.Truncate.CODE, 5, 132);
        source.send(new SourceRequest.GetEntry(1, 6, 1)).expect(SourceRequest.GetEntry.CODE, 6, 0);
        source.send(new SourceRequest.Close(1, 7)).expect(SourceRequest.Close.CODE, 7, 0);
        source.expectEnd();
    }

    @Test
    void aDiskThatCannotNoteTheLeaseGivesNone() throws IOException {
        start();
        disk.set(Trouble.FULL);
        connect().greetInVain(SourceClient.greeting(Claim.NEW, SourceClient.ID, SourceClient.RUN), 131);
        disk.set(Trouble.NONE);
        connect().greet();
    }

    @Test
    void oneConnectionTooManyTakesThePlaceOfOneThatHasNotGreeted() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        List<SourceClient> idle = new ArrayList<>();
        for (int i = 1; i < SourceConnections.MAX; i++) {
            idle.add(connect());
        }
        Await.until(() -> server.connectionCount() == SourceConnections.MAX);
        SourceClient newcomer = connect();
        idle.get(0).expectEnd();
        newcomer.greetInVain(SourceClient.greeting(Claim.NEW, 4711, 1), 102);
        assertThat(source.committed(source.sendOperation(1)).totalEntries()).isEqualTo(1);
    }

    @Test
    void whoIsNotWantedHoldsNoPlaceForLong() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        List<SourceClient> unwanted = new ArrayList<>();
        byte[] greeting = SourceClient.bytesOf(
                new SourceMessage.Greet(99, SourceMessage.VERSION, Claim.NEW, 1, 1, 0, SourceClient.NO_TOKEN));
        for (int i = 1; i < SourceConnections.MAX; i++) {
            unwanted.add(connect().sendBytes(greeting));
        }
        // The answer is here, and they do not leave.
        for (SourceClient each : unwanted) {
            each.expect(SourceMessage.Greet.CODE, 0, 105);
        }
        assertThat(server.connectionCount()).isEqualTo(SourceConnections.MAX);
        connect().greetInVain(SourceClient.greeting(Claim.NEW, 4711, 1), 102);
        assertThat(source.committed(source.sendOperation(1)).totalEntries()).isEqualTo(1);
    }

    @Test
    void anOperationMayBeLargerThanMemory() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.start();
        for (int i = 0; i < 60; i++) {
            source.add(2, new byte[EntryFormat.MAX_DATA_LENGTH - i]);
        }
        source.update(5, 2, new byte[EntryFormat.MAX_DATA_LENGTH - 5], (byte) 1);
        assertThat(source.committed(source.commit()).totalEntries()).isEqualTo(60);
        source.start().send(new SourceMessage.AddEntry(1, 60, 2, new byte[EntryFormat.MAX_DATA_LENGTH]));
        source.add(2, new byte[0]).rollback(60);
        assertThat(source.committed(source.sendOperation(1)).totalEntries()).isEqualTo(61);
    }
}
