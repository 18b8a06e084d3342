package io.sluice.server;

import static io.sluice.server.Await.until;
import static io.sluice.server.FakeStream.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StallTest extends ServerTest {
    private static final int ENTRIES = 30_000;

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoTakesNothingIsClosedAndWhoIsSlowOrQuietIsNot(Transport transport) throws Exception {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(ENTRIES, 1000);
        start(ServerOptions.defaults().withStallTimeout(Duration.ofMillis(600)), Map.of(1L, large), transport);
        TestClient quiet = connect();
        quiet.send(new Command.Start(1, ENTRIES)).expect(Result.OK);
        TestClient idle = connect();
        TestClient slow = connect(16 << 10);
        slow.send(new Command.Start(1, 0)).expect(Result.OK);
        TestClient stalled = connect(4096);
        stalled.send(new Command.Start(1, 0)).expect(Result.OK);

        long began = System.nanoTime();
        long next = 0;
        while (server.connectionCount() == 4 && System.nanoTime() - began < TimeUnit.SECONDS.toNanos(10)) {
            // 256 KiB each 20 ms: slow is what this test has to be.
            for (int i = 0; i < 256; i++) {
                assertThat(slow.readPacket().getLong(9)).isEqualTo(next % ENTRIES);
                next++;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(server.connectionCount()).isEqualTo(3);
        // The one that is gone is the stalled one, because each of the others still gets all that is its own.
        slow.expect(large.wire((int) next, ENTRIES));
        large.commit(event(1, 1, 1));
        quiet.expect(large.wire(ENTRIES, ENTRIES + 1));
        slow.expect(large.wire(ENTRIES, ENTRIES + 1));
        idle.expectIdle(large);
    }

    @Test
    void anAnswerThatIsNotTakenCountsToo() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commit(event(1, 1_000_000, 1));
        start(ServerOptions.defaults().withStallTimeout(Duration.ofMillis(300)), Map.of(1L, large), Transport.best());
        TestClient client = connect(4096);
        for (int i = 0; i < 20; i++) {
            client.send(new Command.Entry(1, 0));
        }
        until(() -> server.connectionCount() == 0);
    }
}
