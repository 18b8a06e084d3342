package io.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testing.FaultProxy.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each fault of the proxy happens at the byte that was drawn, and without one it is as if it were not there. */
class FaultProxyTest {
    private static final int ANSWER_LENGTH = 100_000;

    private final Answering server = new Answering();

    @AfterEach
    void closeServer() throws IOException {
        server.listener.close();
    }

    private FaultProxy proxy(long seed, int maxBytes, Fault... faults) {
        return new FaultProxy.Builder(seed)
                .faults(faults)
                .maxBytes(maxBytes)
                .healthy(0, maxBytes)
                .start(server.address());
    }

    @Test
    void withoutFaultsBytesAndEndsPassInBothDirections() throws Exception {
        try (FaultProxy proxy = proxy(1, 100);
                RawClient client = new RawClient(proxy.address())) {
            byte[] question = bytes(1_000_000, 5);
            Thread asking = new Thread(() -> ask(client, question));
            asking.start();
            assertThat(client.read(question.length)).isEqualTo(question);
            asking.join();
            // The server ends its side when the client has ended its own.
            client.expectEnd();
            client.close();
            Await.until(() -> proxy.open() == 0, proxy);
            assertThat(proxy.counts()).isEmpty();
            assertThat(proxy.accepted()).isEqualTo(1);
        }
    }

