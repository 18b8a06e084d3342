package io.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.testing.GoServer.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A follower that keeps to the rules gets every entry once, from a faulty server through a bad network. */
class FixturesTogetherTest {
    private static final int OPERATIONS = 150;

    @TestFactory
    List<DynamicTest> aCarefulFollowerGetsEveryEntryOnce() {
        List<DynamicTest> tests = new ArrayList<>();
        for (long seed = 0; seed < 3; seed++) {
            long given = seed;
            tests.add(DynamicTest.dynamicTest("seed " + seed, () -> follow(given)));
        }
        return tests;
    }

    private static void follow(long seed) throws Exception {
        try (GoServer server = new GoServerBuilder(seed)
                        .with(Fault.REPEAT, Fault.LOSE, Fault.SILENT, Fault.NO_COMMANDS_IN_HISTORY)
                        .chance(0.3)
                        .start();
                FaultProxy proxy = new FaultProxy.Builder(seed)
                        .maxBytes(600)
                        .healthy(0.2, 3000)
                        .stall(Duration.ofMillis(20))
                        .start(server.address())) {
            List<Entry> received = new ArrayList<>();
            // Each round is one connection. The stream grows before, during and between them.
            for (int round = 0; received.size() < 3 * OPERATIONS; round++) {
                assertThat(round).as("%s %s", server, proxy).isLessThan(2000);
                grow(server);
                try (RawClient client = new RawClient(proxy.address())) {
                    client.socket().setSoTimeout(50);
                    client.send(new Command.Start(1, received.size())).expect(Result.OK);
                    grow(server);
                    receive(client, server, received);
                } catch (IOException e) {
                    // The connection was lost, or nothing came: the next one begins at the number that is due.
                }
            }
            assertThat(received).as("%s %s", server, proxy).isEqualTo(server.entries());
            assertThat(proxy.counts()).as(proxy.toString()).isNotEmpty();
            assertThat(server.counts()).as(server.toString()).isNotEmpty();
        }
    }

    private static void grow(GoServer server) {
        int operations = (int) server.header().totalEntries() / 3;
        if (operations < OPERATIONS) {
            server.append(GoServerTest.operation(operations, 3));
        }
    }

    /** Reads until a gap, and drops what comes again after comparing it. */
    private static void receive(RawClient client, GoServer server, List<Entry> received) throws IOException {
        while (received.size() < 3 * OPERATIONS) {
            Entry entry = client.entry(EntryFormat.PACKET_ENTRY);
            if (entry.number() > received.size()) {
                return;
            }
            if (entry.number() == received.size()) {
                received.add(entry);
                grow(server);
            } else {
                assertThat(entry).isEqualTo(received.get((int) entry.number()));
            }
        }
    }
}
