package io.sluice.storage;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two threads of an open stream: one commits what was submitted and nobody waits for, one hands bookmarks to the
 * index. Neither is ever interrupted, since both are inside files.
 */
final class StreamThreads {
    private static final Logger LOG = LoggerFactory.getLogger(StreamThreads.class);

    /** How long bookmarks may stay out of the index: after a crash that much of the stream is walked again. */
    private static final long INDEX_MILLIS = 5_000;

    /** How often the operation log is stored at most, however many batches of bookmarks there are. */
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Committer committer;
    private final Bookmarks bookmarks;
    private final OperationLog operations;
    private final Thread committing;
    private final Thread indexing;
    private volatile boolean stopping;

    StreamThreads(Committer committer, Opening.Parts parts, String name) {
        this.committer = committer;
        this.bookmarks = parts.bookmarks();
        this.operations = parts.operations();
        this.committing = new Thread(this::commit, "sluice-committer-" + name);
        this.indexing = new Thread(this::index, "sluice-indexer-" + name);
        committing.setDaemon(true);
        indexing.setDaemon(true);
    }

    void start() {
        committing.start();
        indexing.start();
    }

    /** Returns when both have ended; the one that calls it ends by itself. */
    void stop() {
        stopping = true;
        // Kept by those who wait: a thread that has just seen that it may go on would miss a mere wake-up.
        committer.end();
        bookmarks.end();
        join(committing);
        join(indexing);
    }

    private void commit() {
        while (!stopping) {
            try {
                committer.awaitWork();
                committer.step();
            } catch (InterruptedException e) {
                LOG.debug("nobody should interrupt the committer", e);
            } catch (RuntimeException | Error e) {
                committer.stop("the committer failed", e);
            }
        }
    }

    private void index() {
        long storedNanos = System.nanoTime();
        while (!stopping) {
            try {
                bookmarks.awaitBatch(INDEX_MILLIS);
                bookmarks.storeBatch();
                if (System.nanoTime() - storedNanos > LOG_NANOS) {
                    operations.storeBatch();
                    storedNanos = System.nanoTime();
                }
            } catch (InterruptedException e) {
                LOG.debug("nobody should interrupt the indexer", e);
            }
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        // What is chained to a commit runs on the committer's thread, and may close the stream.
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