    private static void ask(RawClient client, byte[] question) {
        try {
            client.send(question);
            client.socket().shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCutComesAtAnyByte() throws IOException {
        server.answersAtOnce = true;
        Set<Integer> places = new HashSet<>();
        try (FaultProxy proxy = proxy(2, 20, Fault.CUT)) {
            for (int i = 0; i < 200; i++) {
                try (RawClient client = new RawClient(proxy.address())) {
                    byte[] received = client.socket().getInputStream().readAllBytes();
                    assertThat(received).as(proxy.toString()).isEqualTo(bytes(received.length, 1));
                    places.add(received.length);
                }
            }
            assertThat(places).as(proxy.toString()).contains(0, 20).hasSize(21);
            assertThat(proxy.count(Fault.CUT)).isEqualTo(200);
            Await.until(() -> proxy.open() == 0 && server.open.get() == 0, proxy);
        }
    }

    @Test
    void aResetIsAReset() throws IOException {
        try (FaultProxy proxy = proxy(3, 0, Fault.RESET);
                RawClient client = new RawClient(proxy.address())) {
            client.expectReset();
            assertThat(proxy.count(Fault.RESET)).isEqualTo(1);
            Await.until(() -> proxy.open() == 0 && server.open.get() == 0, proxy);
        }
    }

    @Test
    void aServersResetIsHandedOn() throws IOException {
        server.resets = true;
        try (FaultProxy proxy = proxy(3, 0);
                RawClient client = new RawClient(proxy.address())) {
            client.send((byte) 1);
            client.expectReset();
            Await.until(() -> proxy.open() == 0, proxy);
        }
    }

    @Test
    void aStallLastsUntilTheClientCloses() throws IOException {
        server.answersAtOnce = true;
        try (FaultProxy proxy = proxy(4, 50, Fault.STALL);
                RawClient client = new RawClient(proxy.address())) {
            Await.until(() -> proxy.count(Fault.STALL) == 1, proxy);
            client.send(new byte[10_000]);
            int received = client.socket().getInputStream().available();
            client.read(received);
            assertThat(received).isLessThanOrEqualTo(50);
            client.expectSilence();
            assertThat(proxy.open()).isEqualTo(1);
            assertThat(server.open.get()).isEqualTo(1);
            client.close();
            Await.until(() -> proxy.open() == 0 && server.open.get() == 0, proxy);
        }
    }

    @Test
    void aStallThatPassesLosesNothing() throws IOException {
        try (FaultProxy proxy = new FaultProxy.Builder(5)
                .faults(Fault.STALL_THEN_GO_ON)
                .maxBytes(0)
                .healthy(0, 0)
                .stall(Duration.ofMillis(100))
                .start(server.address())) {
            List<RawClient> clients = new ArrayList<>();
            byte[] question = bytes(5000, 9);
            long began = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                clients.add(new RawClient(proxy.address()));
                clients.get(i).send(question);
            }
            for (RawClient client : clients) {
                client.send((byte) 77);
                assertThat(client.read(5000)).isEqualTo(question);
                assertThat(client.read(1)).containsExactly(77);
                client.close();
            }
            assertThat(System.nanoTime() - began).isGreaterThan(100_000_000L);
            assertThat(proxy.count(Fault.STALL_THEN_GO_ON)).isEqualTo(20);
            Await.until(() -> proxy.open() == 0, proxy);
        }
    }

    @Test
    void aHalfOpenConnectionIsGoneForTheServerOnly() throws IOException {
        try (FaultProxy proxy = proxy(6, 0, Fault.HALF_OPEN);
                RawClient client = new RawClient(proxy.address())) {
            Await.until(() -> proxy.count(Fault.HALF_OPEN) == 1 && server.open.get() == 0, proxy);
            client.send(new byte[100_000]);
            client.expectSilence();
            assertThat(proxy.open()).isEqualTo(1);
            client.close();
            Await.until(() -> proxy.open() == 0, proxy);
        }
    }

    @Test
    void aRefusalSendsNothing() throws IOException {
        try (FaultProxy proxy = proxy(7, 100, Fault.REFUSE);
                RawClient client = new RawClient(proxy.address())) {
            client.expectEnd();
            assertThat(proxy.count(Fault.REFUSE)).isEqualTo(1);
            assertThat(server.accepted.get()).isZero();
        }
    }

    @Test
    void aSlowConnectionLosesNothing() throws IOException {
        server.answersAtOnce = true;
        try (FaultProxy proxy = new FaultProxy.Builder(8)
                        .faults(Fault.SLOW)
                        .maxBytes(300)
                        .healthy(0, 300)
                        .slow(100, Duration.ofNanos(200_000))
                        .start(server.address());
                RawClient client = new RawClient(proxy.address())) {
            long began = System.nanoTime();
            assertThat(client.read(ANSWER_LENGTH)).isEqualTo(bytes(ANSWER_LENGTH, 1));
            assertThat(System.nanoTime() - began).isGreaterThan(100 * 200_000L);
            assertThat(proxy.count(Fault.SLOW)).isEqualTo(1);
        }
    }

    @Test
    void stoppingTheFaultsClosesWhatIsStalledAndLetsAllElsePass() throws IOException {
        try (FaultProxy proxy = proxy(9, 0, Fault.STALL, Fault.HALF_OPEN)) {
            List<RawClient> stalled = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                stalled.add(new RawClient(proxy.address()));
            }
            Await.until(() -> proxy.count(Fault.STALL) + proxy.count(Fault.HALF_OPEN) == 20, proxy);
            proxy.stopFaults();
            for (RawClient client : stalled) {
                client.expectEnd();
                client.close();
            }
            try (RawClient client = new RawClient(proxy.address())) {
                client.send((byte) 3);
                assertThat(client.read(1)).containsExactly(3);
            }
            assertThat(proxy.counts()).as("both faults").hasSize(2);
            assertThat(proxy.toString()).contains("seed=9").contains("stopped");
        }
    }

    @Test
    void healthyConnectionsGoOnWhenFaultsAreStopped() throws IOException {
        try (FaultProxy proxy = proxy(10, 1 << 30, Fault.values());
                RawClient client = openUnrefused(proxy)) {
            client.send((byte) 3);
            assertThat(client.read(1)).containsExactly(3);
            proxy.stopFaults();
            client.send((byte) 4);
            assertThat(client.read(1)).containsExactly(4);
        }
    }

    private static RawClient openUnrefused(FaultProxy proxy) throws IOException {
        while (true) {
            long refused = proxy.count(Fault.REFUSE);
            long accepted = proxy.accepted();
            RawClient client = new RawClient(proxy.address());
            Await.until(
                    () -> proxy.accepted() > accepted && (proxy.open() == 1 || proxy.count(Fault.REFUSE) > refused),
                    proxy);
            if (proxy.count(Fault.REFUSE) == refused) {
                return client;
            }
            client.close();
        }
    }

