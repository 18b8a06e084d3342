package io.sluice.client;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the batches of one follower to one subscriber, on a thread of its own that receives only what was asked for.
 *
 * <p><b>Threading:</b> the subscriber is called by that thread alone, after {@code onSubscribe}; it may ask and cancel from
 * any thread.
 */
final class BatchPublisher implements Flow.Publisher<EntryBatch> {
    private static final Duration LONG = Duration.ofDays(1);

    private final StreamFollower follower;

    BatchPublisher(StreamFollower follower) {
        this.follower = follower;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super EntryBatch> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        Demand demand = new Demand(follower);
        try {
            follower.goOnly("a subscriber of its publisher");
        } catch (IllegalStateException e) {
            subscriber.onSubscribe(new Refused());
            subscriber.onError(e);
            return;
        }
        follower.whenClosed(demand::wake);
        Thread thread = new Thread(() -> run(subscriber, demand), "sluice-publisher");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Flow.Subscriber<? super EntryBatch> subscriber, Demand demand) {
        Throwable failure = null;
        try {
            subscriber.onSubscribe(demand);
            while (demand.await()) {
                EntryBatch batch = follower.take(LONG);
                if (batch != null && demand.take()) {
                    subscriber.onNext(follower.copy(batch));
                }
            }
            failure = demand.misuse();
        } catch (ClientException.Closed e) {
            failure = follower.isClosed() ? demand.misuse() : e;
        } catch (Throwable e) {
            failure = e;
        }
        boolean silent = demand.isCancelled();
        follower.close();
        if (silent) {
            return;
        }
        if (failure != null) {
            subscriber.onError(failure);
        } else {
            subscriber.onComplete();
        }
    }

    /** Of who subscribes in vain: the follower is another's. */
    private static final class Refused implements Flow.Subscription {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    }

    /** What the subscriber has asked for and not got yet. */
    private static final class Demand implements Flow.Subscription {
        private final StreamFollower follower;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();

        // Guarded by the lock.
        private long wanted;
        private @Nullable IllegalArgumentException misuse;
        private boolean cancelled;

        Demand(StreamFollower follower) {
            this.follower = follower;
        }

        @Override
        public void request(long count) {
            lock.lock();
            try {
                if (count <= 0) {
                    misuse = new IllegalArgumentException("A subscriber asks for 1 batch or more, not " + count + ".");
                } else {
                    wanted = wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            if (count <= 0) {
                // Nothing more may be handed out, and perhaps the thread is waiting for entries.
                follower.close();
            }
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                cancelled = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            follower.close();
        }

        void wake() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Waits until something is wanted; false when nothing more will be. */
        boolean await() throws InterruptedException {
            lock.lock();
            try {
                while (wanted == 0 && misuse == null && !cancelled && !follower.isClosed()) {
                    changed.await();
                }
                return misuse == null && !cancelled && !follower.isClosed();
            } finally {
                lock.unlock();
            }
        }

        boolean take() {
            lock.lock();
            try {
                if (cancelled || misuse != null) {
                    return false;
                }
                if (wanted != Long.MAX_VALUE) {
                    wanted--;
                }
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Nullable
        IllegalArgumentException misuse() {
            lock.lock();
            try {
                return misuse;
            } finally {
                lock.unlock();
            }
        }

        boolean isCancelled() {
            lock.lock();
            try {
                return cancelled;
            } finally {
                lock.unlock();
            }
        }
    }
}
