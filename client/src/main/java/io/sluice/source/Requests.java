package io.sluice.source;

import io.sluice.core.ProtocolException;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.OutcomeUnknown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a remote source that are not answered yet. Each can be sent again over another connection: queries change
 * nothing, and a truncation or a rewrite leaves the same when it is made twice.
 *
 * <p><b>Threading:</b> guarded by the {@link SourceMonitor}; futures are completed without it, by {@link Outcome}s.
 */
final class Requests {
    private final Map<Long, PendingRequest> pending = new LinkedHashMap<>();
    private final List<PendingRequest> unsent = new ArrayList<>();

    /** What a request came to. */
    record Outcome(
            PendingRequest request,
            @Nullable SourceReply reply,
            @Nullable StreamSourceException failure) {
        void tell() {
            if (reply != null) {
                request.reply.complete(reply);
            } else if (failure != null) {
                request.reply.completeExceptionally(failure);
            }
        }
    }

    /** Adds one; {@code logEnd} is where the messages of operations end that were made before it. */
    PendingRequest add(SourceRequest message, long deadlineNanos, long logEnd) {
        PendingRequest request = new PendingRequest(message, deadlineNanos, logEnd);
        pending.put(message.request(), request);
        unsent.add(request);
        return request;
    }

    /** Hands out what is to be sent when the log was sent up to this position, and others with it. */
    List<SourceRequest> take(List<SourceRequest> others, long sentPosition) {
        if (unsent.isEmpty()) {
            return others;
        }
        List<SourceRequest> messages = new ArrayList<>(others);
        unsent.removeIf(request -> {
            boolean isDue = request.afterPosition <= sentPosition;
            if (isDue) {
                request.wasSent = true;
                messages.add(request.message);
            }
            return isDue;
        });
        return messages;
    }

    /** Another connection: everything is sent again. */
    void sendAgain() {
        unsent.clear();
        unsent.addAll(pending.values());
    }

    /** The change of what is committed that is on its way, or null. */
    @Nullable
    PendingRequest change() {
        for (PendingRequest request : pending.values()) {
            if (request.isChange()) {
                return request;
            }
        }
        return null;
    }

    /** The request that this reply answers, still to be {@link #done}; null when nobody waits for it. */
    @Nullable
    PendingRequest answered(SourceReply reply) {
        PendingRequest request = pending.get(reply.request());
        if (request != null && reply.command() != request.message.code()) {
            // It stays, and is asked again over another connection.
            throw new ProtocolException(
                    "The server answered message " + request.message.code() + " with " + reply.command() + ".");
        }
        return request;
    }

    /** Nothing more is to be done for this one, but to tell its outcome. */
    void done(PendingRequest request) {
        pending.remove(request.message.request());
    }

    /** Gives up those whose deadline has passed; a change that may have been made stays for {@link #abandon}. */
    List<Outcome> expire(long nowNanos, StreamSourceException why) {
        List<Outcome> outcomes = new ArrayList<>();
        pending.values().removeIf(request -> {
            boolean isOver = nowNanos - request.deadlineNanos >= 0 && !(request.isChange() && request.wasSent);
            if (isOver) {
                outcomes.add(new Outcome(request, null, why));
                unsent.remove(request);
            }
            return isOver;
        });
        return outcomes;
    }

    /** Ends all, for good. */
    List<Outcome> endAll(Function<PendingRequest, StreamSourceException> why) {
        List<Outcome> outcomes = pending.values().stream()
                .map(request -> new Outcome(request, null, why.apply(request)))
                .toList();
        pending.clear();
        unsent.clear();
        return outcomes;
    }

    /** Gives up a change that was sent and not answered. */
    Outcome abandon(PendingRequest change, StreamSourceException why) {
        pending.remove(change.message.request());
        unsent.remove(change);
        return new Outcome(change, null, unknown(change, why));
    }

    /** Why a change cannot be told to be made or not. */
    static OutcomeUnknown unknown(PendingRequest change, StreamSourceException why) {
        String what = change.message instanceof SourceRequest.Truncate ? "truncation" : "rewrite";
        return new OutcomeUnknown(
                "Whether the " + what + " at entry " + Long.toUnsignedString(change.firstChanged())
                        + " was made cannot be found out. " + why.getMessage(),
                why);
    }
}
