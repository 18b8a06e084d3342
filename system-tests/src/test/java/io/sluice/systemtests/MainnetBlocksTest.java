package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 99 blocks of a real chain with their 26,973 transactions, each block an operation, written while clients follow. */
final class MainnetBlocksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BLOCKS = 99;
    private static final int TRANSACTIONS = 26_973;
    private static final double SLOW_BYTES_A_SECOND = 2_000_000;

    @TempDir
    Path folder;

    @Test
    void everyFollowerReceivesEveryEntryOnceAndARestartKeepsAll() throws Exception {
        List<List<Entry>> operations = MainnetBlocks.operations();
        List<Entry> all = operations.stream().flatMap(List::stream).toList();
        assertThat(operations).hasSize(BLOCKS);
        assertThat(all).hasSize(2 * BLOCKS + TRANSACTIONS);
        Path file = folder.resolve("mainnet.bin");
        try (DataStream stream = DataStream.open(file);
                StreamServer server =
                        StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()))) {
            int middle = (int) operations.get(BLOCKS / 2).get(0).number();
            var first = follow(server.address(), 0, all, 0);
            var slow = follow(server.address(), 0, all, SLOW_BYTES_A_SECOND);
            CompletableFuture<Void> joined = null;
            for (int block = 0; block < BLOCKS; block++) {
                if (block == BLOCKS / 2) {
                    joined = follow(server.address(), middle, all, 0);
                }
                write(stream, operations.get(block));
            }
            assertThat(slow.isDone())
                    .as("the slow follower is behind when the last block is written")
                    .isFalse();
            first.join();
            assertThat(joined).isNotNull();
            joined.join();
            slow.join();
        }
        try (DataStream stream = DataStream.open(file);
                StreamServer server =
                        StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()))) {
            follow(server.address(), 0, all, 0).join();
            assertThat(stream.getHeader().totalEntries()).isEqualTo(all.size());
            for (Entry entry : all) {
                assertThat(stream.getEntry(entry.number())).isEqualTo(entry);
                if (entry.isBookmark()) {
                    assertThat(stream.getBookmark(Bookmark.of(entry.data()))).isEqualTo(entry.number());
                }
            }
        }
    }

    private static void write(DataStream stream, List<Entry> operation) {
        stream.startAtomicOp();
        for (Entry entry : operation) {
            long number = entry.isBookmark()
                    ? stream.addStreamBookmark(Bookmark.of(entry.data()))
                    : stream.addStreamEntry(entry.type(), entry.data());
            assertThat(number).isEqualTo(entry.number());
        }
        stream.commitAtomicOp();
    }

    /** A follower in a thread of its own, from when it is connected; done when it has every entry from there on, once. */
    private static CompletableFuture<Void> follow(
            InetSocketAddress server, int from, List<Entry> all, double bytesASecond) throws InterruptedException {
        CountDownLatch following = new CountDownLatch(1);
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> {
            try (StreamClient client = StreamClient.connect(server)) {
                client.follow(from);
                following.countDown();
                receive(client, from, all, bytesASecond);
            } finally {
                following.countDown();
            }
        });
        following.await();
        return done;
    }

    private static void receive(StreamClient client, int from, List<Entry> all, double bytesASecond) {
        List<Entry> received = new ArrayList<>();
        while (received.size() < all.size() - from) {
            EntryBatch batch = client.next(PATIENCE);
            assertThat(batch)
                    .as("nothing came after %d entries", received.size())
                    .isNotNull();
            received.addAll(batch.entries());
            if (bytesASecond > 0) {
                LockSupport.parkNanos((long) (batch.byteLength() / bytesASecond * 1e9));
            }
        }
        assertThat(received).isEqualTo(all.subList(from, all.size()));
        assertThat(client.next(Duration.ofMillis(50)))
                .as("more than was written")
                .isNull();
    }
}
