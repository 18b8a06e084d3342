package io.sluice.source;

import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An operation of a remote source, open or on its way.
 *
 * <p><b>Threading:</b> guarded by the lock of {@link Delivery}, but for what is final.
 */
final class RemoteOperation {
    final long id;
    final long firstNumber;

    /** The count of failures when its first number was found. */
    final long knownFailures;

    /** Completed without the lock. */
    final CompletableFuture<StreamHeader> outcome = new CompletableFuture<>();

    /** Whether a caller waits for the outcome, and nobody else has it. */
    boolean isAwaited;

    /** Whether anything of it is in the {@link SendLog}. */
    boolean isLogged;

    /** Where its messages begin in the log. */
    long startPosition;

    /** Where its messages end in the log, the commit included; known when it is on its way. */
    long endPosition;

    /** The number after its last entry; known when it is on its way. */
    long endNumber;

    /** Known when it is on its way. */
    long checksum;

    /** When its answer is not awaited any longer. */
    long deadlineNanos;

    /** Whether all its messages are in the log, to be sent again. */
    boolean isKept = true;

    /** Why it cannot be committed any more; its commit tells. */
    @Nullable
    StreamSourceException failure;

    RemoteOperation(long id, long firstNumber, long knownFailures) {
        this.id = id;
        this.firstNumber = firstNumber;
        this.knownFailures = knownFailures;
    }
}
