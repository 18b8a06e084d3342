package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.SourceGrant;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.Fenced;
import io.sluice.core.StreamSourceException.HistoryChanged;
import io.sluice.core.StreamSourceException.LeaseHeld;
import io.sluice.core.StreamSourceException.OperationFailed;
import io.sluice.core.StreamSourceException.OutcomeUnknown;
import io.sluice.core.StreamSourceException.Refused;
import io.sluice.core.StreamSourceException.Unreachable;
import io.sluice.core.StreamSourceException.WrongEntryType;
import io.sluice.server.ServerOptions;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceListener;
import io.sluice.source.SourceOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.testing.FaultProxy;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a remote source knows: leases, lost servers, operations that do not fit into its memory. */
@Timeout(120)
final class RemoteSourceTest {
    private static final SourceOptions OPTIONS = SourceOptions.defaults().withMemoryBytes(2 << 20);
    private static final Duration SHORT = Duration.ofMillis(600);

    @TempDir
    Path folder;

    private DataStream stream;
    private SourceServer server;
    private FaultProxy network;

    /** What the listener heard. */
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void openStream() {
        stream = open();
        server = serve(Duration.ofSeconds(2));
        network = new FaultProxy.Builder(1).faults().start(server.address());
    }

    private DataStream open() {
        return DataStream.open(
                folder.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
    }

    private SourceServer serve(Duration lease) {
        return SourceServer.start(SourceServerOptions.defaults().withLeaseTime(lease), Map.of(1L, stream));
    }

    @AfterEach
    void closeStream() {
        network.close();
        server.close();
        stream.close();
    }

    private SourceOptions listening(SourceOptions options) {
        return options.withListener(new SourceListener() {
            @Override
            public void connected(SourceGrant grant) {
                heard.add("connected");
            }

            @Override
            public void disconnected(String why) {
                heard.add("disconnected: " + why);
            }
        });
    }

    private RemoteStreamSource connect(SourceOptions options) {
        return RemoteStreamSource.connect(network.address(), options);
    }

    private static StreamHeader write(RemoteStreamSource source, String... contents) {
        source.startAtomicOp();
        for (String content : contents) {
            source.addStreamEntry(1, content.getBytes(StandardCharsets.UTF_8));
        }
        return source.commitAtomicOp();
    }

    private List<String> contents() {
        List<String> contents = new ArrayList<>();
        for (long number = 0; number < stream.getHeader().totalEntries(); number++) {
            contents.add(new String(stream.getEntry(number).data(), StandardCharsets.UTF_8));
        }
        return contents;
    }

    @Test
    void anOperationMayBeLargerThanTheMemoryAndItsFirstEntriesCanStillBeUpdated() {
        try (RemoteStreamSource source = connect(OPTIONS)) {
            source.startAtomicOp();
            for (int i = 0; i < 40; i++) {
                source.addStreamEntry(i, new byte[500_000]);
            }
            source.updateEntryData(0, 0, "first".getBytes(StandardCharsets.UTF_8));
            source.updateEntryData(39, 39, "last".getBytes(StandardCharsets.UTF_8));
            source.updateEntryData(0, 0, "1st".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> source.updateEntryData(7, 8, new byte[1]))
                    .isExactlyInstanceOf(WrongEntryType.class);
            assertThat(source.commitAtomicOp().totalEntries()).isEqualTo(40);
            assertThat(source.getEntry(0).data()).isEqualTo("1st".getBytes(StandardCharsets.UTF_8));
            assertThat(source.getEntry(39).data()).isEqualTo("last".getBytes(StandardCharsets.UTF_8));
            assertThat(source.getEntry(7).data()).hasSize(500_000);
            assertThat(write(source, "next").totalEntries()).isEqualTo(41);
        }
    }

    @Test
    void anOperationThatIsNotKeptFailsWithItsConnectionAndTheNextOneDoesNot() {
        try (FaultProxy breaking = new FaultProxy.Builder(7)
                        .faults(FaultProxy.Fault.RESET)
                        .maxBytes(5_000_000)
                        .healthy(1, 6_000_000)
                        .mirrored()
                        .start(server.address());
                RemoteStreamSource source = RemoteStreamSource.connect(breaking.address(), listening(OPTIONS))) {
            source.startAtomicOp();
            for (int i = 0; i < 40; i++) {
                source.addStreamEntry(i, new byte[500_000]);
            }
            assertThatThrownBy(source::commitAtomicOp)
                    .isExactlyInstanceOf(OperationFailed.class)
                    .hasMessageContaining("not kept in memory");
            breaking.stopFaults();
            assertThat(write(source, "next").totalEntries()).isEqualTo(1);
            assertThat(contents()).containsExactly("next");
            assertThat(heard).contains("connected").anyMatch(news -> news.startsWith("disconnected: "));
        }
    }

    @Test
    void aSecondSourceIsToldWhoHasTheLeaseAndSinceWhen() {
        try (RemoteStreamSource first = connect(OPTIONS)) {
            write(first, "a");
            assertThatThrownBy(() -> connect(OPTIONS.withSourceId(99)))
                    .isInstanceOfSatisfying(LeaseHeld.class, held -> {
                        assertThat(held.holder().address()).startsWith("127.0.0.1:");
                        assertThat(held.holder().isConnected()).isTrue();
                        assertThat(held)
                                .hasMessageContaining(held.holder().since().toString());
                    });
            assertThat(write(first, "b").totalEntries()).isEqualTo(2);
        }
        // It gave the lease back.
        try (RemoteStreamSource second = connect(OPTIONS.withSourceId(99))) {
            assertThat(second.grant().continued()).isFalse();
            assertThat(write(second, "c").totalEntries()).isEqualTo(3);
        }
    }

    @Test
    void whoIsTakenOverFromKnowsWhatIsInAndWritesNothingMore() {
        try (RemoteStreamSource first = connect(OPTIONS)) {
            List<CompletableFuture<StreamHeader>> outcomes = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                first.startAtomicOp();
                first.addStreamEntry(1, "first".getBytes(StandardCharsets.UTF_8));
                outcomes.add(first.commitAtomicOpAsync());
            }
            first.startAtomicOp();
            first.addStreamEntry(1, "never".getBytes(StandardCharsets.UTF_8));
            try (RemoteStreamSource second = RemoteStreamSource.takeOver(network.address(), OPTIONS.withSourceId(99))) {
                assertThat(second.grant().epoch()).isGreaterThan(first.grant().epoch());
                long in = second.grant().header().totalEntries();
                write(second, "second");
                assertThatThrownBy(first::commitAtomicOp).isExactlyInstanceOf(Fenced.class);
                for (int i = 0; i < outcomes.size(); i++) {
                    CompletableFuture<StreamHeader> outcome = outcomes.get(i);
                    if (i < in) {
                        assertThat(outcome.join().totalEntries()).isEqualTo(i + 1);
                    } else {
                        assertThatThrownBy(outcome::join).hasCauseExactlyInstanceOf(Fenced.class);
                    }
                }
                assertThat(contents()).doesNotContain("never").endsWith("second");
            }
            assertThatThrownBy(first::startAtomicOp).isExactlyInstanceOf(Fenced.class);
            assertThatThrownBy(first::getHeader).isExactlyInstanceOf(Fenced.class);
        }
    }

