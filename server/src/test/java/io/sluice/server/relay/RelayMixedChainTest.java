package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.testing.GoServer;
import io.sluice.testing.GoServer.Fault;
import io.sluice.testing.GoServerBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Relays between a server and clients of the other implementation, with the faults of that server. */
@Timeout(600)
class RelayMixedChainTest {
    private static final int OPERATIONS = Boolean.getBoolean("sluice.thorough") ? 20_000 : 300;
    private static final int RELAYS = 3;

    @TempDir
    Path folder;

    private final Set<StreamHeader> committed = ConcurrentHashMap.newKeySet();
    private final Set<StreamHeader> shown = ConcurrentHashMap.newKeySet();

    private void commit(GoServer source, int operation, int history) {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(
                0,
                EntryFormat.TYPE_BOOKMARK,
                ByteBuffer.allocate(12).putInt(history).putLong(operation).array()));
        for (int i = 0; i <= operation % 9; i++) {
            entries.add(new Entry(0, 2, Upstreaming.data(operation * 10L + i, history)));
        }
        source.append(entries);
        committed.add(source.header());
    }

    /** The one in the middle keeps the extension to itself. */
    private List<Relay> chain(GoServer source) {
        List<Relay> relays = new ArrayList<>();
        RelayOptions options = RelayOptions.to(source.address());
        for (int i = 0; i < RELAYS; i++) {
            RelayOptions impatient = Upstreaming.impatient(options);
            Relay relay = Relay.start(
                    folder.resolve("relay" + i + ".bin"),
                    impatient.withServer(impatient.server().withExtensions(i != 1)));
            relays.add(relay);
            Upstreaming.collectShown(relay, shown);
            options = RelayOptions.to(relay.address());
        }
        return relays;
    }

    private static void awaitSame(Relay relay, GoServer source) {
        Upstreaming.await(relay, () -> relay.view().header().equals(source.header()));
        assertThat(Upstreaming.entries(relay.view())).isEqualTo(source.entries());
    }

    private static void close(List<Relay> relays) {
        for (int i = relays.size() - 1; i >= 0; i--) {
            relays.get(i).close();
        }
    }

    @Test
    void operationsStayWholeBetweenServersAndClientsOfTheOtherImplementation() throws IOException {
        long seed = Long.getLong("sluice.relay.seed", System.nanoTime());
        Random random = new Random(seed);
        try (GoServer source = new GoServerBuilder(seed)
                .with(
                        Fault.REPEAT,
                        Fault.BEYOND_END,
                        Fault.SILENT,
                        Fault.STUCK_AFTER_ERROR,
                        Fault.NO_COMMANDS_IN_HISTORY,
                        Fault.ENTRIES_AFTER_STOP)
                .chance(0.3)
                .start()) {
            commit(source, 0, 1);
            List<Relay> relays = chain(source);
            List<GoLikeClient> clients = new ArrayList<>();
            try {
                for (Relay relay : relays) {
                    clients.add(new GoLikeClient(relay.address()));
                }
                for (int operation = 1; operation < OPERATIONS; operation++) {
                    commit(source, operation, 1);
                    shown.add(clients.get(random.nextInt(RELAYS)).takeAll());
                }
                source.stopFaults();
                commit(source, OPERATIONS, 1);
                for (Relay relay : relays) {
                    awaitSame(relay, source);
                }
                for (GoLikeClient client : clients) {
                    assertThat(client.takeAll()).isEqualTo(source.header());
                    client.close();
                }
                shown.removeIf(header -> header.totalEntries() == 0);
                assertThat(committed).as("headers of the source, seed " + seed).containsAll(shown);
            } finally {
                close(relays);
            }
        }
    }

    /** Nobody is told of that by such a server: its clients stay, and get the numbers again with other entries. */
    @Test
    void aTruncationOfTheOtherImplementationReachesTheLastRelay() throws IOException {
        try (GoServer source = new GoServerBuilder(5).start()) {
            for (int operation = 0; operation < 100; operation++) {
                commit(source, operation, 1);
            }
            List<Relay> relays = chain(source);
            try {
                for (int history = 2; history < 6; history++) {
                    for (Relay relay : relays) {
                        awaitSame(relay, source);
                    }
                    source.truncate(source.header().totalEntries() - 40L * history);
                    committed.add(source.header());
                    for (int operation = 0; operation < 70; operation++) {
                        commit(source, operation, history);
                    }
                }
                for (Relay relay : relays) {
                    awaitSame(relay, source);
                }
                assertThat(relays.get(0).status().divergence()).isNotNull();
            } finally {
                close(relays);
            }
        }
    }
}
