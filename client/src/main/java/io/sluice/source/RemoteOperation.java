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

    /** Where its messages begin in the {@link SendLog}. */
    final long startPosition;

    /** Completed without the lock. */
    final CompletableFuture<StreamHeader> outcome = new CompletableFuture<>();

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

    /** Whether its commit was handed to a connection. */
    boolean commitSent;

    /** Why it cannot be committed any more; its commit tells. */
    @Nullable
    StreamSourceException failure;

    RemoteOperation(long id, long firstNumber, long startPosition) {
        this.id = id;
        this.firstNumber = firstNumber;
        this.startPosition = startPosition;
    }
}
