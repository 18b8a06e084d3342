package io.sluice.storage;

import io.sluice.storage.OperationRecord.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The records of an open operation log: those in the file, and behind them those that wait to be written. An index counts
 * those in the file.
 *
 * <p><b>Threading:</b> guarded by the monitor of its {@link OperationLog}; {@link #force} and {@link #lastEnd} by any
 * thread.
 */
final class OperationLogFile implements Closeable {
    private static final int BUFFER_BYTES = 64 << 10;

    /** An operation in many pages has as many records; nobody has use for an end that is further away than this. */
    private static final int MAX_PARTS = 64;

    private final DiskFile file;
    private final ByteBuffer waiting = ByteBuffer.allocate(BUFFER_BYTES);
    private long count;

    /** As many of the records in the file were forced. */
    private long settled;

    /** How often records were taken away or changed: a force that began before tells nothing of those after. */
    private long changes;

    OperationLogFile(DiskFile file) {
        this.file = file;
    }

    /** A record that should be there cannot be believed: what the log says cannot be put right. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedException(long index) {
            super("record " + index + " is damaged");
        }
    }

    /** What a force that begins now brings to the disk. */
    record Written(long count, long changes) {}

    /** How many records are in the file, and those that wait to be written. */
    record Snapshot(long count, ByteBuffer waiting) {}

    @Nullable
    OperationLogHeader readHeader() throws IOException {
        return OperationLogHeader.read(file);
    }

    long count() {
        return count;
    }

    boolean isSettled() {
        return count == settled;
    }

    /**
     * Finds the records that a writer left: those that it had forced, and of the others as many as can be believed.
     *
     * @return the last one
     */
    OperationRecord find(OperationLogHeader header, PageLayout layout) throws IOException {
        long records = OperationLogHeader.recordsIn(file.length());
        count = Math.max(0, Math.min(header.settled(), records));
        settled = count;
        OperationRecord last = recordAt(count - 1);
        OperationRecord next = count < records ? tryRead(count) : null;
        while (next != null && next.follows(last, layout)) {
            last = next;
            count++;
            next = count < records ? tryRead(count) : null;
        }
        return last;
    }

    /** Whether the file holds more than the records that count. */
    boolean hasRest() throws IOException {
        return file.length() != OperationLogHeader.positionOf(count);
    }

    /** Leaves so many records; the others are there until {@link #settleChange}. */
    OperationRecord keep(long newCount) throws IOException {
        count = newCount;
        return recordAt(newCount - 1);
    }

    /** Leaves no record and no header of those that were there. */
    void clear(long generation) throws IOException {
        waiting.clear();
        count = 0;
        // Forced before there is a header again: it must not find the old records.
        file.setLength(0);
        file.force();
        settled = 0;
        changes++;
        writeHeader(generation);
    }

    /** Adds a record to those that wait; when there is no room for one more, they are written. */
    void append(long endEntries, long endPosition, Kind kind, int crc) throws IOException {
        OperationRecord.put(waiting, endEntries, endPosition, kind, crc);
        if (waiting.remaining() < OperationRecord.LENGTH) {
            write();
        }
    }

    /** Writes the records that wait. */
    void write() throws IOException {
        if (waiting.position() > 0) {
            int records = waiting.position() / OperationRecord.LENGTH;
            file.write(waiting.flip(), OperationLogHeader.positionOf(count));
            waiting.clear();
            count += records;
        }
    }

    Written written() {
        return new Written(count, changes);
    }

    void force() throws IOException {
        file.force();
    }

    /** What was written before a force is on the disk, unless it was changed meanwhile. */
    void settle(Written forced, long generation) throws IOException {
        if (changes == forced.changes()) {
            settled = forced.count();
            writeHeader(generation);
        }
    }

    /** Records were taken away or changed. The header names the new history when that is on the disk, not before. */
    void settleChange(long generation) throws IOException {
        changes++;
        file.setLength(OperationLogHeader.positionOf(count));
        file.force();
        settled = count;
        writeHeader(generation);
        file.force();
    }

    private void writeHeader(long generation) throws IOException {
        new OperationLogHeader(generation, settled).write(file);
    }

    void replace(long index, OperationRecord record) throws IOException {
        file.write(record.toBytes(), OperationLogHeader.positionOf(index));
    }

    /** The first record that has entries from this one on, or {@link #count}. */
    long firstBeyond(long entries) throws IOException {
        long low = 0;
        long high = count;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (recordAt(middle).endEntries() > entries) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The records of now up to the one that ends behind a position, and not many more. */
    Snapshot upTo(long position) {
        OperationRecord first = waiting.position() == 0 ? null : OperationRecord.read(waiting, 0);
        boolean isLast = first != null && first.endPosition() > position;
        int length = isLast ? OperationRecord.LENGTH : waiting.position();
        return new Snapshot(count, ByteBuffer.allocate(length).put(0, waiting, 0, length));
    }

    /**
     * The end of an operation that the last records up to a position tell, in entries; empty if they tell none. Any thread,
     * as long as no record is cut or changed.
     */
    OptionalLong lastEnd(long position, Snapshot records) throws IOException {
        long low = 0;
        long all = records.count() + records.waiting().capacity() / OperationRecord.LENGTH;
        long high = all;
        while (low < high) {
            long middle = (low + high) >>> 1;
            OperationRecord record = anyAt(middle, records);
            if (record == null) {
                return OptionalLong.empty();
            }
            if (record.endPosition() > position) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        int parts = (int) Math.min(low, MAX_PARTS);
        ByteBuffer near = bytes(low - parts, low < all ? parts + 1 : parts, records);
        OperationRecord last = parts == 0 ? OperationRecord.START : recordIn(near, parts - 1);
        OperationRecord next = low < all ? recordIn(near, parts) : null;
        if (last == null || (next != null && next.kind() == Kind.NONE && last.endPosition() < position)) {
            // Within what is not known, however far that reaches.
            return OptionalLong.empty();
        }
        for (int i = parts - 1; i >= 0; i--) {
            OperationRecord record = recordIn(near, i);
            if (record != null && record.kind() == Kind.END) {
                return OptionalLong.of(record.endEntries());
            }
            if (record == null || record.kind() != Kind.PART) {
                return OptionalLong.empty();
            }
        }
        return parts == low ? OptionalLong.of(0) : OptionalLong.empty();
    }

    private static @Nullable OperationRecord recordIn(ByteBuffer records, int index) {
        return OperationRecord.read(records, index * OperationRecord.LENGTH);
    }

    /** Records one after the other, written or not. */
    private ByteBuffer bytes(long first, int count, Snapshot records) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count * OperationRecord.LENGTH);
        int written = (int) Math.max(0, Math.min(count, records.count() - first));
        file.readFully(bytes.slice(0, written * OperationRecord.LENGTH), OperationLogHeader.positionOf(first));
        if (written < count) {
            int from = Math.toIntExact(first + written - records.count()) * OperationRecord.LENGTH;
            int length = (count - written) * OperationRecord.LENGTH;
            bytes.put(written * OperationRecord.LENGTH, records.waiting(), from, length);
        }
        return bytes;
    }

    private @Nullable OperationRecord anyAt(long index, Snapshot records) throws IOException {
        return index < records.count()
                ? tryRead(index)
                : recordIn(records.waiting(), Math.toIntExact(index - records.count()));
    }

    /** The record of this index; before the first one there is {@link OperationRecord#START}. */
    OperationRecord recordAt(long index) throws IOException {
        OperationRecord record = index < 0 ? OperationRecord.START : tryRead(index);
        if (record == null) {
            throw new DamagedException(index);
        }
        return record;
    }

    private @Nullable OperationRecord tryRead(long index) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(OperationRecord.LENGTH);
        file.readFully(bytes, OperationLogHeader.positionOf(index));
        return OperationRecord.read(bytes, 0);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
