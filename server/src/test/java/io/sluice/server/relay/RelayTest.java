package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ClientException;
import io.sluice.client.StreamClient;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.testing.GoServer;
import io.sluice.testing.GoServer.Fault;
import io.sluice.testing.GoServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay makes of one upstream, whatever becomes of it. */
@Timeout(120)
class RelayTest {
    @TempDir
    Path folder;

    private Relay relay(Upstreaming... upstreams) {
        return Relay.start(folder.resolve("relay.bin"), Upstreaming.options(upstreams));
    }

    private Upstreaming upstream(boolean extensions) {
        return new Upstreaming(folder.resolve("source.bin"), extensions);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRelayBecomesWhatItsUpstreamIs(boolean extensions) throws IOException {
        try (Upstreaming source = upstream(extensions)) {
            source.commit(5000, 1);
            try (Relay relay = relay(source)) {
                Upstreaming.awaitSame(relay, source.stream.view());
                source.commit(1, 1);
                source.commit(30, 1);
                Upstreaming.awaitSame(relay, source.stream.view());
                assertThat(relay.status().upstream()).isEqualTo(source.address());
                assertThat(relay.status().state()).isEqualTo(RelayState.FOLLOWING);
            }
            source.commit(20, 1);
            try (Relay relay = relay(source)) {
                assertThat(relay.view().committed().entries()).isBetween(5031L, 5051L);
                Upstreaming.awaitSame(relay, source.stream.view());
            }
            Upstreaming.assertSameBytes(
                    folder.resolve("source.bin"),
                    folder.resolve("relay.bin"),
                    source.stream.getHeader().totalLength());
        }
    }

    @Test
    void aNewRelayWithoutAnUpstreamSaysSo() {
        Upstreaming source = upstream(true);
        source.close();
        assertThatThrownBy(() -> relay(source))
                .isInstanceOf(RelayException.class)
                .hasMessageContaining("header from the upstream");
        assertThat(folder.resolve("relay.bin")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsThereIsServedWhileTheUpstreamIsAway(boolean extensions) throws IOException {
        try (Upstreaming source = upstream(extensions)) {
            source.commit(100, 1);
            relayOnce(source);
            source.stop();
            try (Relay relay = relay(source);
                    StreamClient client = StreamClient.connect(relay.address())) {
                assertThat(client.header()).isEqualTo(source.stream.getHeader());
                Upstreaming.await(relay, () -> relay.status().state() == RelayState.WAITING);
                assertThat(relay.status().problem()).contains("connect");
                source.start();
                source.commit(10, 1);
                Upstreaming.awaitSame(relay, source.stream.view());
                assertThat(relay.status().problem()).isNull();
            }
        }
    }

    private void relayOnce(Upstreaming source) {
        try (Relay relay = relay(source)) {
            Upstreaming.awaitSame(relay, source.stream.view());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUpstreamThatWasTruncatedAndGrewAgainIsFollowed(boolean extensions) {
        try (Upstreaming source = upstream(extensions)) {
            for (int i = 0; i < 50; i++) {
                source.commit(100, 1);
            }
            try (Relay relay = relay(source);
                    StreamClient beyond = StreamClient.connect(relay.address())) {
                Upstreaming.awaitSame(relay, source.stream.view());
                beyond.follow(4999);
                assertThat(beyond.next(Duration.ofSeconds(10))).isNotNull();
                source.stream.truncate(4000);
                for (int i = 0; i < 15; i++) {
                    source.commit(100, 2);
                }
                Upstreaming.awaitSame(relay, source.stream.view());
                assertThat(relay.status().divergence()).contains("up to entry 3999.");
                assertThatThrownBy(() -> beyond.next(Duration.ofSeconds(10)))
                        .isInstanceOf(ClientException.ConnectionLost.class);
                source.commit(100, 2);
                Upstreaming.awaitSame(relay, source.stream.view());
            }
        }
    }

    @Test
    void aForkIsFoundThoughTheLastEntriesAreEqual() {
        try (Upstreaming source = upstream(true)) {
            for (int i = 0; i < 50; i++) {
                source.commit(100, 1);
            }
            relayOnce(source);
            source.stream.truncate(3000);
            source.commit(100, 2);
            for (int i = 0; i < 20; i++) {
                source.commit(100, 1);
            }
            try (Relay relay = relay(source)) {
                Upstreaming.awaitSame(relay, source.stream.view());
                assertThat(relay.status().divergence()).contains("up to entry 2999.");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void halfAnOperationIsNotShownWhenTheForkIsWithin(boolean extensions) {
        try (Upstreaming source = upstream(extensions)) {
            for (int i = 0; i < 10; i++) {
                source.commit(100, 1);
            }
            Set<StreamHeader> shown = ConcurrentHashMap.newKeySet();
            try (Relay relay = relay(source)) {
                Upstreaming.awaitSame(relay, source.stream.view());
                Upstreaming.collectShown(relay, shown);
                source.stop();
                byte[] other = source.stream.getEntry(950).data();
                other[0]++;
                source.stream.rewriteCommittedEntry(950, 2, other);
                source.start();
                Upstreaming.await(relay, () -> relay.status().divergence() != null);
                assertThat(relay.status().divergence()).contains("up to entry 949.");
                Upstreaming.await(
                        relay,
                        () -> source.stream.getEntry(950).equals(relay.view().entry(950)));
                Upstreaming.awaitSame(relay, source.stream.view());
            }
            assertThat(source.shown).containsAll(shown);
            assertThat(shown).hasSizeGreaterThan(1);
        }
    }

    @Test
    void anUpstreamThatIsMerelyShorterIsWaitedFor() {
        try (Upstreaming source = upstream(false)) {
            for (int i = 0; i < 10; i++) {
                source.commit(100, 1);
            }
            relayOnce(source);
            source.stream.truncate(500);
            try (Relay relay = relay(source)) {
                Upstreaming.await(
                        relay, () -> String.valueOf(relay.status().problem()).contains("waits for it to grow"));
                assertThat(relay.view().committed().entries()).isEqualTo(1000);
                for (int i = 0; i < 7; i++) {
                    source.commit(100, 1);
                }
                Upstreaming.awaitSame(relay, source.stream.view());
                assertThat(relay.status().divergence()).isNull();
            }
        }
    }

    @Test
    void aDivergenceHaltsARelayThatWasToldSo() {
        try (Upstreaming source = upstream(true)) {
            source.commit(100, 1);
            source.commit(100, 1);
            relayOnce(source);
            source.stream.truncate(100);
            source.commit(150, 2);
            RelayOptions options = Upstreaming.options(source).withOnDivergence(DivergencePolicy.HALT);
            try (Relay relay = Relay.start(folder.resolve("relay.bin"), options)) {
                assertThat(relay.whenHalted().join()).hasMessageContaining("up to entry 99.");
                assertThat(relay.view().committed().entries()).isEqualTo(200);
                assertThat(relay.status().state()).isEqualTo(RelayState.HALTED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherStreamHaltsAnyRelay(boolean extensions) {
        try (Upstreaming source = upstream(extensions);
                Upstreaming other = new Upstreaming(folder.resolve("other.bin"), extensions)) {
            source.commit(100, 1);
            relayOnce(source);
            other.commit(200, 2);
            try (Relay relay = relay(other);
                    StreamClient client = StreamClient.connect(relay.address())) {
                assertThat(relay.whenHalted().join()).hasMessageContaining("another stream");
                assertThat(client.header()).isEqualTo(source.stream.getHeader());
            }
        }
    }

    @Test
    void aGoServersFaultsAreLivedWith() throws IOException {
        for (long seed = 1; seed <= 5; seed++) {
            Path file = folder.resolve("relay" + seed + ".bin");
            try (GoServer source = new GoServerBuilder(seed)
                    .with(Fault.REPEAT, Fault.LOSE, Fault.SILENT, Fault.STUCK_AFTER_ERROR, Fault.NO_COMMANDS_IN_HISTORY)
                    .start()) {
                commit(source, 0);
                try (Relay relay = Relay.start(file, Upstreaming.impatient(RelayOptions.to(source.address())))) {
                    for (int i = 1; i < 60; i++) {
                        commit(source, i);
                        if (i % 10 == 0) {
                            awaitSame(relay, source);
                        }
                    }
                    source.stopFaults();
                    commit(source, 60);
                    awaitSame(relay, source);
                    assertThat(relay.status().divergence()).isNull();
                }
            }
        }
    }

    private static void commit(GoServer source, int operation) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i <= operation % 7; i++) {
            entries.add(new Entry(0, 2, Upstreaming.data(operation * 10L + i, 1)));
        }
        source.append(entries);
    }

    private static void awaitSame(Relay relay, GoServer source) {
        Upstreaming.await(
                relay,
                () -> relay.view().committed().entries() == source.header().totalEntries());
        List<Entry> expected = source.entries();
        for (Entry entry : expected) {
            assertThat(relay.view().entry(entry.number())).isEqualTo(entry);
        }
    }

    @Test
    void optionsAreChecked() {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        assertThatThrownBy(RelayOptions::to).hasMessageContaining("at least one");
        assertThatThrownBy(() -> RelayOptions.to(address, address)).hasMessageContaining("twice");
        assertThatThrownBy(() -> RelayOptions.to(address).withCheckAfter(Duration.ZERO))
                .hasMessageContaining("checkAfter");
        assertThatThrownBy(() -> RelayOptions.to(address).withSwitchAfter(Duration.ofSeconds(-1)))
                .hasMessageContaining("switchAfter");
    }
}
