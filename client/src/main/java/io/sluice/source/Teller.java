package io.sluice.source;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Completes the futures that a source gave away.
 *
 * <p><b>Threading:</b> any thread; it has one of its own.
 */
final class Teller implements Executor {
    private final ExecutorService executor;

    /** Null before the first future. */
    private volatile @Nullable Thread thread;

    Teller(String name) {
        executor = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            thread = created;
            return created;
        });
    }

    @Override
    public void execute(Runnable news) {
        executor.execute(news);
    }

    /** Tells what there is to tell, and nothing more; waits for it, unless this is what is being told. */
    void close() {
        executor.shutdown();
        boolean interrupted = false;
        while (Thread.currentThread() != thread && !executor.isTerminated()) {
            try {
                executor.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
