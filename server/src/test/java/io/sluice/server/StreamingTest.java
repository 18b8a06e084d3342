package io.sluice.server;

import static io.sluice.server.FakeStream.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class StreamingTest extends ServerTest {
    private static final int SMALL_RECEIVE_BUFFER = 4096;

    @Test
    void historyOfAllSizesComesWholeAcrossPages() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            stream.commit(event(i, random.nextInt(10) == 0 ? 4096 - 17 : random.nextInt(700), i));
        }
        start();
        TestClient client = connect();
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        client.expect(stream.wire(0, 2000));
        TestClient later = connect();
        later.send(new Command.Start(1, 1234)).expect(Result.OK);
        later.expect(stream.wire(1234, 2000));
    }

    @Test
    void stopInTheMiddleOfHistoryEndsAtAnEntryAndNothingFollows() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(60_000, 1000);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        TestClient client = connect(SMALL_RECEIVE_BUFFER);
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        client.readPacket();
        client.send(new Command.Stop(1));
        assertThat(client.readEntriesUntil(Result.OK, 1)).isLessThan(60_000);
        large.commit(event(1, 10, 1));
        client.expectIdle(large);
        // And from there on again.
        client.send(new Command.Start(1, 59_999)).expect(Result.OK);
        client.expect(large.wire(59_999, 60_001));
    }

    @Test
    void manyJoinWhileOperationsAreCommittedAndNoneSeesAGap() throws Exception {
        stream.commitEvents(500, 50);
        start();
        AtomicBoolean joining = new AtomicBoolean(true);
        Thread source = new Thread(() -> {
            for (int i = 0; joining.get(); i++) {
                stream.commit(event(1, i % 300, i), event(2, 7, i));
                // The lock of the stream in memory is not fair: without a pause its readers would starve.
                LockSupport.parkNanos(20_000);
            }
        });
        source.start();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> joins = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int seed = i;
                joins.add(threads.submit(() -> {
                    joinAndFollow(seed);
                    return null;
                }));
            }
            for (Future<?> join : joins) {
                join.get(20, TimeUnit.SECONDS);
            }
        } finally {
            joining.set(false);
            source.join();
            threads.shutdown();
        }
    }

    private void joinAndFollow(int seed) throws IOException {
        try (TestClient client = new TestClient(server.address())) {
            long total = stream.header().totalEntries();
            long from = Math.max(0, total - new Random(seed).nextInt(60));
            client.send(new Command.Start(1, from)).expect(Result.OK);
            for (long next = from; next < total + 100; next++) {
                ByteBuffer packet = client.readPacket();
                assertThat(packet.getLong(9)).isEqualTo(next);
            }
        }
    }

    @Test
    void aClientThatNeverReadsDelaysNobody() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(40_000, 1000);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        for (int i = 0; i < 8; i++) {
            connect(SMALL_RECEIVE_BUFFER).send(new Command.Start(1, i));
        }
        TestClient live = connect();
        live.send(new Command.Start(1, 40_000)).expect(Result.OK);
        TestClient catchingUp = connect();
        catchingUp.send(new Command.Start(1, 0)).expect(Result.OK);
        catchingUp.expect(large.wire(0, 40_000));
        large.commit(event(1, 5, 5));
        live.expect(large.wire(40_000, 40_001));
        catchingUp.expect(large.wire(40_000, 40_001));
    }

    @Test
    void manyLiveClientsAreServedByOneReadPerOperation() throws IOException {
        start();
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(connect());
            clients.get(i).send(new Command.Start(1, 0)).expect(Result.OK);
        }
        int readsBefore = stream.reads.get();
        for (int i = 0; i < 20; i++) {
            stream.commit(event(1, 100, i));
            for (TestClient client : clients) {
                client.expect(stream.wire(i, i + 1));
            }
        }
        assertThat(stream.reads.get() - readsBefore).isLessThanOrEqualTo(20);
    }

    @Test
    void aBulkOperationReachesAllWhoAreLive() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(connect());
            clients.get(i).send(new Command.Start(1, 0)).expect(Result.OK);
        }
        Entry[] operation = new Entry[8_000];
        for (int i = 0; i < operation.length; i++) {
            operation[i] = event(1, 1000, i);
        }
        large.commit(operation);
        byte[] wire = large.wire(0, operation.length);
        for (TestClient client : clients) {
            client.expect(wire);
        }
    }
}
