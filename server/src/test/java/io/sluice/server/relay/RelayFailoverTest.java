package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.server.Await;
import io.sluice.storage.Committed;
import io.sluice.storage.StreamListener;
import io.sluice.testing.FaultProxy;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Of several upstreams a relay follows one that has what there is to have. */
@Timeout(300)
class RelayFailoverTest {
    private static final int ROUNDS = Boolean.getBoolean("sluice.thorough") ? 200 : 10;
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("relay.bin");
    }

    /** Both serve what is committed to both, as two servers of one sequencer. */
    private static void commit(int count, int history, Upstreaming... all) {
        for (Upstreaming each : all) {
            each.commit(count, history);
        }
    }

    @Test
    void anotherUpstreamTakesOverWithinTwoSeconds() {
        try (Upstreaming a = new Upstreaming(folder.resolve("a.bin"), true);
                Upstreaming b = new Upstreaming(folder.resolve("b.bin"), true)) {
            commit(1000, 1, a, b);
            try (Relay relay = Relay.start(file, Upstreaming.options(a, b))) {
                Upstreaming.awaitSame(relay, a.stream.view());
                for (int round = 0; round < ROUNDS; round++) {
                    Upstreaming used = a.address().equals(relay.status().upstream()) ? a : b;
                    Upstreaming other = used == a ? b : a;
                    used.stop();
                    long began = System.nanoTime();
                    commit(30, 1, a, b);
                    Upstreaming.awaitSame(relay, a.stream.view());
                    assertThat(System.nanoTime() - began).isLessThan(LONGEST_PAUSE_NANOS);
                    assertThat(relay.status().upstream()).isEqualTo(other.address());
                    used.start();
                    commit(30, 1, a, b);
                    Upstreaming.awaitSame(relay, a.stream.view());
                }
                assertThat(relay.status().divergence()).isNull();
            }
        }
    }

    private static void stopAndAwaitOther(Relay relay, Upstreaming stopped, Upstreaming other) {
        stopped.stop();
        long began = System.nanoTime();
        commit(10, 1, stopped, other);
        Upstreaming.awaitSame(relay, other.stream.view());
        assertThat(System.nanoTime() - began).isLessThan(LONGEST_PAUSE_NANOS);
        assertThat(relay.status().upstream()).isEqualTo(other.address());
        stopped.start();
    }

    /** Each names its histories by itself: what one says of its own says nothing of entries that came from the other. */
    @Test
    void aChangeThatBothHaveMadeIsFollowedOnce() {
        try (Upstreaming a = new Upstreaming(folder.resolve("a.bin"), true);
                Upstreaming b = new Upstreaming(folder.resolve("b.bin"), true)) {
            commit(1000, 1, a, b);
            try (Relay relay = Relay.start(file, Upstreaming.options(a, b))) {
                Upstreaming.awaitSame(relay, a.stream.view());
                Upstreaming used = a.address().equals(relay.status().upstream()) ? a : b;
                Upstreaming other = used == a ? b : a;
                // So that both are known.
                stopAndAwaitOther(relay, used, other);
                stopAndAwaitOther(relay, other, used);
                AtomicInteger changes = new AtomicInteger();
                relay.view().addListener(new StreamListener() {
                    @Override
                    public void committed(Committed now) {}

                    @Override
                    public void historyChanged(Committed now) {
                        changes.incrementAndGet();
                    }
                });
                a.truncate(300);
                b.truncate(300);
                commit(2000, 2, a, b);
                Upstreaming.awaitSame(relay, a.stream.view());
                used = a.address().equals(relay.status().upstream()) ? a : b;
                other = used == a ? b : a;
                stopAndAwaitOther(relay, used, other);
                stopAndAwaitOther(relay, other, used);
                assertThat(changes).hasValue(1);
            }
        }
    }

    @Test
    void anUpstreamThatIsBehindIsLeft() {
        try (Upstreaming a = new Upstreaming(folder.resolve("a.bin"), true);
                Upstreaming b = new Upstreaming(folder.resolve("b.bin"), false)) {
            commit(1000, 1, a, b);
            try (Relay relay = Relay.start(file, Upstreaming.options(a, b))) {
                Upstreaming.awaitSame(relay, a.stream.view());
                Upstreaming used = a.address().equals(relay.status().upstream()) ? a : b;
                Upstreaming other = used == a ? b : a;
                other.commit(100, 1);
                Upstreaming.awaitSame(relay, other.stream.view());
                assertThat(relay.status().upstream()).isEqualTo(other.address());
                // It is behind the relay now, too.
                other.stop();
                Upstreaming.await(relay, () -> relay.status().state() == RelayState.WAITING);
                used.commit(100, 1);
                used.commit(7, 1);
                Upstreaming.awaitSame(relay, used.stream.view());
            }
        }
    }

    @Test
    void anUpstreamThatIsSilentIsLeft() {
        try (Upstreaming a = new Upstreaming(folder.resolve("a.bin"), true);
                Upstreaming b = new Upstreaming(folder.resolve("b.bin"), true)) {
            commit(1000, 1, a, b);
            try (FaultProxy stalled = new FaultProxy.Builder(1)
                            .faults(FaultProxy.Fault.STALL)
                            .maxBytes(200_000)
                            .healthy(0, 200_000)
                            .start(a.address());
                    Relay relay =
                            Relay.start(file, Upstreaming.impatient(RelayOptions.to(stalled.address(), b.address())))) {
                Upstreaming.awaitSame(relay, a.stream.view());
                Await.until(() -> {
                    commit(50, 1, a, b);
                    return stalled.count(FaultProxy.Fault.STALL) > 0;
                });
                Upstreaming.awaitSame(relay, a.stream.view());
            }
        }
    }
}
