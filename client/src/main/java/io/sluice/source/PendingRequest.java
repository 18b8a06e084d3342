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

    PendingRequest(SourceRequest message, long deadlineNanos) {
        this.message = message;
        this.deadlineNanos = deadlineNanos;
    }

    /** Whether it changes what is committed, so that it matters whether it was carried out. */
    boolean isChange() {
        return message instanceof SourceRequest.Truncate || message instanceof SourceRequest.Rewrite;
    }

    /** The first entry that a change changes. */
    long firstChanged() {
        return message instanceof SourceRequest.Truncate truncate
                ? truncate.number()
                : ((SourceRequest.Rewrite) message).number();
    }
}
