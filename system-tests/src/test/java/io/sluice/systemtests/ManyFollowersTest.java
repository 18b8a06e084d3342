package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.EntryHandler;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Very many followers of one server, all there before the first operation commits, receive all of it. */
final class ManyFollowersTest {
    /** Each has a thread and three file descriptors of this process; {@link ManyClientsTest} has more clients than that. */
    private static final int FOLLOWERS = Boolean.getBoolean("sluice.thorough") ? 2_500 : 500;

    private static final int OPERATIONS = 50;
    private static final int ENTRIES = 3;
    private static final int TYPE = 4;
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path folder;

    @Test
    void allAreLiveAtOnceAndAllAreComplete() throws Exception {
        List<StreamFollower> followers = new ArrayList<>();
        List<Receiver> receivers = new ArrayList<>();
        try (DataStream stream = DataStream.open(
                        folder.resolve("stream.bin"),
                        DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            // What would be made anew is a fault here.
            FollowOptions options = FollowOptions.defaults().withGiveUpAfter(Duration.ZERO);
            for (int i = 0; i < FOLLOWERS; i++) {
                StreamFollower follower = StreamFollower.open(server.address(), FollowFrom.entry(0), options);
                followers.add(follower);
                Receiver receiver = new Receiver();
                receivers.add(receiver);
                follower.deliverTo(receiver);
            }
            for (int operation = 0; operation < OPERATIONS; operation++) {
                stream.startAtomicOp();
                for (int i = 0; i < ENTRIES; i++) {
                    stream.addStreamEntry(TYPE, data(operation * ENTRIES + i));
                }
                stream.commitAtomicOp();
            }
            CompletableFuture.allOf(
                            receivers.stream().map(each -> each.complete).toArray(CompletableFuture[]::new))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } finally {
            followers.forEach(StreamFollower::close);
        }
        assertThat(receivers).hasSize(FOLLOWERS).allMatch(each -> each.next == OPERATIONS * ENTRIES);
    }

    private static byte[] data(int number) {
        return ByteBuffer.allocate(150).putInt(number).array();
    }

    private static final class Receiver implements EntryHandler {
        private final CompletableFuture<Void> complete = new CompletableFuture<>();

        /** Written by the follower's thread; read by others after {@link #complete}. */
        private int next;

        @Override
        public void onEntries(EntryBatch batch) {
            while (batch.advance()) {
                if (batch.number() != next || batch.data().getInt() != next) {
                    throw new AssertionError("Entry " + next + " was due, but " + batch.number() + " came");
                }
                next++;
            }
            if (next == OPERATIONS * ENTRIES) {
                complete.complete(null);
            }
        }

        @Override
        public void onFailure(Throwable failure) {
            complete.completeExceptionally(failure);
        }
    }
}
