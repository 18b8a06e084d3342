package io.sluice.core;

import io.sluice.core.StreamSourceException.EntryTooLarge;
import io.sluice.core.StreamSourceException.InvalidBookmark;
import io.sluice.core.StreamSourceException.NoOpenOperation;
import io.sluice.core.StreamSourceException.NotInOpenOperation;
import io.sluice.core.StreamSourceException.OperationAlreadyOpen;
import io.sluice.core.StreamSourceException.OperationPending;
import io.sluice.core.StreamSourceException.ReservedEntryType;
import io.sluice.core.StreamSourceException.UnknownEntryNumber;

/**
 * The rules of atomic operations, in one place for every kind of {@link StreamSource}: which calls are allowed now, and
 * which number an entry gets. It finds each misuse before anything is touched.
 *
 * <p><b>Threading:</b> confined to the source's thread.
 */
public final class OperationRules {
    private final int maxDataLength;
    private boolean open;
    private long firstNumber;
    private long nextNumber;

    /**
     * @param maxDataLength bytes of data that fit into one entry
     * @param nextNumber the number that the next entry gets
     */
    public OperationRules(int maxDataLength, long nextNumber) {
        this.maxDataLength = maxDataLength;
        this.nextNumber = nextNumber;
        this.firstNumber = nextNumber;
    }

    /** Whether an operation is open. */
    public boolean isOpen() {
        return open;
    }

    /** The first number of the open operation. */
    public long firstNumber() {
        return firstNumber;
    }

    /** The number that the next entry gets. */
    public long nextNumber() {
        return nextNumber;
    }

    /** Opens an operation, or refuses. */
    public void start() {
        if (open) {
            throw new OperationAlreadyOpen(firstNumber);
        }
        open = true;
        firstNumber = nextNumber;
    }

    /** Checks an entry that is to be added by the application. */
    public void checkAdd(int entryType, byte[] data) {
        checkOpen("addStreamEntry");
        if (entryType == EntryFormat.TYPE_BOOKMARK || entryType == EntryFormat.TYPE_NOT_FOUND) {
            throw new ReservedEntryType(entryType);
        }
        checkDataLength(data);
    }

    /** Hands out the number of an entry that was added. */
    public long added() {
        return nextNumber++;
    }

    /** So many entries were added at once. */
    public void added(long count) {
        nextNumber += count;
    }

    /** The last entries of the open operation were dropped, with their numbers, from this one on. */
    public void dropped(long firstDropped) {
        nextNumber = firstDropped;
    }

    /** Checks an update; whether the type matches, only the holder of the entry can tell. */
    public void checkUpdate(long number, int entryType, byte[] newData) {
        checkInOperation("updateEntryData", number);
        checkNewData(entryType, newData);
    }

    /** Checks that an entry is one of the open operation. */
    public void checkInOperation(String call, long number) {
        checkOpen(call);
        if (Long.compareUnsigned(number, nextNumber) >= 0) {
            throw new UnknownEntryNumber(number, nextNumber);
        }
        if (number < firstNumber) {
            throw new NotInOpenOperation(number, firstNumber);
        }
    }

    /** Checks data that is to replace an entry's. */
    public void checkNewData(int entryType, byte[] newData) {
        if (entryType == EntryFormat.TYPE_BOOKMARK && !Bookmark.isValidLength(newData.length)) {
            throw new InvalidBookmark(newData.length);
        }
        checkDataLength(newData);
    }

    /** Refuses a call that needs an open operation. */
    public void checkOpen(String call) {
        if (!open) {
            throw new NoOpenOperation(call);
        }
    }

    /** Refuses a call that needs that none is open. */
    public void checkNotOpen(String call) {
        if (open) {
            throw new OperationPending(call);
        }
    }

    /** The open operation was submitted: its numbers are used up. */
    public void submitted() {
        open = false;
    }

    /** The open operation was dropped, with its numbers. */
    public void rolledBack() {
        open = false;
        nextNumber = firstNumber;
    }

    /** The stream ends elsewhere now, after a truncation or after operations that failed. */
    public void reset(long newNextNumber) {
        open = false;
        nextNumber = newNextNumber;
        firstNumber = newNextNumber;
    }

    private void checkDataLength(byte[] data) {
        if (data.length > maxDataLength) {
            throw new EntryTooLarge(data.length, maxDataLength);
        }
    }
}
