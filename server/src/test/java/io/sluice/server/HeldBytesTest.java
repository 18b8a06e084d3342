package io.sluice.server;

import static io.sluice.server.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is held for clients that take nothing is bounded, however much is committed, and given back. */
class HeldBytesTest extends ServerTest {
    private static final long HIGH_WATER_MARK = 64 << 10;
    private static final Entry ENTRY = FakeStream.event(1, 20_000, 1);
    private static final int ENTRIES_PER_COMMIT = 50;

    /** Of one megabyte each. */
    private static final int COMMITS = 110;

    private final FakeStream large = new FakeStream(1, 1 << 20);

    private void start(long sweepNanos) {
        start(ServerOptions.defaults(), Map.of(1L, large), Transport.best(), new Sweeps(System::nanoTime, sweepNanos));
    }

    private void commitOneMegabyte() {
        Entry[] operation = new Entry[ENTRIES_PER_COMMIT];
        Arrays.fill(operation, ENTRY);
        large.commit(operation);
    }

    private List<TestClient> neverReading(int count) throws IOException {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(connect(4096));
            clients.get(i).send(new Command.Start(1, i)).expect(Result.OK);
        }
        return clients;
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "200, 0", "1, 55", "200, 55"})
    void clientsThatNeverReadHoldNoMoreThanTheBound(int count, int commitsBefore) throws IOException {
        long loops = Runtime.getRuntime().availableProcessors();
        long perClient = HIGH_WATER_MARK + StreamCursor.MIN_CHUNK_LENGTH;
        // One client is bounded by its chunks: one beyond the mark, and one read ahead.
        long bound = count == 1
                ? HIGH_WATER_MARK + 2L * StreamCursor.MAX_CHUNK_LENGTH
                : loops * StreamLoop.CHUNK_BUDGET + count * perClient;
        // The tail, a read under way in each lane, and small things.
        long beside = SharedTail.MAX_HELD + 4L * StreamCursor.MAX_CHUNK_LENGTH + count * 1024L;
        large.commitEvents(count, 10);
        for (int i = 0; i < commitsBefore; i++) {
            commitOneMegabyte();
        }
        start(TimeUnit.MILLISECONDS.toNanos(20));
        List<TestClient> clients = neverReading(count);
        long mostHeld = 0;
        long mostMemory = 0;
        for (int i = commitsBefore; i < COMMITS; i++) {
            commitOneMegabyte();
            mostHeld = Math.max(mostHeld, server.heldBytes());
            mostMemory = Math.max(mostMemory, allocator.metric().usedDirectMemory());
        }
        System.out.printf(
                "%d clients that never read, %d MB before them: at most %,d bytes held (bound %,d), %,d of memory%n",
                count, commitsBefore, mostHeld, bound, mostMemory);
        assertThat(mostHeld).isPositive().isLessThanOrEqualTo(bound);
        assertThat(mostMemory).isLessThanOrEqualTo(bound + beside);
        // Whoever reads again gets all of it.
        byte[] wire = large.wire(count - 1, (int) large.header().totalEntries());
        clients.get(count - 1).expect(wire);
    }

    /** Each of them holds an entry of a megabyte, which is all that it takes to be beyond the budget. */
    @Test
    void beyondTheBudgetNothingIsReadAhead() throws IOException {
        int count = 150;
        for (int i = 0; i < 20; i++) {
            large.commit(FakeStream.event(1, EntryFormat.MAX_DATA_LENGTH, i));
        }
        // Without sweeps, which would drop what is read ahead.
        start(TimeUnit.DAYS.toNanos(1));
        for (int i = 0; i < count; i++) {
            connect(4096).send(new Command.Start(1, 0)).expect(Result.OK);
        }
        long held = heldWhenCalm();
        System.out.printf("%d clients with entries of a megabyte hold %,d bytes%n", count, held);
        long loops = Runtime.getRuntime().availableProcessors();
        assertThat(held)
                .isGreaterThan(loops * StreamLoop.CHUNK_BUDGET)
                .isLessThan(loops * StreamLoop.CHUNK_BUDGET + count * (HIGH_WATER_MARK + EntryFormat.PAGE_LENGTH));
    }

    @Test
    void aLoopAllowsWhatItHasRoomFor() {
        StreamLoop loop = new StreamLoop(null, null);
        int max = StreamCursor.MAX_CHUNK_LENGTH;
        int min = StreamCursor.MIN_CHUNK_LENGTH;
        assertThat(loop.allowed(max, true)).isEqualTo(max);
        loop.take(StreamLoop.CHUNK_BUDGET - max + 1);
        assertThat(loop.allowed(max, true)).isEqualTo(min);
        assertThat(loop.allowed(max - 1, true)).isEqualTo(max - 1);
        loop.take(max - min);
        assertThat(loop.allowed(min, true)).isZero();
        assertThat(loop.allowed(max, true)).isZero();
        assertThat(loop.allowed(max, false)).isEqualTo(min);
        loop.giveBack(1);
        assertThat(loop.allowed(max, true)).isEqualTo(min);
    }

    private long heldWhenCalm() {
        int[] calm = {0};
        long[] held = {0};
        until(() -> {
            long now = server.heldBytes();
            calm[0] = now == held[0] && now > 0 ? calm[0] + 1 : 0;
            held[0] = now;
            return calm[0] > 2_000;
        });
        return held[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void whatWasReadAheadIsDroppedForWhoTakesNothingAndReadAnewLater(int count) throws IOException {
        for (int i = 0; i < 30; i++) {
            commitOneMegabyte();
        }
        start(TimeUnit.MILLISECONDS.toNanos(20));
        List<TestClient> clients = neverReading(count);
        // What was written is at most a chunk beyond the mark; how large that is depends on how the client began.
        long held = heldWhenCalm();
        assertThat(held).isLessThanOrEqualTo(count * (HIGH_WATER_MARK + StreamCursor.MAX_CHUNK_LENGTH));
        int reads = large.reads.get();
        for (int i = 0; i < 5; i++) {
            commitOneMegabyte();
        }
        // A commit is no reason to read for them again.
        until(() -> server.heldBytes() == held);
        assertThat(large.reads.get()).isEqualTo(reads);
        byte[] wire = large.wire(0, (int) large.header().totalEntries());
        clients.get(0).expect(wire);
    }

    @Test
    void stopTruncationAndDisconnectsGiveBackWhatWasHeld() throws IOException {
        for (int i = 0; i < 20; i++) {
            commitOneMegabyte();
        }
        start(TimeUnit.SECONDS.toNanos(1));
        List<TestClient> clients = neverReading(30);
        until(() -> server.heldBytes() > 30L * StreamCursor.MIN_CHUNK_LENGTH);
        for (int i = 0; i < 10; i++) {
            clients.get(i).close();
            clients.get(10 + i).send(new Command.Stop(1));
        }
        until(() -> server.cursorCount() == 10);
        for (int i = 10; i < 20; i++) {
            clients.get(i).readEntriesUntil(Result.OK, i);
        }
        large.truncate(1);
        until(() -> server.cursorCount() == 0 && server.heldBytes() == 0);
        assertThat(server.connectionCount()).isEqualTo(10);
        for (int i = 10; i < 20; i++) {
            clients.get(i).expectIdle(large);
        }
    }
}
