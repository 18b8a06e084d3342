package io.sluice.server;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few threads that read streams on behalf of the event loops, in lanes. What is near the end of a stream has a thread
 * of its own, so that it never waits behind history that a cold disk takes its time for; those bytes were written a moment
 * ago, and one thread has them from memory. Lookups are short, and clients wait for their answers with deadlines of half a
 * second, so that they do not queue up behind the chunks of those who catch up either. Each session has one read or lookup
 * under way at most: the queues are as long as there are sessions, and no longer.
 *
 * <p><b>Threading:</b> any thread. The threads are never interrupted: that would close the stream's file for all.
 */
final class ReaderPool {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

    private final ThreadPoolExecutor live = newThreads("sluice-live-reader", 1);
    private final ThreadPoolExecutor lookups = newThreads("sluice-lookup", 2);
    private final ThreadPoolExecutor history = newThreads(
            "sluice-reader", Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors())));

    private static ThreadPoolExecutor newThreads(String name, int count) {
        return new ThreadPoolExecutor(
                count,
                count,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(name, true),
                // After the close nobody waits for an answer any more.
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Reads what many may wait for, near the end of a stream. */
    void readLive(Runnable read) {
        live.execute(read);
    }

    /** Reads what one session wants, wherever that is. */
    void readHistory(Runnable read) {
        history.execute(read);
    }

    /**
     * Looks something up, and goes on with it on the loop.
     *
     * @param failed called instead, on the loop, when the stream cannot be read; the reason has been logged by then
     */
    <T extends @Nullable Object> void lookUp(EventLoop loop, Supplier<T> lookup, Consumer<T> found, Runnable failed) {
        lookups.execute(() -> {
            Runnable next = failed;
            try {
                T result = lookup.get();
                next = () -> found.accept(result);
            } catch (StorageException e) {
                LOG.error("Looking something up for a client failed: {}", e.getMessage());
            } catch (Throwable t) {
                // Whatever it is, the client must not wait for ever.
                LOG.error("Looking something up for a client failed.", t);
            }
            try {
                loop.execute(next);
            } catch (RejectedExecutionException e) {
                LOG.debug("The server was closed before an answer.");
            }
        });
    }

    /** Finishes what is queued, at most for this long. */
    void close(Duration patience) throws InterruptedException {
        List<ThreadPoolExecutor> lanes = List.of(live, lookups, history);
        lanes.forEach(ThreadPoolExecutor::shutdown);
        long deadline = System.nanoTime() + patience.toNanos();
        for (ThreadPoolExecutor lane : lanes) {
            lane.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }
}
