package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.storage.Coverage.Damaged;
import io.sluice.storage.OperationRecord.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a walk sees with the records of the operation log, and reads by itself what the walk did not come to.
 *
 * <p><b>Threading:</b> one thread; it keeps one page in memory.
 */
final class OperationCheck {
    private final DiskFile stream;
    private final PageLayout layout;
    private final Committed end;
    private final RecordSource records;
    private final CRC32C crc = new CRC32C();
    private final List<Damaged> damaged = new ArrayList<>();

    /** The record that is compared next, and the one before it. */
    private @Nullable OperationRecord next;

    private OperationRecord before = OperationRecord.START;

    /** What came before the operation at hand, and whether something was wrong with it by now. */
    private OperationRecord beforeOperation = OperationRecord.START;

    private long operationPosition = -1;
    private boolean operationDamaged;

    private long committedEntries;
    private long foundEntries;
    private long operations;
    private long damagedCount;

    /** Records since the last one that was as it should be. */
    private long wrongInARow;

    /** Of these, some have other boundaries than what the file holds: that is no change of some bytes. */
    private boolean misfit;

    /** What was found up to the last record that was as it should be, if there are others behind it. */
    private @Nullable Coverage upToLastGood;

    private @Nullable ByteBuffer page;
    private long pageStart = -1;

    /** Gives the records one after the other, then null. */
    interface RecordSource {
        @Nullable
        OperationRecord next() throws IOException;
    }

    /** @param end of the part of the stream that is checked */
    OperationCheck(DiskFile stream, PageLayout layout, Committed end, RecordSource records) {
        this.stream = stream;
        this.layout = layout;
        this.end = end;
        this.records = records;
        this.next = nextRecord();
    }

    /** A log that cannot be read has no more records: the stream may be as good as it was. */
    private @Nullable OperationRecord nextRecord() {
        try {
            return records.next();
        } catch (IOException e) {
            return null;
        }
    }

    /** Sees an entry that is as the format wants it, in the buffer of its page. */
    void entry(long position, ByteBuffer buffer, int index) {
        OperationRecord record = next;
        long entryEnd = position + EntryFormat.length(buffer, index);
        while (record != null && record.endPosition() <= entryEnd) {
            boolean fits =
                    record.endPosition() == entryEnd && record.endEntries() == EntryFormat.number(buffer, index) + 1;
            if (record.kind() == Kind.NONE) {
                settle(record, true);
            } else if (fits) {
                int start = index - (int) (position - record.startPosition(before, layout));
                int length = (int) (record.endPosition() - record.startPosition(before, layout));
                settle(record, start >= 0 && isIntact(record, buffer, start, length));
            } else {
                // The bytes decide, not the boundaries: an entry whose length has changed hides those behind it.
                boolean isIntact = isIntactOnDisk(record);
                settle(record, isIntact);
                misfit |= !isIntact;
            }
            record = next;
        }
    }

    /** Compares what is left: all that is behind a fault of the format. */
    void rest() {
        OperationRecord record = next;
        while (record != null) {
            settle(record, record.kind() == Kind.NONE || isIntactOnDisk(record));
            record = next;
        }
        endOperation(before, true);
    }

    private boolean isIntact(OperationRecord record, ByteBuffer buffer, int start, int length) {
        crc.reset();
        crc.update(buffer.array(), buffer.arrayOffset() + start, length);
        return (int) crc.getValue() == record.crc();
    }

    private boolean isIntactOnDisk(OperationRecord record) {
        long start = record.startPosition(before, layout);
        try {
            ByteBuffer bytes = pageAt(start);
            return isIntact(record, bytes, (int) (start - pageStart), (int) (record.endPosition() - start));
        } catch (IOException e) {
            // A disk that cannot read it has not kept it.
            return false;
        }
    }

    private ByteBuffer pageAt(long position) throws IOException {
        long wanted = layout.pageStart(layout.pageOf(position));
        ByteBuffer bytes = page;
        if (bytes == null || wanted != pageStart) {
            bytes = ByteBuffer.allocate((int) (Math.min(layout.pageEnd(position), end.position()) - wanted));
            page = null;
            stream.readFully(bytes, wanted);
            page = bytes;
            pageStart = wanted;
        }
        return bytes;
    }

    private void settle(OperationRecord record, boolean good) {
        if (good) {
            wrongInARow = 0;
            misfit = false;
            upToLastGood = null;
        } else {
            upToLastGood = upToLastGood == null ? coverage(false, Optional.empty()) : upToLastGood;
            wrongInARow++;
        }
        long entries = record.endEntries() - before.endEntries();
        boolean isOperation = record.kind() == Kind.PART || record.kind() == Kind.END;
        if (isOperation) {
            committedEntries += entries;
        } else if (record.kind() == Kind.FOUND) {
            foundEntries += entries;
        }
        if (!isOperation && operationPosition >= 0) {
            // The log was cut there once.
            endOperation(before, true);
        }
        if (operationPosition < 0) {
            operationPosition = record.startPosition(before, layout);
        }
        operationDamaged |= !good;
        if (record.kind() != Kind.PART) {
            operations += record.kind() == Kind.END ? 1 : 0;
            endOperation(record, isOperation);
        }
        before = record;
        next = nextRecord();
    }

    private void endOperation(OperationRecord last, boolean isOperation) {
        if (operationDamaged) {
            damagedCount++;
            if (damaged.size() < Coverage.MAX_DAMAGED) {
                damaged.add(new Damaged(
                        beforeOperation.endEntries(),
                        last.endEntries() - 1,
                        operationPosition,
                        last.endPosition(),
                        isOperation));
            }
        }
        beforeOperation = last;
        operationPosition = -1;
        operationDamaged = false;
    }

    /**
     * What was found of a file that is good otherwise, and that somebody else has changed. If everything from some entry on
     * is something else, that was not the disk but another program, and is no damage; one operation may be either.
     */
    Coverage coverageOfChanged() {
        Coverage good = upToLastGood;
        if (good == null || (wrongInARow == 1 && !misfit)) {
            return coverage(true, Optional.empty());
        }
        return new Coverage(
                good.committedEntries(),
                good.foundEntries(),
                good.uncoveredEntries(),
                good.operations(),
                good.damagedCount(),
                good.damaged(),
                true,
                Optional.of("another program has replaced what is behind the first "
                        + (end.entries() - good.uncoveredEntries()) + " entries that have a checksum"));
    }

    /** What was found of a file that nobody else has changed. */
    Coverage coverage(boolean isChangedByOthers, Optional<String> remark) {
        return new Coverage(
                committedEntries,
                foundEntries,
                end.entries() - committedEntries - foundEntries,
                operations,
                damagedCount,
                damaged,
                isChangedByOthers,
                remark);
    }
}
