package io.sluice.server;

import static io.sluice.server.Await.until;
import static io.sluice.server.FakeStream.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** History may take its time; what is live does not wait for it. */
class LanesTest extends ServerTest {
    private static final int HISTORY = 12_000;
    private static final int COLD_READERS = 40;
    private static final int LOOKUPS = 20;

    @Test
    void whileTheColdDiskGivesNothingLiveClientsAndCommitsGoOn() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(HISTORY, 1000);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        TestClient live = connect();
        live.send(new Command.Start(1, HISTORY)).expect(Result.OK);
        TestClient nearTheEnd = connect();
        nearTheEnd.send(new Command.Start(1, HISTORY - 100)).expect(Result.OK);
        nearTheEnd.expect(large.wire(HISTORY - 100, HISTORY));

        CountDownLatch gate = new CountDownLatch(1);
        large.coldBefore = large.header().totalLength() - SharedTail.MAX_HELD;
        large.coldGate = gate;
        List<TestClient> cold = new ArrayList<>();
        for (int i = 0; i < COLD_READERS; i++) {
            TestClient client = connect();
            client.send(new Command.Start(1, i)).expect(Result.OK);
            cold.add(client);
        }
        List<TestClient> asking = new ArrayList<>();
        for (int i = 0; i < LOOKUPS; i++) {
            TestClient client = connect();
            client.send(new Command.Entry(1, i));
            asking.add(client);
        }
        // All threads for history wait for the disk now.
        until(() -> large.coldReads.get() >= 2);
        for (int i = 0; i < 300; i++) {
            large.commit(event(1, 700, i), event(2, 3, i));
            live.expect(large.wire(HISTORY + 2 * i, HISTORY + 2 * i + 2));
        }
        nearTheEnd.expect(large.wire(HISTORY, HISTORY + 600));

        gate.countDown();
        for (int i = 0; i < COLD_READERS; i++) {
            cold.get(i).expect(large.wire(i, HISTORY + 600));
        }
        for (TestClient client : asking) {
            client.expect(Result.OK);
            client.readPacket();
        }
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsNotRead() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(HISTORY, 1000);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        CountDownLatch gate = new CountDownLatch(1);
        large.coldBefore = Long.MAX_VALUE;
        large.coldGate = gate;
        for (int i = 0; i < 200; i++) {
            try (TestClient visitor = new TestClient(server.address())) {
                visitor.send(new Command.Start(1, i)).expect(Result.OK);
            }
        }
        until(() -> server.connectionCount() == 0 && large.coldReads.get() >= 2);
        gate.countDown();
        until(() -> server.heldBytes() == 0);
        // One for each thread that waited for the disk already; the others were not worth it.
        assertThat(large.coldReads.get()).isLessThanOrEqualTo(8);
    }
}
