package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.Result;
import io.sluice.storage.StreamView;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What nobody thought of ends one session, and leaves no client waiting for ever. */
class FailureTest extends ServerTest {
    /** A stream whose entries cannot be turned into an answer on the event loop. */
    private StreamView withBrokenEntries() {
        return (StreamView) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {StreamView.class},
                (proxy, method, arguments) ->
                        method.getName().equals("entry") ? new Entry(0, 2, null) : method.invoke(stream, arguments));
    }

    @Test
    void anAnswerThatFailsOnTheLoopEndsItsSessionAlone() throws IOException {
        stream.commitEvents(10, 20);
        start(ServerOptions.defaults(), Map.of(1L, withBrokenEntries()), Transport.best());
        TestClient live = connect();
        live.send(new Command.Start(1, 0)).expect(Result.OK);
        live.expect(stream.wire(0, 10));
        TestClient asking = connect();
        asking.send(new Command.Entry(1, 0));
        asking.expectEnd();
        stream.commitEvents(1, 20);
        live.expect(stream.wire(10, 11));
        assertThat(server.connectionCount()).isEqualTo(1);
    }
}
