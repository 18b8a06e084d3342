package io.sluice.server;

import static io.sluice.server.Await.until;
import static io.sluice.server.FakeStream.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionLimitTest extends ServerTest {
    @Test
    void theLongestIdleGoesFirstAndStreamsStay() throws IOException {
        start(ServerOptions.defaults().withMaxConnections(4));
        TestClient streaming = connect();
        streaming.send(new Command.Start(1, 0)).expect(Result.OK);
        TestClient first = connect();
        first.expectIdle(stream);
        TestClient second = connect();
        second.expectIdle(stream);
        TestClient third = connect();
        third.expectIdle(stream);
        first.expectIdle(stream);

        TestClient fourth = connect();
        fourth.expectIdle(stream);
        second.expectEnd();
        TestClient fifth = connect();
        fifth.expectIdle(stream);
        third.expectEnd();

        first.expectIdle(stream);
        stream.commit(event(1, 1, 1));
        streaming.expect(stream.wire(0, 1));
        assertThat(server.connectionCount()).isEqualTo(4);
    }

    @Test
    void whoStoppedIsIdleAgain() throws IOException {
        start(ServerOptions.defaults().withMaxConnections(2));
        TestClient stopped = connect();
        stopped.send(new Command.Start(1, 0)).expect(Result.OK);
        stopped.send(new Command.Stop(1)).expect(Result.OK);
        TestClient newer = connect();
        newer.expectIdle(stream);
        connect().expectIdle(stream);
        stopped.expectEnd();
        newer.expectIdle(stream);
    }

    @Test
    void whenAllStreamANewOneIsClosedAtOnceWithoutAByte() throws IOException {
        start(ServerOptions.defaults().withMaxConnections(2));
        List<TestClient> streaming = List.of(connect(), connect());
        for (TestClient client : streaming) {
            client.send(new Command.Start(1, 0)).expect(Result.OK);
        }
        long began = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            connect().expectEnd();
        }
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(2));
        stream.commit(event(1, 1, 1));
        for (TestClient client : streaming) {
            client.expect(stream.wire(0, 1));
        }
        streaming.get(0).close();
        until(() -> server.connectionCount() == 1);
        connect().expectIdle(stream);
    }

    @Test
    void theCountIsExactHoweverManyComeAndGo() throws Exception {
        start(ServerOptions.defaults().withMaxConnections(10));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int kind = i % 3;
            all.add(threads.submit(() -> {
                go.await();
                try (TestClient client = new TestClient(server.address())) {
                    if (kind > 0) {
                        client.send(kind == 1 ? new Command.Header(1) : new Command.Start(1, 0));
                    }
                    assertThat(server.connectionCount()).isLessThanOrEqualTo(10);
                    if (kind == 1) {
                        client.socket().getInputStream().read();
                    }
                } catch (IOException e) {
                    // Had to go, or was refused.
                }
                return null;
            }));
        }
        go.countDown();
        for (Future<?> one : all) {
            one.get(20, TimeUnit.SECONDS);
        }
        threads.shutdown();
        until(() -> server.connectionCount() == 0);
        connect().expectIdle(stream);
    }
}
