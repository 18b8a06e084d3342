package io.sluice.cli;

import io.sluice.zkevm.WholeBlock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shows the demo's blocks as they come, on a thread of its own: to find who signed a transaction takes a while, which is
 * no part of the time that a block was on its way.
 *
 * <p><b>Threading:</b> one thread, which writes nothing else to the output until {@link #close}.
 *
 * <p><b>Failure:</b> what the output fails with comes out of the next call.
 */
final class DemoScreen implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final Output out;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread screen = new Thread(task, "sluice-demo-screen");
        screen.setDaemon(true);
        return screen;
    });
    private volatile @Nullable RuntimeException failure;

    DemoScreen(Output out) {
        this.out = out;
    }

    /** Shows a block, soon. */
    void show(WholeBlock block, long latencyNanos) {
        throwFailure();
        thread.execute(() -> {
            try {
                if (failure == null) {
                    out.line(BlockLine.of(block, latencyNanos)).flush();
                }
            } catch (RuntimeException e) {
                failure = e;
            }
        });
    }

    private void throwFailure() {
        RuntimeException known = failure;
        if (known != null) {
            throw known;
        }
    }

    /** Returns when all is shown. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The blocks could not be shown in time.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throwFailure();
    }
}