    @Test
    void theServerCanBeAwayAndAnother() throws IOException {
        Answering other = new Answering();
        try (other.listener;
                FaultProxy proxy = proxy(11, 0)) {
            try (RawClient client = new RawClient(proxy.address())) {
                client.send((byte) 3);
                assertThat(client.read(1)).containsExactly(3);
                proxy.setTarget(null);
                try (RawClient away = new RawClient(proxy.address())) {
                    away.expectEnd();
                }
                proxy.setTarget(other.address());
                try (RawClient moved = new RawClient(proxy.address())) {
                    moved.send((byte) 4);
                    assertThat(moved.read(1)).containsExactly(4);
                }
                client.send((byte) 5);
                assertThat(client.read(1)).containsExactly(5);
            }
            assertThat(other.accepted.get()).isEqualTo(1);
            // A port on which nobody has ever accepted: closing a listener does not stop an accept that is under way.
            ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            nobody.close();
            proxy.setTarget(new InetSocketAddress(InetAddress.getLoopbackAddress(), nobody.getLocalPort()));
            try (RawClient refused = new RawClient(proxy.address())) {
                refused.expectEnd();
            }
            assertThat(proxy.counts()).isEmpty();
        }
    }

    @Test
    void aSeedGivesItsPlansAndNoOther() {
        FaultSettings settings = new FaultSettings(
                0, List.of(Fault.values()), 1000, 0.25, 100_000, Duration.ZERO, false, 1, Duration.ZERO, false);
        assertThat(plans(settings, 1)).isEqualTo(plans(settings, 1)).isNotEqualTo(plans(settings, 2));
        // Neighbouring seeds begin with different faults.
        Set<Fault> first = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            first.add(plans(settings, seed).get(0).fault());
        }
        assertThat(first).containsExactlyInAnyOrder(Fault.values());
        List<FaultSettings.Plan> plans = plans(settings, 3);
        assertThat(plans.stream().filter(plan -> plan.afterBytes() > 1000).count())
                .isBetween(150L, 350L);
        assertThat(plans).allMatch(plan -> plan.afterBytes() >= 0 && plan.afterBytes() <= 100_000);
    }

    private static List<FaultSettings.Plan> plans(FaultSettings settings, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<FaultSettings.Plan> plans = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            plans.add(settings.draw(random));
        }
        return plans;
    }

    @Test
    void hundredsOfConnectionsAreServedAtATime() throws IOException {
        try (FaultProxy proxy = proxy(12, 0)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                clients.add(new RawClient(proxy.address()));
                clients.get(i).send((byte) i);
            }
            for (int i = 0; i < 400; i++) {
                assertThat(clients.get(i).read(1)).containsExactly(i);
            }
            assertThat(proxy.open()).isEqualTo(400);
            proxy.close();
            for (RawClient client : clients) {
                client.expectAnyEnd();
                client.close();
            }
            Await.until(() -> proxy.open() == 0 && server.open.get() == 0, proxy);
        }
    }

    private static byte[] bytes(int length, int seed) {
        return Operations.data(seed, length);
    }

    /** A server that gives back what it gets, or first of all an answer nobody asked for. */
    private static final class Answering {
        final ServerSocket listener;
        final AtomicInteger accepted = new AtomicInteger();
        final AtomicInteger open = new AtomicInteger();
        volatile boolean answersAtOnce;
        volatile boolean resets;

        Answering() {
            try {
                listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            run(this::accept);
        }

        InetSocketAddress address() {
            return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
        }

        private static void run(Runnable task) {
            Thread thread = new Thread(task, "answering");
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    accepted.incrementAndGet();
                    open.incrementAndGet();
                    run(() -> answer(socket));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private void answer(Socket socket) {
            try (socket) {
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                if (answersAtOnce) {
                    out.write(bytes(ANSWER_LENGTH, 1));
                }
                byte[] chunk = new byte[4096];
                for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                    if (resets) {
                        socket.setSoLinger(true, 0);
                        return;
                    }
                    out.write(Arrays.copyOf(chunk, count));
                }
            } catch (SocketException e) {
                // The proxy has closed with bytes on their way.
            } catch (IOException e) {
                throw new AssertionError(e);
            } finally {
                open.decrementAndGet();
            }
        }
    }
}
