package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ClientException;
import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.server.Await;
import io.sluice.storage.DataStream;
import io.sluice.testing.FaultProxy;
import io.sluice.testing.LogLines;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay has received and not published, since its upstream's end was not reached yet. */
@Timeout(120)
class RelayTailTest {
    private static final int HELD_BYTES = 300_000;

    @RegisterExtension
    final LogLines log = new LogLines(Following.class);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("relay.bin");
    }

    private Upstreaming upstream(boolean extensions) {
        return new Upstreaming(folder.resolve("source.bin"), extensions);
    }

    private Relay relay(Upstreaming source) {
        return Relay.start(file(), Upstreaming.options(source));
    }

    /** Each connection stands still after some bytes, until faults are stopped. */
    private static FaultProxy stalling(Upstreaming source) {
        return new FaultProxy.Builder(3)
                .faults(FaultProxy.Fault.STALL)
                .maxBytes(HELD_BYTES)
                .healthy(0, HELD_BYTES)
                .start(source.address());
    }

    private Relay relay(FaultProxy proxy) {
        return Relay.start(file(), Upstreaming.impatient(RelayOptions.to(proxy.address())));
    }

    /** Publishes 10 entries, and receives some of 9000 that follow in one operation. */
    private long receiveSome(Upstreaming source) {
        source.commit(10, 1);
        try (Relay relay = relay(source)) {
            Upstreaming.awaitSame(relay, source.stream.view());
        }
        source.commit(9000, 1);
        try (FaultProxy proxy = stalling(source);
                Relay relay = relay(proxy)) {
            Await.until(() -> relay.status().received() > 1000);
            assertThat(relay.view().committed().entries()).isEqualTo(10);
            return relay.status().received();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWaitedForItsEndIsNotReceivedAgain(boolean extensions) {
        try (Upstreaming source = upstream(extensions)) {
            long received = receiveSome(source);
            long kept;
            try (DataStream left = DataStream.open(file())) {
                assertThat(left.getHeader().totalEntries()).isEqualTo(10);
                assertThat(left.openOperation().takeUp()).isTrue();
                kept = left.openOperation().nextNumber();
                assertThat(kept).isGreaterThanOrEqualTo(received);
            }
            try (Relay relay = relay(source)) {
                Upstreaming.awaitSame(relay, source.stream.view());
            }
            assertThat(log.all())
                    .contains("INFO Goes on with entries 10 to " + (kept - 1) + ", which were received before")
                    .noneMatch(line -> line.contains("dropped"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyTheWrongEndOfWhatWaitedIsDropped(boolean extensions) {
        try (Upstreaming source = upstream(extensions)) {
            long received = receiveSome(source);
            long fork = received - 500;
            source.stream.truncate(fork);
            source.commit(9000, 2);
            try (Relay relay = relay(source)) {
                Upstreaming.awaitSame(relay, source.stream.view());
                assertThat(relay.status().divergence()).as("nobody has seen it").isNull();
            }
            assertThat(log.all()).anyMatch(line -> line.contains(" Entries " + fork + " to "));
        }
    }

    /** It does not wait for entries that may never come, while others can be shown. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUpstreamThatEndsWithinWhatWaitsIsFollowed(boolean extensions) {
        try (Upstreaming source = upstream(extensions)) {
            long end = receiveSome(source) - 500;
            source.stream.truncate(end);
            try (Relay relay = relay(source)) {
                Upstreaming.awaitSame(relay, source.stream.view());
                source.commit(10, 2);
                Upstreaming.awaitSame(relay, source.stream.view());
            }
            assertThat(log.all()).anyMatch(line -> line.contains(" Entries " + end + " to "));
        }
    }

    /** The end of the stream is far, and would come no nearer behind a source that never rests. */
    @Test
    void operationsArePublishedOnTheWayToTheEnd() {
        try (Upstreaming source = upstream(true)) {
            for (int i = 0; i < 300; i++) {
                source.commit(50, 1);
            }
            try (FaultProxy proxy = stalling(source);
                    Relay relay = relay(proxy)) {
                Await.until(() -> relay.view().committed().entries() > 500);
                assertThat(relay.view().committed().entries()).isLessThan(15_000);
                assertThat(source.shown).contains(relay.view().header());
                proxy.stopFaults();
                Upstreaming.awaitSame(relay, source.stream.view());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientMayBeAheadOfARelayThatIsCatchingUp(boolean extensions) {
        try (Upstreaming source = upstream(extensions)) {
            receiveSome(source);
            try (FaultProxy proxy = stalling(source);
                    Relay relay = relay(proxy);
                    StreamClient client = StreamClient.connect(relay.address());
                    StreamClient beyond = StreamClient.connect(relay.address())) {
                Await.until(() -> relay.status().state() == RelayState.CATCHING_UP);
                client.follow(9000);
                assertThatThrownBy(() -> beyond.follow(9011)).isInstanceOf(ClientException.Refused.class);
                assertThat(relay.view().committed().entries()).isEqualTo(10);
                assertThat(client.next(Duration.ZERO)).isNull();
                proxy.stopFaults();
                EntryBatch batch = client.next(Duration.ofSeconds(30));
                assertThat(batch).isNotNull();
                assertThat(batch.entries().get(0)).isEqualTo(source.stream.getEntry(9000));
            }
        }
    }
}
