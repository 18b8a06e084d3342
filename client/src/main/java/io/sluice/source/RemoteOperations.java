package io.sluice.source;

import io.sluice.core.SourceMessage;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.OperationPending;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a remote source, as its own thread sees them.
 *
 * <p><b>Threading:</b> the source's thread; takes the {@link SourceMonitor}.
 */
final class RemoteOperations {
    /** With more than that the sender is woken before the operation is whole. */
    private static final int WAKE_BYTES = 64 << 10;

    private final long streamType;
    private final SourceMonitor monitor;
    private final Delivery delivery;

    RemoteOperations(long streamType, SourceMonitor monitor, Delivery delivery) {
        this.streamType = streamType;
        this.monitor = monitor;
        this.delivery = delivery;
    }

    /** Opens an operation; {@code knownFailures} is the count when its first number was found. */
    RemoteOperation begin(long firstNumber, long knownFailures) {
        monitor.lock();
        try {
            return delivery.pipeline()
                    .begin(new SourceMessage.Start(streamType, delivery.nextId(), firstNumber), knownFailures);
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Adds a message to the open operation, when there is room for it.
     *
     * @return whether all of the operation is in memory
     * @throws StreamSourceException.Unreachable when there is no room until the deadline
     */
    boolean append(RemoteOperation operation, SourceMessage message) {
        monitor.lock();
        try {
            Pipeline pipeline = delivery.pipeline();
            if (operation.failure == null && !pipeline.hasRoomFor(message.length())) {
                awaitRoom(pipeline, operation, message.length());
            }
            pipeline.append(operation, message);
            if (pipeline.unsentBytes() > WAKE_BYTES) {
                monitor.wakeSender();
            }
            return operation.isKept;
        } finally {
            monitor.unlock();
        }
    }

    private void awaitRoom(Pipeline pipeline, RemoteOperation operation, int length) {
        long deadline = monitor.deadline();
        monitor.wakeSender();
        while (operation.failure == null && !pipeline.hasRoomFor(length)) {
            if (delivery.isConnected() && operation.isKept && !pipeline.hasOnTheirWay()) {
                pipeline.stopKeeping(operation);
            } else if (!monitor.awaitChange(deadline)) {
                StreamSourceException failure = monitor.unreachable("The server made no room for another entry");
                pipeline.fail(operation, failure, new SourceMessage.Rollback(streamType, operation.id));
                throw failure;
            }
        }
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
     * @return why it cannot be committed, if so; it is to be rolled back then
     */
    @Nullable
    StreamSourceException submit(RemoteOperation operation, long endNumber, long checksum) {
        monitor.lock();
        try {
            if (operation.failure != null) {
                return operation.failure;
            }
            monitor.checkRunning();
            delivery.pipeline()
                    .submit(
                            operation,
                            new SourceMessage.Commit(streamType, operation.id, endNumber, checksum),
                            monitor.deadline());
            monitor.wakeSender();
            return null;
        } finally {
            monitor.unlock();
        }
    }

    /** Drops the open operation. */
    void rollBack(RemoteOperation operation) {
        monitor.lock();
        try {
            delivery.pipeline().rollBack(operation, new SourceMessage.Rollback(streamType, operation.id));
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
                    throw monitor.unreachable("Where the stream ends is not known, and the server did not tell");
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
