package io.sluice.source;

import io.sluice.core.SourceGrant;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.HistoryChanged;
import io.sluice.core.StreamSourceException.OperationFailed;
import io.sluice.core.StreamSourceException.OutcomeUnknown;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a remote source that have no answer yet, in order, and how far the stream is committed. Each ends in one
 * of three ways: it is in, it is not, or nobody can know. What that means for those behind it is decided here.
 *
 * <p><b>Threading:</b> guarded by the lock of {@link Delivery}, which completes the {@link Outcome}s without it.
 */
final class Pipeline {
    /** What an operation came to; with a failure or without. */
    record Outcome(
            RemoteOperation operation,
            StreamHeader header,
            @Nullable StreamSourceException failure) {
        void tell() {
            if (failure == null) {
                operation.outcome.complete(header);
            } else {
                operation.outcome.completeExceptionally(failure);
            }
        }
    }

    /** Entries of which it is not known yet that they are what this source sent. */
    record Doubt(long fromNumber, long toNumber) {}

    private final int memoryBytes;
    private final SendLog log = new SendLog();
    private final Deque<RemoteOperation> onTheirWay = new ArrayDeque<>();

    /** Operations that were rolled back, while the log holds their messages, the rollback included. */
    private final Deque<RemoteOperation> withdrawn = new ArrayDeque<>();

    private @Nullable RemoteOperation open;

    /** What is committed, as far as the server has said. */
    private StreamHeader acknowledged;

    /** The history that this belongs to. */
    private long generation;

    /** How often operations were dropped: the numbers that were given out behind them are void. */
    private long failures;

    private @Nullable StreamSourceException lastFailure;

    /** Operations were given up; the next grant tells where the stream ends. */
    private boolean isUnsettled;

    /** With them a change of the history, which may have been made. */
    private boolean isChangeInDoubt;

    Pipeline(int memoryBytes, SourceGrant first) {
        this.memoryBytes = memoryBytes;
        this.acknowledged = first.header();
        this.generation = first.generation();
    }

    StreamHeader acknowledged() {
        return acknowledged;
    }

    long generation() {
        return generation;
    }

    long failures() {
        return failures;
    }

    /** Whether the number that the next operation begins with is known. */
    boolean isSettled() {
        return !isUnsettled;
    }

    boolean hasOnTheirWay() {
        return !onTheirWay.isEmpty();
    }

    /** Where the messages of operations end that were made so far. */
    long logEnd() {
        return log.end();
    }

    /** Up to where they were handed out to be sent. */
    long logSent() {
        return log.sent();
    }

    /** The operation whose answer has been awaited for the longest time. */
    @Nullable
    RemoteOperation oldest() {
        return onTheirWay.peekFirst();
    }

    /** Whether so many bytes can be added to the open operation. */
    boolean hasRoomFor(int length) {
        return log.keptBytes() + length <= memoryBytes;
    }

    /** Whether the memory is full of the open operation alone, so that nothing else can make room. */
    boolean isFullOf(RemoteOperation operation) {
        return onTheirWay.isEmpty() && operation.isLogged && operation.startPosition <= log.sent();
    }

    /** The open operation is alone, and larger than the memory: what was sent of it is not kept any longer. */
    void stopKeeping(RemoteOperation operation) {
        operation.isKept = false;
        release();
    }

    /** The open operation cannot be committed any more, for a reason of its own. */
    void fail(RemoteOperation operation, StreamSourceException why, ByteBuffer rollback) {
        if (operation.isLogged) {
            withdraw(operation, rollback);
        }
        operation.failure = why;
        release();
    }

    /** Adds messages to the open operation, unless that has failed; they are consumed. */
    void append(RemoteOperation operation, ByteBuffer messages) {
        if (operation.failure == null && operation.knownFailures != failures) {
            operation.failure = lastFailure;
        }
        if (operation.failure != null) {
            messages.position(messages.limit());
            return;
        }
        if (!operation.isLogged) {
            operation.isLogged = true;
            operation.startPosition = log.end();
            open = operation;
        }
        log.append(messages);
    }

