package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.EntryHandler;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Follows a stream of {@link NumberedOperations} across everything that befalls its server, and checks each entry. */
final class NumberedFollower implements AutoCloseable {
    private final NumberedOperations.Checker checker = new NumberedOperations.Checker();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private final StreamFollower follower;

    NumberedFollower(InetSocketAddress server, boolean whole) {
        follower = StreamFollower.open(
                server,
                FollowFrom.entry(0),
                FollowOptions.defaults().withWholeOperations(whole).withGiveUpAfter(Duration.ofMinutes(5)));
        follower.deliverTo(new EntryHandler() {
            @Override
            public void onEntries(EntryBatch batch) {
                for (Entry entry : batch) {
                    assertThat(checker.accept(entry)).as("%s is right", entry).isTrue();
                }
                assertThat(!whole || !batch.endsOperation() || checker.isAtEndOfOperation())
                        .as("the stream ended before entry %d when that was said", checker.next())
                        .isTrue();
            }

            @Override
            public void onFailure(Throwable thrown) {
                failure.completeExceptionally(thrown);
            }
        });
    }

    /** How many entries have come so far. Throws when something was wrong with one of them. */
    long received() {
        if (failure.isDone()) {
            failure.join();
        }
        return checker.next();
    }

    @Override
    public void close() {
        follower.close();
    }
}
