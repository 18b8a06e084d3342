package io.sluice.client;

import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.ScriptedServer.entries;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a follower needs. */
@Timeout(60)
final class FollowerMemoryTest {
    @Test
    void aQuietFollowerKeepsItsSmallBuffer() throws IOException {
        CountDownLatch[] taken = new CountDownLatch[100];
        for (int i = 0; i < taken.length; i++) {
            taken[i] = new CountDownLatch(1);
        }
        // 2 MB altogether, never much at once.
        byte[] data = new byte[20_000];
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, taken.length, OLD, 0, mark(taken.length, OLD));
                    for (int i = 0; i < taken.length; i++) {
                        session.send(ScriptedServer.entry(i, 7, data));
                        taken[i].await();
                    }
                    session.awaitClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            for (int i = 0; i < taken.length; i++) {
                EntryBatch batch = follower.next(Follow.PATIENCE);
                assertThat(batch.count()).isEqualTo(1);
                assertThat(batch.buffer().capacity()).isEqualTo(64 << 10);
                taken[i].countDown();
            }
        }
    }

    @Test
    void theLongestEntriesPassThroughAndTheBufferGrowsToItsLimit() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] data = new byte[EntryFormat.PAGE_LENGTH - EntryFormat.HEADER_LENGTH];
        random.nextBytes(data);
        int count = 12;
        try (ScriptedServer server = new ScriptedServer(session -> {
                    marked(session, count, OLD, 0, mark(count, OLD));
                    for (int i = 0; i < count; i++) {
                        session.send(i % 4 == 3 ? entries(i, i) : ScriptedServer.entry(i, 7, data));
                    }
                    session.awaitClose();
                });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            for (int next = 0; next < count; ) {
                EntryBatch batch = follower.next(Follow.PATIENCE);
                assertThat(batch.buffer().capacity()).isLessThanOrEqualTo(1 << 20);
                for (Entry entry : batch) {
                    assertThat(entry)
                            .as("seed %d", seed)
                            .isEqualTo(next % 4 == 3 ? Follow.entry(next) : new Entry(next, 7, data));
                    next++;
                }
            }
        }
    }
}
