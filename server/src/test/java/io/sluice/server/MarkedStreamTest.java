package io.sluice.server;

import static io.sluice.server.FakeStream.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.Result;
import io.sluice.core.StreamMark;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Marks tell the truth: about the entries around them, and about the source. */
class MarkedStreamTest extends ServerTest {
    private TestClient extended() throws IOException {
        TestClient client = connect();
        client.send(new Command.Extend(1)).expect(Result.OK);
        assertThat(StreamMark.read(client.readPacket())).isNotNull();
        return client;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aStreamWithoutItsMarksIsTheStream(long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            stream.commit(event(i, random.nextInt(10) == 0 ? 4096 - 17 : random.nextInt(700), i));
        }
        start();
        TestClient client = extended();
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        Marks marks = new Marks(client, 0);
        long asked = 0;
        while (marks.next() < 3000) {
            if (random.nextInt(100) == 0) {
                client.send(new Command.Mark(1));
                asked++;
            }
            if (stream.header().totalEntries() < 3000 && random.nextInt(3) == 0) {
                stream.commit(event(1, random.nextInt(3000), 1));
            }
            if (marks.next() < stream.header().totalEntries()) {
                marks.readPacket();
            }
        }
        assertThat(marks.entries()).as("seed %d", seed).isEqualTo(stream.wire(0, 3000));
        client.send(new Command.Stop(1));
        // Nothing but marks stands before the result: those asked for last.
        long marksSeen = marks.count();
        ByteBuffer packet = client.readPacket();
        for (; packet.get(0) != (byte) 0xff; packet = client.readPacket()) {
            assertThat(StreamMark.read(packet)).isEqualTo(new StreamMark(3000, 0));
            marksSeen++;
        }
        assertThat(Result.read(packet)).isEqualTo(Result.OK);
        assertThat(marksSeen).as("seed %d", seed).isGreaterThan(asked);
    }

    @Test
    void marksAreTotalsOfTheSourceHoweverFastItCommits() throws Exception {
        Set<Long> totals = ConcurrentHashMap.newKeySet();
        totals.add(0L);
        start();
        AtomicBoolean following = new AtomicBoolean(true);
        Thread source = new Thread(() -> {
            Random random = new Random(5);
            while (following.get() && stream.header().totalEntries() < 200_000) {
                Entry[] operation = new Entry[2 + random.nextInt(6)];
                for (int i = 0; i < operation.length; i++) {
                    operation[i] = event(1, random.nextInt(300), i);
                }
                totals.add(stream.header().totalEntries() + operation.length);
                stream.commit(operation);
                // The lock of the stream in memory is not fair: without a pause its readers would starve.
                LockSupport.parkNanos(1_000);
            }
        });
        source.start();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Long>> followers = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                int seed = i;
                followers.add(threads.submit(() -> follow(totals, seed)));
            }
            for (Future<Long> follower : followers) {
                assertThat(follower.get(30, TimeUnit.SECONDS)).isGreaterThan(5);
            }
        } finally {
            following.set(false);
            source.join();
            threads.shutdown();
        }
    }

    private long follow(Set<Long> totals, int seed) throws IOException {
        Random random = new Random(seed);
        TestClient client = extended();
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        Marks marks = new Marks(client, 0);
        while (marks.next() < 10_000) {
            if (random.nextInt(50) == 0) {
                client.send(new Command.Mark(1));
            }
            StreamMark mark = marks.readPacket();
            if (mark != null) {
                assertThat(totals).contains(mark.wholeUpTo(), mark.operationEnd());
            }
        }
        return marks.count();
    }

    /** Behind a long history its end is all that a client would know for hours; so is it behind a source that never rests. */
    @Test
    void marksTellWhereOperationsEndInHistory() throws IOException {
        for (int i = 0; i < 300; i++) {
            stream.commit(event(1, 3000, i), event(1, 500, i), event(1, 900, i));
        }
        start();
        TestClient client = extended();
        client.send(new Command.Start(1, 0)).expect(Result.OK);
        Marks marks = new Marks(client, 0);
        long end = 0;
        while (marks.next() < 900) {
            StreamMark mark = marks.readPacket();
            if (mark != null && mark.operationEnd() > 0) {
                assertThat(mark.operationEnd() % 3).isZero();
                assertThat(mark.operationEnd()).isBetween(marks.next(), 899L);
                end = mark.operationEnd();
            } else if (mark == null && marks.next() < 900) {
                assertThat(marks.next() - end).as("in chunks of 4096 bytes").isLessThan(6);
            }
        }
    }

    /** Each history marks its entries with its generation as their type. */
    @Test
    void generationsAreThoseOfTheEntriesThatFollow() throws Exception {
        start();
        AtomicBoolean changing = new AtomicBoolean(true);
        Thread source = new Thread(() -> {
            for (int generation = 0; changing.get(); generation++) {
                for (int i = 0; i < 12; i++) {
                    stream.commit(event(generation, 20 + i, i), event(generation, 3, i));
                }
                LockSupport.parkNanos(200_000);
                stream.truncate((int) stream.header().totalEntries() - 1 - generation % 5);
            }
        });
        source.start();
        long seen = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        while (System.nanoTime() < deadline) {
            seen += followGenerations();
        }
        changing.set(false);
        source.join();
        assertThat(seen).isGreaterThan(100);
    }

    private long followGenerations() throws IOException {
        long seen = 0;
        try (TestClient client = new TestClient(server.address())) {
            client.send(new Command.Extend(1)).expect(Result.OK);
            client.readPacket();
            long next = Math.max(0, stream.header().totalEntries() - 6);
            client.send(new Command.Start(1, next)).expect(Result.OK);
            long generation = -1;
            while (seen < 500) {
                ByteBuffer packet = client.readPacket();
                if (packet.get(0) == 0x53) {
                    StreamMark mark = StreamMark.read(packet);
                    assertThat(mark.generation()).isGreaterThanOrEqualTo(generation);
                    generation = mark.generation();
                } else {
                    // Entries of this history, or of one that it grew out of; never of one that is still to come.
                    assertThat((long) packet.getInt(5)).isLessThanOrEqualTo(generation);
                    seen++;
                }
            }
        } catch (EOFException | SocketException e) {
            // Closed: it was beyond.
        }
        return seen;
    }
}
