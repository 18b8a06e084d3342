package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.Fenced;
import io.sluice.core.StreamSourceException.OutcomeUnknown;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.testing.FaultProxy;
import io.sluice.testing.FaultProxy.Fault;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sources that take the lease from each other, over a network that fails: what was acknowledged to any of them is in the
 * stream once and in its order, what failed is not in it, and only of what is said to be unknown either can be true. Their
 * operations are of one size, and so are the totals that each of them finds.
 */
@Timeout(600)
final class SourceTakeoverTest {
    private static final int TAKEOVERS = Boolean.getBoolean("sluice.thorough") ? 1_000 : 60;
    private static final int MOST_OPERATIONS = 40;

    @TempDir
    Path folder;

    /** What a source was told of each of its operations, by the operation's one entry. */
    private static final class Fighter {
        private final String name;
        private final InetSocketAddress server;
        private final SplittableRandom random;
        private final List<String> acknowledged = new ArrayList<>();
        private final Set<String> failed = new TreeSet<>();
        private final Set<String> unknown = new TreeSet<>();
        private int fenced;
        private int operations;

        Fighter(String name, InetSocketAddress server, long seed) {
            this.name = name;
            this.server = server;
            this.random = new SplittableRandom(seed);
        }

        void fight() {
            for (int i = 0; i < TAKEOVERS; i++) {
                Map<String, CompletableFuture<StreamHeader>> outcomes = new LinkedHashMap<>();
                SourceOptions options = SourceOptions.defaults().withTimeout(Duration.ofSeconds(20));
                try (RemoteStreamSource source = RemoteStreamSource.takeOver(server, options)) {
                    for (int j = random.nextInt(MOST_OPERATIONS); j >= 0; j--) {
                        String content = name + operations++;
                        source.startAtomicOp();
                        source.addStreamEntry(1, content.getBytes(StandardCharsets.US_ASCII));
                        outcomes.put(content, source.commitAtomicOpAsync());
                        pause();
                    }
                } catch (Fenced e) {
                    fenced++;
                }
                outcomes.forEach(this::note);
            }
        }

        private void pause() {
            try {
                Thread.sleep(random.nextInt(3));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private void note(String content, CompletableFuture<StreamHeader> outcome) {
            try {
                outcome.join();
                acknowledged.add(content);
            } catch (CompletionException e) {
                assertThat(e.getCause()).isInstanceOf(StreamSourceException.class);
                if (e.getCause() instanceof OutcomeUnknown) {
                    unknown.add(content);
                } else {
                    failed.add(content);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thereAreNeverTwoWriters(boolean networkFails) throws Exception {
        long seed = Long.getLong("sluice.takeover.seed", System.nanoTime());
        DataStreamOptions unforced = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), unforced);
                SourceServer server = SourceServer.start(
                        SourceServerOptions.defaults().withLeaseTime(Duration.ofMillis(500)), Map.of(1L, stream));
                FaultProxy down = proxy(seed, networkFails).start(server.address());
                FaultProxy up = proxy(seed + 1, networkFails).mirrored().start(down.address())) {
            List<Fighter> fighters = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 2; i++) {
                Fighter fighter = new Fighter(i == 0 ? "a" : "b", up.address(), seed + 2 + i);
                fighters.add(fighter);
                Thread thread = new Thread(fighter::fight, "fighter-" + i);
                thread.setUncaughtExceptionHandler((dead, failure) -> failures.add(failure));
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            String what = "-Dsluice.takeover.seed=" + seed + " " + up + " " + down;
            assertThat(failures).as(what).isEmpty();
            assertTrue(stream, fighters, what);
            assertThat(fighters)
                    .as(what)
                    .allSatisfy(fighter -> assertThat(fighter.fenced).isPositive());
            if (networkFails) {
                assertThat(fighters)
                        .as(what)
                        .anySatisfy(fighter -> assertThat(fighter.unknown).isNotEmpty());
            } else {
                // Over connections that hold the server tells each of them what is in.
                assertThat(fighters)
                        .as(what)
                        .allSatisfy(fighter -> assertThat(fighter.unknown).isEmpty());
            }
        }
    }

    private static FaultProxy.Builder proxy(long seed, boolean networkFails) {
        FaultProxy.Builder proxy =
                new FaultProxy.Builder(seed).maxBytes(2_000).healthy(0.5, 6_000).again();
        return networkFails ? proxy : proxy.faults(new Fault[0]);
    }

    private static void assertTrue(DataStream stream, List<Fighter> fighters, String what) {
        List<String> contents = new ArrayList<>();
        for (long number = 0; number < stream.getHeader().totalEntries(); number++) {
            Entry entry = stream.getEntry(number);
            contents.add(new String(entry.data(), StandardCharsets.US_ASCII));
        }
        assertThat(contents).as(what).doesNotHaveDuplicates();
        for (Fighter fighter : fighters) {
            List<String> own = contents.stream()
                    .filter(content -> content.startsWith(fighter.name))
                    .toList();
            assertThat(own).as(what).containsSubsequence(fighter.acknowledged);
            assertThat(own).as(what).doesNotContainAnyElementsOf(fighter.failed);
            List<String> others = new ArrayList<>(own);
            others.removeAll(Set.copyOf(fighter.acknowledged));
            assertThat(fighter.unknown).as(what).containsAll(others);
        }
    }
}
