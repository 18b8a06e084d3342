package io.sluice.server;

import static io.sluice.server.Await.until;
import static io.sluice.server.FakeStream.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Command;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CloseTest extends ServerTest {
    @Test
    void clientsGetWhatIsQueuedAndThenTheEndAndNothingElse() throws Exception {
        stream.commitEvents(10, 20);
        start();
        TestClient live = connect();
        live.send(new Command.Start(1, 0)).expect(Result.OK);
        live.expect(stream.wire(0, 10));
        TestClient idle = connect();
        idle.expectIdle(stream);
        stream.commit(event(1, 1, 1));
        live.expect(stream.wire(10, 11));
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        live.expectEnd();
        idle.expectEnd();
        live.close();
        idle.close();
        closing.get(5, TimeUnit.SECONDS);
        assertThatThrownBy(() -> new TestClient(server.address())).isInstanceOf(Exception.class);
    }

    @Test
    void aClientThatTakesNothingDoesNotHoldTheCloseUp() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(20_000, 1000);
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best());
        connect(4096).send(new Command.Start(1, 0)).expect(Result.OK);
        until(() -> large.reads.get() > 3);
        long began = System.nanoTime();
        server.close();
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(5));
        server.close();
    }

    @Test
    void aPortInUseIsToldInWords() {
        start();
        assertThatThrownBy(() -> StreamServer.start(
                        ServerOptions.defaults().withPort(server.address().getPort()), Map.of(1L, new FakeStream())))
                .isInstanceOf(StreamServerException.class)
                .hasMessageContaining(
                        "Cannot listen on 127.0.0.1:" + server.address().getPort());
    }

    @Test
    void aServerWithoutStreamsIsNone() {
        assertThatThrownBy(() -> StreamServer.start(ServerOptions.defaults(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