    /** The open operation, whose commit is in the log, is on its way now. */
    void submit(RemoteOperation operation, long endNumber, long checksum, long deadlineNanos) {
        operation.endPosition = log.end();
        operation.endNumber = endNumber;
        operation.checksum = checksum;
        operation.deadlineNanos = deadlineNanos;
        onTheirWay.add(operation);
        open = null;
    }

    /** The open operation is dropped. */
    void rollBack(RemoteOperation operation, ByteBuffer rollback) {
        if (operation.isLogged) {
            if (operation.failure == null) {
                withdraw(operation, rollback);
            }
            open = null;
            release();
        }
    }

    /** Nothing more comes of the open operation: what the server has of it, it has to drop. */
    private void withdraw(RemoteOperation operation, ByteBuffer rollback) {
        if (operation.startPosition < log.sent()) {
            log.append(rollback);
            operation.endPosition = log.end();
            withdrawn.add(operation);
        } else {
            log.dropFrom(operation.startPosition);
        }
    }

    /** What is to be sent next; empty when nothing is. */
    List<SendLog.Slice> take() {
        List<SendLog.Slice> slices = log.take();
        release();
        return slices;
    }

    /** What an operation on its way came to for which no answer is awaited any longer: its commit may have been sent. */
    StreamSourceException verdict(RemoteOperation operation, StreamSourceException why) {
        return operation.endPosition <= log.sent() ? unknown(operation, why) : why;
    }

    /** Lets go of what will not be sent again. */
    void release() {
        RemoteOperation first = onTheirWay.peekFirst();
        RemoteOperation needed = first == null ? open : first;
        long position = log.sent();
        if (needed != null && needed.failure == null && needed.isKept) {
            position = needed.startPosition;
        } else if (first != null) {
            // Those behind it are kept.
            position = first.endPosition;
        }
        long released = Math.min(position, log.sent());
        log.release(released);
        withdrawn.removeIf(operation -> operation.endPosition <= released);
    }

    private void clearLog() {
        log.clear();
        withdrawn.clear();
    }

    /** The server has committed this operation; null when it was given up before. The caller releases. */
    @Nullable
    Outcome committed(long id, StreamHeader header) {
        RemoteOperation first = onTheirWay.peekFirst();
        if (first == null || first.id != id) {
            return null;
        }
        onTheirWay.removeFirst();
        acknowledged = header;
        return new Outcome(first, header, null);
    }

    /** The server has dropped this operation, and with it those behind. */
    List<Outcome> dropped(long id, StreamSourceException why, LongFunction<ByteBuffer> rollback) {
        RemoteOperation first = onTheirWay.peekFirst();
        if (first == null || first.id != id) {
            return List.of();
        }
        long underWay = underWay();
        List<Outcome> outcomes = dropAll(operation -> why, why);
        if (underWay != 0) {
            // The server has the beginning of it, and waits for the rest.
            log.append(rollback.apply(underWay));
        }
        return outcomes;
    }

    /** The operation of which the server has a part and not the end; 0 for none. */
    private long underWay() {
        for (Deque<RemoteOperation> ended : List.of(onTheirWay, withdrawn)) {
            for (RemoteOperation operation : ended) {
                if (operation.startPosition < log.sent() && log.sent() < operation.endPosition) {
                    return operation.id;
                }
            }
        }
        return open != null && open.failure == null && open.startPosition < log.sent() ? open.id : 0;
    }

    /**
     * No answer is awaited any longer, and nothing is sent of what was not sent.
     *
     * @param hasChange whether a truncation or a rewrite is given up too
     */
    List<Outcome> giveUp(
            Function<RemoteOperation, StreamSourceException> why, StreamSourceException forOpen, boolean hasChange) {
        isUnsettled = true;
        isChangeInDoubt |= hasChange;
        return dropAll(why, forOpen);
    }

    private List<Outcome> dropAll(Function<RemoteOperation, StreamSourceException> why, StreamSourceException forOpen) {
        failures++;
        lastFailure = forOpen;
        List<Outcome> outcomes = onTheirWay.stream()
                .map(operation -> new Outcome(operation, acknowledged, why.apply(operation)))
                .toList();
        onTheirWay.clear();
        if (open != null && open.failure == null) {
            open.failure = forOpen;
        }
        clearLog();
        return outcomes;
    }

    /** A truncation or a rewrite was carried out; nothing was on its way. */
    void changed(StreamHeader header, long newGeneration) {
        acknowledged = header;
        generation = newGeneration;
    }