    @Test
    void aServerThatIsAwayForTooLongIsToldAndWhatWasNotSentNeverHappens() throws Exception {
        try (RemoteStreamSource source = connect(OPTIONS.withTimeout(SHORT))) {
            write(source, "a");
            network.setTarget(null);
            server.close();
            assertThatThrownBy(source::getHeader).isExactlyInstanceOf(Unreachable.class);
            source.startAtomicOp();
            source.addStreamEntry(1, "lost".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(source::commitAtomicOp)
                    .isExactlyInstanceOf(Unreachable.class)
                    .hasMessageContaining("600 ms");
            assertThatThrownBy(source::startAtomicOp).isExactlyInstanceOf(Unreachable.class);
            server = serve(Duration.ofSeconds(2));
            network.setTarget(server.address());
            awaitHeader(source);
            assertThat(write(source, "b").totalEntries()).isEqualTo(2);
            assertThat(contents()).containsExactly("a", "b");
        }
    }

    private static void awaitHeader(RemoteStreamSource source) {
        while (true) {
            try {
                source.getHeader();
                return;
            } catch (Unreachable e) {
                assertThat(e).hasMessageContaining("ms");
            }
        }
    }

    @Test
    void anAnswerThatNeverComesMakesTheOutcomeUnknownAndTheNextOperationGoesOnFromTheTruth() {
        try (FaultProxy deaf = new FaultProxy.Builder(3)
                        .faults(FaultProxy.Fault.STALL)
                        .maxBytes(98 + 69)
                        .healthy(1, 98 + 69)
                        .start(server.address());
                RemoteStreamSource source = RemoteStreamSource.connect(deaf.address(), OPTIONS.withTimeout(SHORT))) {
            // The answer to this one comes, and not a byte after it.
            write(source, "a");
            source.startAtomicOp();
            source.addStreamEntry(1, "b".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(source::commitAtomicOp).isExactlyInstanceOf(OutcomeUnknown.class);
            deaf.stopFaults();
            long total = write(source, "c").totalEntries();
            assertThat(contents()).hasSize((int) total).startsWith("a").endsWith("c");
        }
    }

    @Test
    void aHistoryThatOthersChangedEndsTheSource() {
        try (RemoteStreamSource source = connect(OPTIONS)) {
            write(source, "a", "b", "c");
            network.setTarget(null);
            server.close();
            stream.close();
            stream = open();
            stream.truncate(1);
            stream.startAtomicOp();
            stream.addStreamEntry(1, "b".getBytes(StandardCharsets.UTF_8));
            stream.addStreamEntry(1, "c".getBytes(StandardCharsets.UTF_8));
            stream.commitAtomicOp();
            source.startAtomicOp();
            source.addStreamEntry(1, "d".getBytes(StandardCharsets.UTF_8));
            CompletableFuture<StreamHeader> outcome = source.commitAtomicOpAsync();
            server = serve(Duration.ofSeconds(2));
            network.setTarget(server.address());
            // Somebody else has written: that alone ends its lease, and of the history it need not ask.
            assertThat(outcome).failsWithin(Duration.ofSeconds(20));
            assertThatThrownBy(source::startAtomicOp).isInstanceOfAny(Fenced.class, HistoryChanged.class);
            assertThat(contents()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void aSourceThatIsStartedAgainGoesOnWithItsLease() {
        RemoteStreamSource before = connect(OPTIONS.withSourceId(5));
        write(before, "a");
        // It dies without a word; as far as the server knows it is still there.
        try (RemoteStreamSource after = connect(OPTIONS.withSourceId(5))) {
            assertThat(after.grant().continued()).isTrue();
            assertThat(write(after, "b").totalEntries()).isEqualTo(2);
            assertThatThrownBy(() -> write(before, "c")).isExactlyInstanceOf(Fenced.class);
        }
        before.close();
        assertThat(contents()).containsExactly("a", "b");
    }

    @Test
    void aPortForClientsIsToldFromOneForSources() {
        try (StreamServer clients = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            assertThatThrownBy(() -> RemoteStreamSource.connect(clients.address(), OPTIONS.withTimeout(SHORT)))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("port for clients");
        }
        assertThatThrownBy(() -> connect(OPTIONS.withStreamType(8)))
                .isExactlyInstanceOf(Refused.class)
                .hasMessageContaining("8");
        InetSocketAddress nobody = server.address();
        server.close();
        assertThatThrownBy(() -> RemoteStreamSource.connect(nobody, OPTIONS.withTimeout(SHORT)))
                .isExactlyInstanceOf(Unreachable.class)
                .hasMessageContaining("600 ms");
    }

    @Test
    void aQuietSourceKeepsItsLease() {
        server.close();
        server = serve(Duration.ofMillis(300));
        network.setTarget(server.address());
        try (RemoteStreamSource source = connect(listening(OPTIONS))) {
            write(source, "a");
            await().during(Duration.ofMillis(1_500))
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThatThrownBy(() -> connect(OPTIONS.withSourceId(99)))
                            .isExactlyInstanceOf(LeaseHeld.class));
            assertThat(write(source, "b").totalEntries()).isEqualTo(2);
            assertThat(heard).as("it was never disconnected").containsExactly("connected");
        }
    }

    @Test
    void bookmarksAndLargeEntriesTravelToo() {
        try (RemoteStreamSource source = connect(OPTIONS)) {
            source.startAtomicOp();
            source.addStreamBookmark(Bookmark.of(new byte[Bookmark.MAX_LENGTH]));
            source.addStreamEntry(-2, new byte[EntryFormat.MAX_DATA_LENGTH]);
            source.addStreamEntry(3, new byte[0]);
            source.commitAtomicOp();
            assertThat(source.getEntry(1)).isEqualTo(new Entry(1, -2, new byte[EntryFormat.MAX_DATA_LENGTH]));
            assertThat(source.getBookmark(Bookmark.of(new byte[Bookmark.MAX_LENGTH])))
                    .isZero();
        }
    }
}
