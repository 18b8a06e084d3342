package io.sluice.source;

import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import java.util.concurrent.CompletableFuture;

/**
 * A request that is not answered yet.
 *
 * <p><b>Threading:</b> guarded by the lock of {@link Delivery}, but for what is final.
 */
final class PendingRequest {
    final SourceRequest message;
    final long deadlineNanos;

    /** Completed without the lock. */
    final CompletableFuture<SourceReply> reply = new CompletableFuture<>();

    /** Whether it was handed to a connection. */
    boolean wasSent;

    /** What lies before this position in the {@link SendLog} is sent before it. */
    final long afterPosition;

    PendingRequest(SourceRequest message, long deadlineNanos, long logEnd) {
        this.message = message;
        this.deadlineNanos = deadlineNanos;
        // Other queries see what is committed only, and need not wait behind what is not.
        this.afterPosition = isChange() || message instanceof SourceRequest.GetOpenEntry ? logEnd : 0;
    }

    /** Whether it changes what is committed, so that it matters whether it was carried out. */
    final boolean isChange() {
        return message instanceof SourceRequest.Truncate || message instanceof SourceRequest.Rewrite;
    }

    /** The first entry that a change changes. */
    long firstChanged() {
        return message instanceof SourceRequest.Truncate truncate
                ? truncate.number()
                : ((SourceRequest.Rewrite) message).number();
    }
}
