package io.sluice.server;

import io.sluice.core.EntryChecksum;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceResult;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.NoOpenOperation;
import io.sluice.core.StreamSourceException.OperationAlreadyOpen;
import io.sluice.storage.DataStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open operation of a source. The first error sticks to it: nothing more of it is taken then, and its commit is answered
 * with that error (docs/protocol.md, "Operations").
 *
 * <p><b>Threading:</b> confined to the stream's writer.
 */
final class SourceOperation {
    private static final Logger LOG = LoggerFactory.getLogger(SourceOperation.class);

    private final DataStream stream;
    private final EntryChecksum checksum = new EntryChecksum();

    /** The source's number for it; 0 when none is open. */
    private long operation;

    private long firstNumber;

    /** The number of its next entry. */
    private long nextNumber;

    /** The sum of its entries' checksums. */
    private long sum;

    /** Whether it is open in the stream as well: not when that could not open it. */
    private boolean inStream;

    private @Nullable Result error;

    SourceOperation(DataStream stream) {
        this.stream = stream;
    }

    /** A step of the operation, done on the stream. */
    private interface Step {
        void run();
    }

    /**
     * Opens one.
     *
     * @return what the source has to be told at once, or null
     */
    @Nullable
    Result start(SourceMessage.Start start) {
        if (operation != 0) {
            return SourceResult.of(new OperationAlreadyOpen(firstNumber));
        }
        operation = start.operation();
        firstNumber = start.firstNumber();
        nextNumber = start.firstNumber();
        sum = 0;
        error = null;
        attempt(() -> {
            stream.startAtomicOp();
            inStream = true;
            check("firstNumber", start.firstNumber(), stream.nextEntryNumber());
        });
        return null;
    }

    /** Adds an entry; tells, or null. */
    @Nullable
    Result add(SourceMessage.AddEntry entry) {
        if (operation == 0) {
            return noneOpen("addStreamEntry");
        }
        attempt(() -> {
            if (check("number", entry.number(), nextNumber)) {
                stream.addStreamEntry(entry.entryType(), entry.data());
                added(checksum.of(entry.entryType(), entry.number(), entry.data()));
            }
        });
        return null;
    }

    /** Adds a bookmark; tells, or null. */
    @Nullable
    Result add(SourceMessage.AddBookmark entry) {
        if (operation == 0) {
            return noneOpen("addStreamBookmark");
        }
        attempt(() -> {
            if (check("number", entry.number(), nextNumber)) {
                stream.addStreamBookmark(entry.bookmark());
                added(checksum.of(
                        EntryFormat.TYPE_BOOKMARK,
                        entry.number(),
                        entry.bookmark().toBytes()));
            }
        });
        return null;
    }

    private void added(long entryChecksum) {
        sum += entryChecksum;
        nextNumber++;
    }

    /** Updates an entry; tells, or null. */
    @Nullable
    Result update(SourceMessage.UpdateEntry entry) {
        if (operation == 0) {
            return noneOpen("updateEntryData");
        }
        attempt(() -> {
            long before = checksum.of(stream.openEntry(entry.number()));
            stream.updateEntryData(entry.number(), entry.entryType(), entry.data());
            sum += checksum.of(entry.entryType(), entry.number(), entry.data()) - before;
        });
        return null;
    }

    /** Submits it, or refuses to; either way the answer goes where the others wait. */
    void commit(SourceMessage.Commit commit, CommitAnswers answers) {
        if (operation == 0 || operation != commit.operation()) {
            answers.refuse(commit.operation(), noneOpen("commitAtomicOp"));
            return;
        }
        attempt(() -> {
            if (check("endNumber", commit.endNumber(), nextNumber) && sum != commit.checksum()) {
                error = SourceResult.of(
                        SourceResult.WRONG_CHECKSUM,
                        "The entries that arrived have checksum " + Long.toUnsignedString(sum) + ", the commit says "
                                + Long.toUnsignedString(commit.checksum()) + ".");
            }
        });
        attempt(() -> {
            answers.await(operation, stream.commitAtomicOpLater());
            inStream = false;
        });
        Result failure = error;
        if (failure != null) {
            rollBack();
            answers.refuse(commit.operation(), failure);
        }
        operation = 0;
    }

    /** Rolls it back on the source's behalf; tells, or null. */
    @Nullable
    Result rollBack(SourceMessage.Rollback rollback) {
        if (operation == 0 || operation != rollback.operation()) {
            return noneOpen("rollbackAtomicOp");
        }
        rollBack();
        return null;
    }

    /** Drops what is open, if anything is. */
    void rollBack() {
        operation = 0;
        if (inStream) {
            inStream = false;
            try {
                stream.rollbackAtomicOp();
            } catch (StreamSourceException e) {
                LOG.debug("rolling back: {}", e.getMessage());
            }
        }
    }

    private void attempt(Step step) {
        if (error == null) {
            try {
                step.run();
            } catch (StreamSourceException e) {
                error = SourceResult.of(e);
            }
        }
    }

    private boolean check(String what, long number, long expected) {
        if (number != expected) {
            error = SourceResult.of(
                    SourceResult.WRONG_NUMBER,
                    "The " + what + " is " + Long.toUnsignedString(number) + ", but the next one is "
                            + Long.toUnsignedString(expected) + ".");
        }
        return number == expected;
    }

    private static Result noneOpen(String call) {
        return SourceResult.of(new NoOpenOperation(call));
    }
}
