package io.sluice.source;

import io.sluice.core.SourceMessage;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.OperationPending;
import io.sluice.core.StreamSourceException.Unreachable;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a remote source, as its own thread sees them.
 *
 * <p><b>Threading:</b> the source's thread; takes the {@link SourceMonitor}.
 */
final class RemoteOperations {
    /** So much is collected before it is handed over, if the operation does not end before. */
    private static final int DRAFT_BYTES = 32 << 10;

    private final long streamType;
    private final SourceMonitor monitor;
    private final Delivery delivery;

    /** Messages of the open operation that were not handed over yet: so there is one change of locks for many. */
    private ByteBuffer draft = ByteBuffer.allocate(2 * DRAFT_BYTES);

    RemoteOperations(long streamType, SourceMonitor monitor, Delivery delivery) {
        this.streamType = streamType;
        this.monitor = monitor;
        this.delivery = delivery;
    }

    /** Opens an operation; {@code knownFailures} is the count when its first number was found. */
    RemoteOperation begin(long firstNumber, long knownFailures) {
        RemoteOperation operation = new RemoteOperation(delivery.nextId(), firstNumber, knownFailures);
        new SourceMessage.Start(streamType, operation.id, firstNumber).putTo(draft);
        return operation;
    }

    /**
     * Adds an entry to the open operation, when there is room for it.
     *
     * @return whether all of the operation is in memory
     * @throws StreamSourceException.Unreachable when there is no room until the deadline
     */
    boolean addEntry(RemoteOperation operation, long number, int entryType, byte[] data) {
        if (SourceMessage.AddEntry.length(data.length) > draft.remaining()) {
            return append(operation, new SourceMessage.AddEntry(streamType, number, entryType, data));
        }
        SourceMessage.AddEntry.put(draft, streamType, number, entryType, data);
        return !isDraftFull() || handOver(operation);
    }

    /** Adds another message; as {@link #addEntry}. */
    boolean append(RemoteOperation operation, SourceMessage message) {
        int length = message.length();
        if (length > draft.remaining()) {
            handOver(operation);
            if (length > draft.capacity()) {
                return handOver(operation, Messages.bytes(message));
            }
        }
        message.putTo(draft);
        return !isDraftFull() || handOver(operation);
    }

    /** What stays in the draft leaves room for the end of the operation. */
    private boolean isDraftFull() {
        return draft.position() >= DRAFT_BYTES;
    }

    /** Hands over what was collected of the open operation; whether all of that is in memory. */
    boolean handOver(RemoteOperation operation) {
        boolean isKept = handOver(operation, draft.flip());
        draft.clear();
        return isKept;
    }

    private boolean handOver(RemoteOperation operation, ByteBuffer messages) {
        monitor.lock();
        try {
            put(operation, messages);
            return operation.isKept;
        } finally {
            monitor.unlock();
        }
    }

    private void put(RemoteOperation operation, ByteBuffer messages) {
        Pipeline pipeline = delivery.pipeline();
        if (operation.failure == null && !pipeline.hasRoomFor(messages.remaining())) {
            awaitRoom(pipeline, operation, messages.remaining());
        }
        pipeline.append(operation, messages);
        monitor.wakeSender();
    }

    private void awaitRoom(Pipeline pipeline, RemoteOperation operation, int length) {
        long deadline = monitor.deadline();
        monitor.wakeSender();
        while (operation.failure == null && !pipeline.hasRoomFor(length)) {
            if (delivery.isConnected() && operation.isKept && pipeline.isFullOf(operation)) {
                pipeline.stopKeeping(operation);
            } else if (!monitor.awaitChange(deadline)) {
                StreamSourceException failure =
                        monitor.unreachable("There was no room for another entry, since not enough was taken by");
                pipeline.fail(operation, failure, rollback(operation));
                draft.clear();
                throw failure;
            }
        }
    }

    private ByteBuffer rollback(RemoteOperation operation) {
        return Messages.bytes(new SourceMessage.Rollback(streamType, operation.id));
    }

    /** Whether the open operation cannot be committed any more. */
    boolean hasFailed(RemoteOperation operation) {
        monitor.lock();
        try {
            return operation.failure != null;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Puts the open operation on its way.
     *
     * @param isAwaited whether the caller waits for the outcome, and gives it to nobody else
     * @return why it cannot be committed, if so; it is to be rolled back then
     */
    @Nullable
    StreamSourceException submit(RemoteOperation operation, long endNumber, long checksum, boolean isAwaited) {
        new SourceMessage.Commit(streamType, operation.id, endNumber, checksum).putTo(draft);
        monitor.lock();
        try {
            put(operation, draft.flip());
            if (operation.failure != null) {
                return operation.failure;
            }
            monitor.checkRunning();
            operation.isAwaited = isAwaited;
            delivery.pipeline().submit(operation, endNumber, checksum, monitor.deadline());
            return null;
        } catch (Unreachable e) {
            return e;
        } finally {
            draft.clear();
            monitor.unlock();
        }
    }

    /** Drops the open operation. */
    void rollBack(RemoteOperation operation) {
        draft.clear();
        monitor.lock();
        try {
            delivery.pipeline().rollBack(operation, rollback(operation));
            monitor.wakeSender();
        } finally {
            monitor.unlock();
        }
    }

    /** How often operations were dropped. */
    long failures() {
        monitor.lock();
        try {
            return delivery.pipeline().failures();
        } finally {
            monitor.unlock();
        }
    }

    /** Where the stream ends, after operations were dropped; waits until that is known. */
    long settledEnd() {
        monitor.lock();
        try {
            long deadline = monitor.deadline();
            while (!delivery.pipeline().isSettled()) {
                monitor.checkRunning();
                if (!monitor.awaitChange(deadline)) {
                    throw monitor.unreachable("Where the stream ends was not told by");
                }
            }
            return delivery.pipeline().acknowledged().totalEntries();
        } finally {
            monitor.unlock();
        }
    }

    /** @throws OperationPending when an operation is on its way */
    void checkNoneOnTheirWay(String call) {
        monitor.lock();
        try {
            if (delivery.pipeline().hasOnTheirWay()) {
                throw new OperationPending(call);
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Waits until nothing is on its way; each operation has a deadline. */
    void awaitAnswers() {
        monitor.lock();
        try {
            while (monitor.end() == null && delivery.pipeline().hasOnTheirWay()) {
                monitor.awaitChange(monitor.deadline());
            }
        } finally {
            monitor.unlock();
        }
    }
}
