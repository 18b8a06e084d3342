package io.sluice.server;

import static io.sluice.server.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Result;
import io.sluice.testing.LogLines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is slow stands in the log, once, and never in a flood. */
class SlowClientsTest extends ServerTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MB = 1 << 20;

    @RegisterExtension
    final LogLines log = new LogLines(SlowClients.class);

    private final List<String> lines = log.all();

    private final AtomicLong clock = new AtomicLong(-5 * SECOND);
    private final SlowClients clients = new SlowClients(clock::get, Duration.ofMinutes(10));

    private SlowWatch watch(Object name) {
        return new SlowWatch(clients, name);
    }

    /** One sweep after this time. */
    private void look(SlowWatch watch, long seconds, long waitingBytes, long stalledSeconds, long bytes) {
        clock.addAndGet(seconds * SECOND);
        watch.look(clock.get(), new Backlog(waitingBytes, stalledSeconds * SECOND, bytes, bytes / 1000));
        clients.sweep();
    }

    @Test
    void whoTakesNothingIsToldOnceAndItsRecoveryOnce() {
        SlowWatch watch = watch("a:1");
        look(watch, 2, 5000, 0, 5000);
        for (int stalled = 2; stalled < 60; stalled += 2) {
            look(watch, 2, 5000, stalled, 5000 + stalled);
            assertThat(lines).hasSize(stalled < 10 ? 0 : 1);
        }
        assertThat(lines.get(0))
                .startsWith("WARN Client a:1 is slow: it has taken nothing for 10 s, and is 5 entries and 5010 bytes");
        // It takes something, but is behind still.
        look(watch, 2, 3000, 0, 9000);
        look(watch, 2, 0, 0, SharedTail.MAX_HELD + 1);
        assertThat(lines).hasSize(1);
        look(watch, 2, 0, 0, 700);
        look(watch, 2, 0, 0, 0);
        assertThat(lines).hasSize(2).last().isEqualTo("INFO Client a:1, which was slow, has caught up.");
        // Soon after that it is no news.
        look(watch, 60, 5000, 30, 5000);
        look(watch, 2, 0, 0, 0);
        watch.ended("it left");
        assertThat(lines).hasSize(2);
    }

    @Test
    void whoIsSlowAgainMuchLaterIsNewsAgainAndSoIsItsEnd() {
        SlowWatch watch = watch("a:1");
        look(watch, 2, 5000, 12, 5000);
        look(watch, 2, 0, 0, 0);
        look(watch, 601, 5000, 12, 5000);
        watch.ended("it took nothing for too long");
        watch.ended("the client left");
        assertThat(lines).hasSize(4).last().asString().contains("streams no more: it took nothing for too long.");
    }

    @Test
    void whoFallsBehindAtEachOfThreeLooksIsTold() {
        SlowWatch watch = watch("a:1");
        for (int i = 0; i <= 40; i++) {
            look(watch, 1, 5000, 0, (10 + i) * MB);
            assertThat(lines).hasSize(i < 40 ? 0 : 1);
        }
        assertThat(lines.get(0))
                .contains("the stream grows faster than it reads")
                .contains(50 * MB + " bytes");
        for (int i = 0; i < 60; i++) {
            look(watch, 1, 5000, 0, (50 - i / 2) * MB);
        }
        look(watch, 1, 0, 0, 0);
        assertThat(lines).hasSize(2).last().asString().contains("has caught up");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void honestCatchUpIsNotSlow(long seed) {
        Random random = new Random(seed);
        SlowWatch watch = watch("seed " + seed);
        long behind = 40_000 * MB;
        while (behind > 0) {
            // It reads some 40 MB a second, sometimes little, and the stream grows by a quarter of that, in bursts.
            behind += random.nextInt(10) == 0 ? 100 * MB : 0;
            behind -= random.nextInt(81) * MB;
            look(watch, 1, 1 + random.nextInt(1 << 20), random.nextInt(4), Math.max(0, behind));
        }
        assertThat(lines).as("seed %d", seed).isEmpty();
    }

    @Test
    void whoWaitsForTheDiskIsNotSlow() {
        SlowWatch watch = watch("a:1");
        for (int i = 0; i < 200; i++) {
            look(watch, 1, 0, 0, i * MB);
        }
        assertThat(lines).isEmpty();
    }

    @Test
    void aThousandStalledClientsAreTenLinesAndACount() {
        List<SlowWatch> watches = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            watches.add(watch("client:" + i));
        }
        for (int second = 0; second < 300; second += 2) {
            clock.addAndGet(2 * SECOND);
            for (SlowWatch watch : watches) {
                watch.look(clock.get(), new Backlog(1000, second * SECOND, 1_000_000, 1000));
            }
            clients.sweep();
        }
        assertThat(lines).hasSize(11);
        assertThat(lines.subList(0, 10)).allMatch(line -> line.startsWith("WARN Client client:"));
        assertThat(lines.get(10)).contains("990 more lines", "1000 clients are slow now");
        // Nobody has heard of the others, and nobody hears of their end.
        watches.forEach(watch -> watch.ended("the client left"));
        assertThat(lines).hasSize(21);
        clients.close();
        assertThat(lines).hasSize(21);
    }

    @Test
    void neverMoreThanTenLinesInAnyMinute() {
        Random random = new Random(3);
        List<Long> at = new ArrayList<>();
        long counted = 0;
        for (int i = 0; i < 5_000; i++) {
            clock.addAndGet(random.nextInt(3_000) * 1_000_000L);
            int before = lines.size();
            look(watch(i), 0, 1000, 12, 1000);
            counted = lines.stream().filter(line -> line.contains("left out")).count();
            for (String line : lines.subList(before, lines.size())) {
                if (!line.contains("left out")) {
                    at.add(clock.get());
                }
            }
        }
        for (int i = LineBudget.MAX_LINES; i < at.size(); i++) {
            assertThat(at.get(i) - at.get(i - LineBudget.MAX_LINES)).isGreaterThanOrEqualTo(LineBudget.MINUTE_NANOS);
        }
        assertThat(at).hasSizeGreaterThan(500);
        assertThat(counted).isBetween(50L, 130L);
    }

    /** Over real sockets. The clock runs ahead of the real one, which only makes a client that takes nothing slow sooner. */
    @Test
    void aStalledClientIsSeenAndItsRecoveryToo() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(20_000, 1000);
        start(
                ServerOptions.defaults(),
                Map.of(1L, large),
                Transport.best(),
                new Sweeps(clock::get, TimeUnit.MILLISECONDS.toNanos(10)));
        TestClient quiet = connect();
        quiet.send(new Command.Start(1, 20_000)).expect(Result.OK);
        TestClient stalled = connect(4096);
        stalled.send(new Command.Start(1, 0)).expect(Result.OK);
        until(() -> clock.addAndGet(SECOND / 100) > 0 && !lines.isEmpty());
        assertThat(lines.get(0))
                .contains("127.0.0.1:" + stalled.socket().getLocalPort())
                .containsPattern("is [1-9]\\d{3,4} entries and [1-9]\\d{6,7} bytes behind");
        stalled.expect(large.wire(0, 20_000));
        until(() -> lines.size() == 2);
        assertThat(lines.get(1)).startsWith("INFO Client").endsWith("has caught up.");
        stalled.close();
        until(() -> server.connectionCount() == 1);
        large.commit(FakeStream.event(1, 1, 1));
        quiet.expect(large.wire(20_000, 20_001));
        assertThat(lines).hasSize(2);
    }

    @Test
    void manyStalledClientsAndTheirEndAreAFewLines() throws IOException {
        FakeStream large = new FakeStream(1, 1 << 20);
        large.commitEvents(10_000, 1000);
        start(
                ServerOptions.defaults(),
                Map.of(1L, large),
                Transport.best(),
                new Sweeps(clock::get, TimeUnit.MILLISECONDS.toNanos(10)));
        for (int i = 0; i < 40; i++) {
            connect(4096).send(new Command.Start(1, i)).expect(Result.OK);
        }
        // Up to where all of them are closed as clients that take nothing.
        until(() -> clock.addAndGet(SECOND / 10) > 0 && server.connectionCount() == 0);
        server.close();
        assertThat(lines.stream().filter(line -> line.startsWith("WARN Client")))
                .hasSizeBetween(10, 40);
        assertThat(lines.stream().filter(line -> line.contains("left out"))).isNotEmpty();
        long minutes = clock.get() / LineBudget.MINUTE_NANOS + 1;
        assertThat(lines.stream().filter(line -> !line.contains("left out")))
                .hasSizeLessThanOrEqualTo((int) (minutes * LineBudget.MAX_LINES));
    }
}
