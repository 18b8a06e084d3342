package io.sluice.systemtests;

import io.sluice.client.EntryBatch;
import io.sluice.client.EntryHandler;
import io.sluice.client.StreamFollower;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The three ways to take entries from a follower, and one consumer for all of them. */
enum Receiving {
    /** The consumer's thread asks. */
    BLOCKING {
        @Override
        void begin(StreamFollower follower, Consumer<EntryBatch> consumer, CompletableFuture<?> failure) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            while (true) {
                                EntryBatch batch = follower.next(Duration.ofMillis(100));
                                if (batch != null) {
                                    consumer.accept(batch);
                                }
                            }
                        } catch (Throwable t) {
                            failure.completeExceptionally(t);
                        }
                    },
                    "blocking-consumer");
            thread.setDaemon(true);
            thread.start();
        }
    },

    /** The follower calls. */
    CALLBACK {
        @Override
        void begin(StreamFollower follower, Consumer<EntryBatch> consumer, CompletableFuture<?> failure) {
            follower.deliverTo(new EntryHandler() {
                @Override
                public void onEntries(EntryBatch batch) {
                    consumer.accept(batch);
                }

                @Override
                public void onFailure(Throwable t) {
                    failure.completeExceptionally(t);
                }
            });
        }
    },

    /** A subscriber asks for a few batches at a time. */
    FLOW {
        @Override
        void begin(StreamFollower follower, Consumer<EntryBatch> consumer, CompletableFuture<?> failure) {
            follower.publisher().subscribe(new Flow.Subscriber<>() {
                private static final int AT_A_TIME = 3;
                private Flow.@Nullable Subscription subscription;
                private int wanted;

                @Override
                public void onSubscribe(Flow.Subscription newSubscription) {
                    subscription = newSubscription;
                    ask();
                }

                private void ask() {
                    wanted = AT_A_TIME;
                    Objects.requireNonNull(subscription).request(AT_A_TIME);
                }

                @Override
                public void onNext(EntryBatch batch) {
                    consumer.accept(batch);
                    wanted--;
                    if (wanted == 0) {
                        ask();
                    }
                }

                @Override
                public void onError(Throwable t) {
                    failure.completeExceptionally(t);
                }

                @Override
                public void onComplete() {
                    // Only after a close.
                }
            });
        }
    };

    /**
     * Gives the consumer everything that comes, until it throws or the follower is closed or fails.
     *
     * @param failure completed with what ended it; a close is told in some of the ways only
     */
    abstract void begin(StreamFollower follower, Consumer<EntryBatch> consumer, CompletableFuture<?> failure);
}
