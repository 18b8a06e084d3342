package io.sluice.client;

import static io.sluice.client.Follow.OLD;
import static io.sluice.client.Follow.PATIENCE;
import static io.sluice.client.Follow.mark;
import static io.sluice.client.Follow.marked;
import static io.sluice.client.Follow.open;
import static io.sluice.client.Follow.plain;
import static io.sluice.client.ScriptedServer.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Entries given to a handler, and to a subscriber. */
@Timeout(60)
final class FollowerWaysTest {
    private static final long SECONDS = PATIENCE.toSeconds();

    /** The entries 0 to last, in as many chunks, each sent when the one before it was taken. */
    private static ScriptedServer.Script oneByOne(CountDownLatch[] taken) {
        return session -> {
            marked(session, taken.length, OLD, 0);
            for (int number = 0; number < taken.length; number++) {
                session.send(mark(taken.length, OLD), entries(number, number));
                taken[number].await();
            }
            session.awaitClose();
        };
    }

    private static CountDownLatch[] latches(int count) {
        CountDownLatch[] latches = new CountDownLatch[count];
        for (int i = 0; i < count; i++) {
            latches[i] = new CountDownLatch(1);
        }
        return latches;
    }

    private static ScriptedServer endless() {
        return new ScriptedServer(session -> {
            marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 2));
            session.awaitClose();
        });
    }

    /** Asks for what it is told to, and remembers what happens. */
    private static class Recorder implements Flow.Subscriber<EntryBatch> {
        final LinkedBlockingQueue<EntryBatch> batches = new LinkedBlockingQueue<>();
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final CompletableFuture<Throwable> error = new CompletableFuture<>();
        final CompletableFuture<Void> complete = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(EntryBatch batch) {
            batches.add(batch);
        }

        @Override
        public void onError(Throwable throwable) {
            error.complete(throwable);
        }

        @Override
        public void onComplete() {
            complete.complete(null);
        }

        void request(long count) throws Exception {
            subscription.get(SECONDS, TimeUnit.SECONDS).request(count);
        }
    }

    private static void assertThreadsEnd(String name) throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(name)) {
                thread.join(5000);
                assertThat(thread.isAlive()).as("%s is alive", name).isFalse();
            }
        }
    }

    @Test
    void aHandlerGetsEachEntryOnceThoughItIsSlowAndTheConnectionBreaks() throws Exception {
        List<Entry> got = new ArrayList<>();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch broken = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                        session -> {
                            marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 0));
                            first.await();
                            session.reset();
                            broken.countDown();
                        },
                        session -> {
                            marked(session, 3, OLD, 0, mark(3, OLD), entries(0, 2));
                            session.awaitClose();
                        });
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            follower.deliverTo(new EntryHandler() {
                @Override
                public void onEntries(EntryBatch batch) {
                    got.addAll(batch.entries());
                    first.countDown();
                    try {
                        broken.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    if (got.size() == 3) {
                        all.countDown();
                    }
                }

                @Override
                public void onFailure(Throwable failure) {
                    throw new AssertionError(failure);
                }
            });
            assertThat(all.await(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(got).isEqualTo(plain(0, 2));
        }
        assertThreadsEnd("sluice-follower");
    }

    @Test
    void whatAHandlerThrowsEndsTheFollower() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        IllegalStateException fault = new IllegalStateException("the handler's");
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            follower.deliverTo(new EntryHandler() {
                @Override
                public void onEntries(EntryBatch batch) {
                    throw fault;
                }

                @Override
                public void onFailure(Throwable failure) {
                    failed.complete(failure);
                }
            });
            assertThat(failed.get(SECONDS, TimeUnit.SECONDS)).isSameAs(fault);
            assertThat(follower.state()).isEqualTo(FollowerState.CLOSED);
        }
        assertThreadsEnd("sluice-follower");
    }

    @Test
    void anotherClientThatTheHandlerFindsClosedEndsTheFollowerToo() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        ClientException.Closed fault = new ClientException.Closed("the handler's own client");
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            follower.deliverTo(new EntryHandler() {
                @Override
                public void onEntries(EntryBatch batch) {
                    throw fault;
                }

                @Override
                public void onFailure(Throwable failure) {
                    failed.complete(failure);
                }
            });
            assertThat(failed.get(SECONDS, TimeUnit.SECONDS)).isSameAs(fault);
            assertThat(follower.state()).isEqualTo(FollowerState.CLOSED);
        }
    }

    @Test
    void aHandlerMayCloseTheFollower() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            follower.deliverTo(new EntryHandler() {
                @Override
                public void onEntries(EntryBatch batch) {
                    follower.close();
                }

                @Override
                public void onFailure(Throwable failure) {
                    failed.complete(failure);
                }
            });
            server.close();
            assertThreadsEnd("sluice-follower");
            assertThat(failed).isNotDone();
        }
    }

    @Test
    void aSubscriberGetsAsManyBatchesAsItAsksForAndTheyStayValid() throws Exception {
        CountDownLatch[] taken = latches(4);
        try (ScriptedServer server = new ScriptedServer(oneByOne(taken));
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            Recorder recorder = new Recorder();
            follower.publisher().subscribe(recorder);
            for (CountDownLatch each : taken) {
                each.countDown();
            }
            assertThat(recorder.batches.poll(200, TimeUnit.MILLISECONDS)).isNull();
            recorder.request(1);
            EntryBatch first = recorder.batches.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(recorder.batches.poll(200, TimeUnit.MILLISECONDS)).isNull();
            List<Entry> all = new ArrayList<>(first.entries());
            ResumeToken token = first.resumeToken();
            assertThat(token.nextNumber()).isEqualTo(first.lastNumber() + 1);
            while (all.size() < 4) {
                recorder.request(1);
                EntryBatch next = recorder.batches.poll(SECONDS, TimeUnit.SECONDS);
                all.addAll(next.entries());
                assertThat(next.resumeToken().nextNumber()).isEqualTo(all.size());
            }
            assertThat(all).isEqualTo(plain(0, 3));
            assertThat(first.entries()).isEqualTo(plain(0, first.lastNumber()));
            assertThat(first.resumeToken()).isEqualTo(token);
            follower.close();
            recorder.complete.get(SECONDS, TimeUnit.SECONDS);
            assertThat(recorder.error).isNotDone();
        }
        assertThreadsEnd("sluice-publisher");
    }

    @Test
    void askingForNothingIsAnErrorAlsoWhileEntriesAreAwaited() throws Exception {
        for (long before : new long[] {0, 1, 2, Long.MAX_VALUE}) {
            try (ScriptedServer server = new ScriptedServer(session -> {
                        marked(session, 1, OLD, 0, mark(1, OLD), entries(0, 0));
                        session.awaitClose();
                    });
                    StreamFollower follower = open(server, FollowFrom.entry(0))) {
                Recorder recorder = new Recorder();
                follower.publisher().subscribe(recorder);
                if (before > 0) {
                    recorder.request(before);
                    assertThat(recorder.batches.poll(SECONDS, TimeUnit.SECONDS)).isNotNull();
                }
                recorder.request(0);
                assertThat(recorder.error.get(SECONDS, TimeUnit.SECONDS))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("A subscriber asks for 1 batch or more, not 0.");
                assertThat(recorder.complete).isNotDone();
            }
        }
        assertThreadsEnd("sluice-publisher");
    }

    @Test
    void cancellingClosesAndNothingComesAfterIt() throws Exception {
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            Recorder recorder = new Recorder();
            follower.publisher().subscribe(recorder);
            recorder.request(Long.MAX_VALUE);
            assertThat(recorder.batches.poll(SECONDS, TimeUnit.SECONDS)).isNotNull();
            recorder.subscription.get().cancel();
            server.close();
            assertThreadsEnd("sluice-publisher");
            assertThat(recorder.error).isNotDone();
            assertThat(recorder.complete).isNotDone();
        }
    }

    @Test
    void aSecondSubscriberIsRefusedAndCannotEndTheFirst() throws Exception {
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            Recorder first = new Recorder();
            Recorder second = new Recorder();
            follower.publisher().subscribe(first);
            follower.publisher().subscribe(second);
            assertThat(second.error.get(SECONDS, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
            second.subscription.get().cancel();
            second.subscription.get().request(0);
            first.request(1);
            assertThat(first.batches.poll(SECONDS, TimeUnit.SECONDS)).isNotNull();
            assertThat(follower.state()).isEqualTo(FollowerState.FOLLOWING);
        }
    }

    @Test
    void whatASubscriberThrowsEndsTheFollower() throws Exception {
        IllegalStateException fault = new IllegalStateException("the subscriber's");
        Recorder onSubscribe = new Recorder() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                throw fault;
            }
        };
        Recorder onNext = new Recorder() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.request(1);
            }

            @Override
            public void onNext(EntryBatch batch) {
                throw fault;
            }
        };
        for (Recorder recorder : List.of(onSubscribe, onNext)) {
            try (ScriptedServer server = endless();
                    StreamFollower follower = open(server, FollowFrom.entry(0))) {
                follower.publisher().subscribe(recorder);
                assertThat(recorder.error.get(SECONDS, TimeUnit.SECONDS)).isSameAs(fault);
                assertThat(follower.state()).isEqualTo(FollowerState.CLOSED);
            }
        }
        assertThreadsEnd("sluice-publisher");
    }

    @Test
    void aSubscriberMayAskForMoreWhileItIsGivenSome() throws Exception {
        CountDownLatch[] taken = latches(5);
        try (ScriptedServer server = new ScriptedServer(oneByOne(taken));
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            Recorder recorder = new Recorder() {
                @Override
                public void onNext(EntryBatch batch) {
                    super.onNext(batch);
                    taken[(int) batch.lastNumber()].countDown();
                    subscription.join().request(1);
                }
            };
            follower.publisher().subscribe(recorder);
            recorder.request(1);
            for (int number = 0; number < 5; number++) {
                assertThat(recorder.batches.poll(SECONDS, TimeUnit.SECONDS).entries())
                        .isEqualTo(plain(number, number));
            }
        }
    }

    @Test
    void aFollowerGoesOneWay() throws Exception {
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            assertThat(follower.next(PATIENCE)).isNotNull();
            assertThatThrownBy(() -> follower.deliverTo(null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The entries are taken by next already; deliverTo needs a follower of its own.");
            Recorder recorder = new Recorder();
            follower.publisher().subscribe(recorder);
            assertThat(recorder.error.get()).isInstanceOf(IllegalStateException.class);
            assertThat(follower.next(Duration.ZERO)).isNull();
        }
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            follower.publisher().subscribe(new Recorder());
            assertThatThrownBy(() -> follower.next(PATIENCE)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingEndsASubscriptionThatAskedForNothing() throws Exception {
        try (ScriptedServer server = endless();
                StreamFollower follower = open(server, FollowFrom.entry(0))) {
            Recorder recorder = new Recorder();
            follower.publisher().subscribe(recorder);
            recorder.subscription.get(SECONDS, TimeUnit.SECONDS);
            follower.close();
            recorder.complete.get(1, TimeUnit.SECONDS);
        }
        assertThreadsEnd("sluice-publisher");
    }
}
