package io.sluice.client;

import static io.sluice.client.ScriptedServer.entries;
import static io.sluice.client.ScriptedServer.hex;
import static io.sluice.client.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.client.ClientException.CannotConnect;
import io.sluice.client.ClientException.Closed;
import io.sluice.client.ClientException.ConnectionLost;
import io.sluice.client.ClientException.Interrupted;
import io.sluice.client.ClientException.TimedOut;
import io.sluice.core.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamClientFailureTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final ClientOptions IMPATIENT = ClientOptions.defaults().withReplyTimeout(Duration.ofMillis(150));
    private static final byte[] HEADER =
            hex("01 00000026 03 000000000000044d 0000000000000001 00000000000012d5 000000000000000f");

    @Test
    void nobodyListens() throws IOException {
        InetSocketAddress address;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(unused.getInetAddress(), unused.getLocalPort());
        }
        assertThatThrownBy(() -> StreamClient.connect(address))
                .isInstanceOf(CannotConnect.class)
                .hasMessageStartingWith("Cannot connect to ")
                .hasMessageEndingWith(":" + address.getPort() + ": Connection refused.");
    }

    @Test
    void aNameThatCannotBeResolved() {
        InetSocketAddress address = InetSocketAddress.createUnresolved("no-such-host.invalid", 6900);
        assertThatThrownBy(() -> StreamClient.connect(address))
                .isInstanceOf(CannotConnect.class)
                .hasMessage("Cannot connect to no-such-host.invalid:6900: the host name cannot be resolved.");
    }

    @Test
    void anUnresolvedAddressIsResolvedOnConnecting() throws IOException {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Session::expectClose)) {
            StreamClient.connect(InetSocketAddress.createUnresolved(
                            "127.0.0.1", server.address().getPort()))
                    .close();
        }
    }

    @Test
    void aServerThatDoesNotAcceptIsGivenUpAfterTheConnectTimeout() throws IOException {
        // A full queue of connections that nobody accepts: the kernel lets further ones wait.
        List<StreamClient> queued = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(full.getInetAddress(), full.getLocalPort());
            ClientOptions options = ClientOptions.defaults().withConnectTimeout(Duration.ofMillis(200));
            Throwable thrown = null;
            for (int i = 0; i < 20 && thrown == null; i++) {
                thrown = catchThrowable(() -> queued.add(StreamClient.connect(address, options)));
            }
            assertThat(thrown).isInstanceOf(CannotConnect.class).hasMessageEndingWith("no answer within 200 ms.");
        } finally {
            queued.forEach(StreamClient::close);
        }
    }

    @Test
    void aServerThatClosesWithoutAWordMayBeFullOrLackTheStreamType() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> session.expect(new Command.Header(5)));
                StreamClient client = server.connect(ClientOptions.defaults().withStreamType(5))) {
            assertThatThrownBy(client::header)
                    .isInstanceOf(ConnectionLost.class)
                    .hasMessageContaining("closed the connection before it had answered Header."
                            + " A server does so at its limit of connections, and when it has no stream of type 5.");
        }
    }

    @Test
    void aServerThatClosesBeforeAnyCommand() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    connected.await();
                    session.reset();
                    closed.countDown();
                });
                StreamClient client = server.connect()) {
            connected.countDown();
            closed.await();
            assertThatThrownBy(client::header)
                    .isInstanceOf(ConnectionLost.class)
                    .hasMessageContaining("before it had answered Header")
                    .hasMessageContaining("at its limit of connections");
        }
    }

    @Test
    void aServerMayCloseAfterAnyByteOfAnAnswer() throws IOException {
        byte[] answer = ScriptedServer.join(ok(), HEADER);
        for (int length = 0; length < answer.length; length++) {
            byte[] part = Arrays.copyOf(answer, length);
            try (ScriptedServer server = new ScriptedServer(session -> {
                        session.expect(new Command.Header(1));
                        session.send(part);
                    });
                    StreamClient client = server.connect()) {
                assertThatThrownBy(client::header)
                        .isInstanceOf(ConnectionLost.class)
                        .hasMessageContaining("before it had answered Header.");
            }
        }
    }

    @Test
    void aServerMayCloseAfterAnyByteOfAStream() throws IOException {
        byte[] stream = entries(3, 4);
        for (int length = 0; length <= stream.length; length++) {
            byte[] part = Arrays.copyOf(stream, length);
            int whole = length < 20 ? 0 : length < stream.length ? 1 : 2;
            try (ScriptedServer server = new ScriptedServer(session -> {
                        session.expect(new Command.Start(1, 3));
                        session.send(ok(), part);
                    });
                    StreamClient client = server.connect()) {
                client.follow(3);
                int[] count = {0};
                Throwable end = catchThrowable(() -> {
                    while (true) {
                        EntryBatch batch = client.next(LONG);
                        count[0] += batch == null ? 0 : batch.count();
                    }
                });
                assertThat(end)
                        .isInstanceOf(ConnectionLost.class)
                        .hasMessageContaining("while entry " + (3 + whole) + " was due");
                assertThat(count[0]).isEqualTo(whole);
            }
        }
    }

    @Test
    void aServerMayCloseBeforeItAnswersStop() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok());
                    session.expect(new Command.Stop(1));
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            assertThatThrownBy(client::stop)
                    .isInstanceOf(ConnectionLost.class)
                    .hasMessageEndingWith("before it had answered Stop.");
        }
    }

    @Test
    void aResetIsALostConnection() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Header(1));
                    session.reset();
                });
                StreamClient client = server.connect()) {
            assertThatThrownBy(client::header)
                    .isInstanceOf(ConnectionLost.class)
                    .hasMessageContaining("broke before it had answered Header: Connection reset.");
        }
    }

    @Test
    void anAnswerThatDoesNotComeIsATimeout() throws IOException {
        for (byte[] part : List.of(new byte[0], hex("ff"), ok(), ScriptedServer.join(ok(), hex("01 00")))) {
            try (ScriptedServer server = new ScriptedServer(session -> {
                        session.expect(new Command.Header(1));
                        session.send(part);
                        session.expectClose();
                    });
                    StreamClient client = server.connect(IMPATIENT)) {
                long before = System.nanoTime();
                assertThatThrownBy(client::header)
                        .isInstanceOf(TimedOut.class)
                        .hasMessageEndingWith("was given up after 150 ms, before it had answered Header.");
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
            }
        }
    }

    @Test
    void aServerThatGoesOnSendingDoesNotHoldAStopBeyondItsTimeout() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok());
                    byte[] chunk = entries(0, 2000);
                    assertThatThrownBy(() -> {
                                while (true) {
                                    session.send(chunk);
                                }
                            })
                            .isInstanceOf(IOException.class);
                });
                StreamClient client = server.connect(IMPATIENT)) {
            client.follow(0);
            assertThatThrownBy(client::stop).isInstanceOf(TimedOut.class);
        }
    }

    @Test
    void aQuietStreamIsNoFailureAndTheTimeoutOfNextIsKept() throws IOException {
        CountDownLatch waited = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok());
                    waited.await();
                    session.send(entries(0, 0));
                    session.expectClose();
                });
                StreamClient client = server.connect(IMPATIENT)) {
            client.follow(0);
            assertThat(client.next(Duration.ZERO)).isNull();
            assertThat(client.next(Duration.ofSeconds(-1))).isNull();
            long before = System.nanoTime();
            assertThat(client.next(Duration.ofMillis(250))).isNull();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(250));
            waited.countDown();
            assertThat(client.next(Duration.ofSeconds(Long.MAX_VALUE))).isNotNull();
        }
    }

    @Test
    void closingFromAnotherThreadEndsANextThatWaits() throws Exception {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok());
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            Throwable thrown = thrownWhileWaiting(() -> client.next(LONG), thread -> client.close());
            assertThat(thrown).isInstanceOf(Closed.class).hasMessage("The client was closed, while entry 0 was due.");
            assertThatThrownBy(() -> client.next(LONG)).isInstanceOf(Closed.class);
            client.close();
        }
    }

    @Test
    void closingFromAnotherThreadEndsAQueryThatWaits() throws Exception {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Header(1));
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            assertThat(thrownWhileWaiting(client::header, thread -> client.close()))
                    .isInstanceOf(Closed.class)
                    .hasMessage("The client was closed, before it had answered Header.");
        }
    }

    @Test
    void anInterruptEndsACallThatWaitsAndStaysSet() throws Exception {
        try (ScriptedServer server = new ScriptedServer(session -> {
                    session.expect(new Command.Start(1, 0));
                    session.send(ok());
                    session.expectClose();
                });
                StreamClient client = server.connect()) {
            client.follow(0);
            boolean[] stillSet = {false};
            Throwable thrown = thrownWhileWaiting(
                    () -> {
                        try {
                            client.next(LONG);
                        } finally {
                            stillSet[0] = Thread.currentThread().isInterrupted();
                        }
                    },
                    Thread::interrupt);
            assertThat(thrown).isInstanceOf(Interrupted.class);
            assertThat(stillSet[0]).isTrue();
        }
    }

    @Test
    void afterAFailureTheClientIsClosedAndTellsWhy() throws IOException {
        try (ScriptedServer server = new ScriptedServer(session -> session.expect(new Command.Header(1)));
                StreamClient client = server.connect()) {
            Throwable first = catchThrowable(client::header);
            assertThatThrownBy(client::header)
                    .isInstanceOf(Closed.class)
                    .hasMessageStartingWith("The client is closed since a failure: ")
                    .hasCause(first);
        }
    }

    private interface Act {
        void on(Thread waiting);
    }

    /** Runs a call in its own thread, acts once that thread waits in the selector, and gives what the call threw. */
    private static Throwable thrownWhileWaiting(Runnable call, Act act) throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread thread = new Thread(() -> thrown.complete(catchThrowable(call::run)));
        thread.start();
        while (Arrays.stream(thread.getStackTrace())
                .noneMatch(frame -> frame.getMethodName().equals("select"))) {
            Thread.onSpinWait();
        }
        act.on(thread);
        return thrown.get();
    }
}
