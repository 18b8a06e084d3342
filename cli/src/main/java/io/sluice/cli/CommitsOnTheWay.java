package io.sluice.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The operations whose commits are not answered yet, oldest first, and up to where everything is certainly in.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> what a commit failed with comes out of {@link #settle}, each time: everything after it may be in or
 * not.
 *
 * @param <P> how far it is after an operation
 */
final class CommitsOnTheWay<P> {
    private static final long LOOK_MILLIS = 50;

    private final Deque<Commit<P>> commits = new ArrayDeque<>();
    private P certain;

    private record Commit<P>(P progress, CompletableFuture<?> committed) {}

    /** @param start how far it is before the first operation */
    CommitsOnTheWay(P start) {
        certain = start;
    }

    /** An operation was handed over; when it is answered, it is that far. */
    void add(P progress, CompletableFuture<?> committed) {
        commits.add(new Commit<>(progress, committed));
    }

    /** Takes the answers that have come. */
    void settle() {
        for (Commit<P> oldest = commits.peek();
                oldest != null && oldest.committed().isDone();
                oldest = commits.peek()) {
            requireCommitted(oldest.committed());
            certain = oldest.progress();
            commits.remove();
        }
    }

    private static void requireCommitted(CompletableFuture<?> committed) {
        try {
            committed.get(0, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("It was done.", e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static CommandFailure interrupted() {
        Thread.currentThread().interrupt();
        return CommandFailure.interrupted("Interrupted.");
    }

    /**
     * Waits until no more than that are not answered.
     *
     * @param look done after each wait, which is a short one; it is to {@link #settle}
     */
    void awaitAtMost(int most, Runnable look) {
        while (commits.size() > most) {
            awaitOldest();
            look.run();
        }
    }

    private void awaitOldest() {
        try {
            commits.element().committed().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // What it failed with is told by settle.
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** It is that far, while nothing is on its way. */
    void reached(P progress) {
        certain = progress;
    }

    /** Up to where everything is certainly in. */
    P certain() {
        return certain;
    }
}
