package io.sluice.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request from outside that the command should end: Ctrl-C or SIGTERM. A command that wants to end in good order says
 * so with {@link #whenRequested}; every other one is ended by the virtual machine at once.
 *
 * <p><b>Threading:</b> any thread.
 */
final class StopRequest {
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private @Nullable Runnable action;
    private @Nullable Duration patience;

    /**
     * Asks to be told.
     *
     * @param newPatience how long the process waits for the command to end after it was told
     * @param newAction makes the command end soon; run at once if the request has come already
     */
    void whenRequested(Duration newPatience, Runnable newAction) {
        synchronized (this) {
            patience = newPatience;
            action = newAction;
        }
        if (isRequested()) {
            newAction.run();
        }
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits for the request. */
    void await() {
        boolean interrupted = false;
        while (true) {
            try {
                requested.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the request, but not longer than that; whether it came. */
    boolean await(Duration timeout) {
        try {
            return requested.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    void request() {
        requested.countDown();
        Runnable told;
        synchronized (this) {
            told = action;
        }
        if (told != null) {
            told.run();
        }
    }

    /** The command has done all that it had to do. */
    void commandEnded(int code) {
        exitCode.complete(code);
    }

    /**
     * The virtual machine is on its way down. When that is because of a signal, the command ends in good order first, and
     * its exit code is the process's; without that a signal's own code is.
     */
    void onShutdown() {
        Duration time;
        synchronized (this) {
            time = patience;
        }
        if (time == null || exitCode.isDone()) {
            return;
        }
        request();
        try {
            int code = exitCode.get(time.toMillis(), TimeUnit.MILLISECONDS);
            if (code != ExitCode.INTERRUPTED) {
                Runtime.getRuntime().halt(code);
            }
        } catch (TimeoutException | ExecutionException e) {
            // Whoever sent the signal wants an end more than a good one.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
