package io.sluice.server;

import io.sluice.core.Result;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceResult;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The commits of one source that are not answered yet. Their answers go out in their order, whichever is known first.
 *
 * <p><b>Threading:</b> the writer's thread adds, the committing threads answer; guarded by its own lock.
 */
final class CommitAnswers {
    /** With more than this waiting nothing more of the source is executed. */
    static final int MAX_WAITING = 8192;

    private final Outbox outbox;
    private final Runnable wakeWriter;

    /** Guarded by this. */
    private final Deque<Answer> waiting = new ArrayDeque<>();

    /** Written under the lock. */
    private volatile int count;

    /** @param wakeWriter called when few are left where there were too many */
    CommitAnswers(Outbox outbox, Runnable wakeWriter) {
        this.outbox = outbox;
        this.wakeWriter = wakeWriter;
    }

    private static final class Answer {
        /** Guarded by the owner's lock. */
        private @Nullable SourceReply reply;
    }

    /** The operation is on its way. */
    // What becomes of it is told to the source.
    @SuppressWarnings("FutureReturnValueIgnored")
    void await(long operation, CompletableFuture<StreamHeader> outcome) {
        Answer answer = add();
        outcome.whenComplete((header, error) -> answer(answer, replyTo(operation, header, error)));
    }

    /** The operation is not: it is answered as soon as those before it are. */
    void refuse(long operation, Result error) {
        answer(add(), new SourceReply(SourceMessage.Commit.CODE, operation, error));
    }

    /** How many wait. */
    int count() {
        return count;
    }

    /** Waits until all are answered. Commits always end, one way or the other. */
    void awaitNone() {
        boolean interrupted = false;
        synchronized (this) {
            while (!waiting.isEmpty()) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Answer add() {
        Answer answer = new Answer();
        waiting.addLast(answer);
        count = waiting.size();
        return answer;
    }

    private void answer(Answer answer, SourceReply reply) {
        boolean fewAgain;
        synchronized (this) {
            answer.reply = reply;
            int before = waiting.size();
            Answer first = waiting.peekFirst();
            while (first != null && first.reply != null) {
                outbox.add(first.reply);
                waiting.removeFirst();
                first = waiting.peekFirst();
            }
            count = waiting.size();
            fewAgain = before >= MAX_WAITING && count < MAX_WAITING;
            if (waiting.isEmpty()) {
                notifyAll();
            }
        }
        if (fewAgain) {
            wakeWriter.run();
        }
    }

    private static SourceReply replyTo(long operation, @Nullable StreamHeader header, @Nullable Throwable error) {
        if (header == null) {
            return new SourceReply(SourceMessage.Commit.CODE, operation, resultOf(error));
        }
        ByteBuffer content = ByteBuffer.allocate(StreamHeader.LENGTH);
        header.putTo(content);
        return new SourceReply(SourceMessage.Commit.CODE, operation, Result.OK, content.array());
    }

    private static Result resultOf(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return cause instanceof StreamSourceException known
                ? SourceResult.of(known)
                : SourceResult.of(SourceResult.FAILED, "The commit failed: " + cause);
    }
}