    /** The connection is gone: an open operation that was not kept cannot be sent again. */
    void disconnected() {
        RemoteOperation operation = open;
        if (operation != null && operation.failure == null && !operation.isKept) {
            operation.failure = new OperationFailed(
                    "The connection broke while an operation was open that is larger than " + memoryBytes
                            + " bytes: it was not kept in memory, and cannot be sent again. Nothing of it is in.");
            clearLog();
        }
    }

    /** What has to be asked before {@link #resume}; null for nothing. */
    @Nullable
    Doubt doubt(SourceGrant grant) {
        long total = grant.header().totalEntries();
        boolean isDoubtful = !isUnsettled && !onTheirWay.isEmpty() && total > acknowledged.totalEntries();
        return isDoubtful ? new Doubt(acknowledged.totalEntries(), total) : null;
    }

    /**
     * There is another connection: what became of the operations that were on their way is decided, and the rest is sent
     * again.
     *
     * @param sum the checksum of the entries in {@link #doubt}
     * @param change a change that is on its way, or null
     * @return what became of operations; their failures are those of history, if any
     */
    List<Outcome> resume(SourceGrant grant, long sum, @Nullable PendingRequest change) {
        StreamHeader header = grant.header();
        long total = header.totalEntries();
        if (isChangeInDoubt || (change != null && isExpected(grant, change))) {
            isUnsettled = false;
            isChangeInDoubt = false;
            changed(header, grant.generation());
            return sendAgain();
        }
        boolean isUnchanged = Long.compareUnsigned(total, grant.unchangedBefore()) <= 0;
        if (isUnsettled && isUnchanged && total >= acknowledged.totalEntries()) {
            isUnsettled = false;
            changed(header, grant.generation());
            return sendAgain();
        }
        long end = acknowledged.totalEntries();
        long expected = 0;
        int count = 0;
        for (RemoteOperation operation : onTheirWay) {
            if (operation.endNumber > total) {
                break;
            }
            end = operation.endNumber;
            expected += operation.checksum;
            count++;
        }
        if (end != total || !isUnchanged || (count > 0 && expected != sum)) {
            throw new HistoryChanged("The stream has " + total + " entries, and the source knows "
                    + acknowledged.totalEntries() + " of them: the history was changed by others. Connect anew.");
        }
        changed(header, grant.generation());
        List<Outcome> outcomes = onTheirWay.stream()
                .limit(count)
                .map(operation -> new Outcome(operation, header, null))
                .toList();
        for (int i = 0; i < count; i++) {
            onTheirWay.removeFirst();
        }
        List<Outcome> others = sendAgain();
        return Stream.concat(outcomes.stream(), others.stream()).toList();
    }

    /** Whether the stream is as it was before the change, or as it is after it. */
    private boolean isExpected(SourceGrant grant, PendingRequest change) {
        long total = grant.header().totalEntries();
        boolean isUnchanged =
                Long.compareUnsigned(Math.min(total, change.firstChanged()), grant.unchangedBefore()) <= 0;
        return isUnchanged && (total == acknowledged.totalEntries() || total == change.firstChanged());
    }

    private List<Outcome> sendAgain() {
        RemoteOperation first = onTheirWay.peekFirst();
        if (first != null && !first.isKept) {
            StreamSourceException why =
                    new OperationFailed("The connection broke before the operation was committed, and it"
                            + " is larger than " + memoryBytes
                            + " bytes: it was not kept in memory, and cannot be sent again."
                            + " Nothing of it is in.");
            return dropAll(operation -> why, why);
        }
        // What is not in now comes in over this connection, or not at all.
        if (first != null) {
            log.sendAgainFrom(first.startPosition);
        } else if (open != null && open.failure == null) {
            log.sendAgainFrom(open.startPosition);
        } else {
            clearLog();
        }
        return List.of();
    }

    /** Why an operation that was on its way cannot be told to be in or not. */
    private static OutcomeUnknown unknown(RemoteOperation operation, StreamSourceException why) {
        return new OutcomeUnknown(
                "Whether the operation from entry " + operation.firstNumber + " on is committed cannot be found out. "
                        + why.getMessage(),
                why);
    }
}
