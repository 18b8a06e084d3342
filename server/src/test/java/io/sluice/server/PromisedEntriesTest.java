package io.sluice.server;

import static io.sluice.server.FakeStream.event;

import io.sluice.core.Command;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server whose stream is known to go on lets clients begin with what is not there yet. */
class PromisedEntriesTest {
    private final FakeStream stream = new FakeStream();
    private final AtomicLong promised = new AtomicLong();
    private final StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream), promised::get);

    @AfterEach
    void close() {
        server.close();
    }

    private TestClient connect() throws IOException {
        return new TestClient(server.address());
    }

    @Test
    void whoBeginsWithinWhatIsPromisedWaitsForIt() throws IOException {
        stream.commitEvents(10, 20);
        promised.set(100);
        try (TestClient client = connect();
                TestClient other = connect()) {
            client.send(new Command.Start(1, 50)).expect(Result.OK);
            other.send(new Command.Start(1, 100)).expect(Result.OK);
            stream.commitEvents(30, 20);
            stream.commitEvents(20, 20);
            client.expect(stream.wire(50, 60));
            stream.commitEvents(41, 20);
            client.expect(stream.wire(60, 101));
            other.expect(stream.wire(100, 101));
            stream.commit(event(1, 5, 5));
            client.expect(stream.wire(101, 102));
        }
    }

    @Test
    void beyondWhatIsPromisedNobodyBegins() throws IOException {
        stream.commitEvents(10, 20);
        promised.set(20);
        try (TestClient client = connect()) {
            client.send(new Command.Start(1, 21)).expect(Result.BAD_FROM_ENTRY);
            promised.set(0);
            client.send(new Command.Start(1, 11)).expect(Result.BAD_FROM_ENTRY);
            client.send(new Command.Start(1, 10)).expect(Result.OK);
        }
    }

    @Test
    void whoWaitsCanStop() throws IOException {
        promised.set(20);
        try (TestClient client = connect()) {
            client.send(new Command.Start(1, 15)).expect(Result.OK);
            client.send(new Command.Stop(1)).expect(Result.OK);
            stream.commitEvents(16, 20);
            client.send(new Command.Start(1, 15)).expect(Result.OK);
            client.expect(stream.wire(15, 16));
        }
    }

    @Test
    void whoWaitsIsClosedWhenTheStreamIsTruncated() throws IOException {
        stream.commitEvents(10, 20);
        promised.set(20);
        try (TestClient client = connect()) {
            client.send(new Command.Start(1, 15)).expect(Result.OK);
            stream.truncate(5);
            client.expectEnd();
        }
    }
}
