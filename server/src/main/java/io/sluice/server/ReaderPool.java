package io.sluice.server;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.storage.StorageException;
import java.time.Duration;
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
 * The few threads that read streams on behalf of the event loops. Each session has one read or lookup under way at
 * most, so that the queue is as long as there are sessions, and no longer.
 *
 * <p><b>Threading:</b> any thread. The threads are never interrupted: that would close the stream's file for all.
 */
final class ReaderPool {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

    private final ThreadPoolExecutor threads;

    ReaderPool() {
        int count = Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors()));
        threads = new ThreadPoolExecutor(
                count,
                count,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("sluice-reader", true),
                // After the close nobody waits for an answer any more.
                new ThreadPoolExecutor.DiscardPolicy());
    }

    void execute(Runnable job) {
        threads.execute(job);
    }

    /**
     * Looks something up, and goes on with it on the loop.
     *
     * @param failed called instead, on the loop, when the stream cannot be read; the reason has been logged by then
     */
    <T extends @Nullable Object> void lookUp(EventLoop loop, Supplier<T> lookup, Consumer<T> found, Runnable failed) {
        execute(() -> {
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
        threads.shutdown();
        threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
}
