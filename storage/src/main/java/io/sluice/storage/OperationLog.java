package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.storage.OperationRecord.Kind;
import io.sluice.storage.Submission.Range;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operations end, and a checksum of each: the file {@code FILE.sluice/ops}, by which a check of the stream finds what
 * has changed on the disk. The stream needs it for nothing else.
 *
 * <p><b>Threading:</b> the committer adds under its lock, the source's thread changes while nothing is on its way, the
 * indexer's thread stores; guarded by the monitor, which nobody holds while the disk is forced.
 *
 * <p><b>Failure:</b> costs the stream nothing. It is logged once, and from then on the log stays as it is until the stream
 * is opened again; what lies in the file then is still true of the history that its header names.
 */
final class OperationLog implements BookmarkScan.Alongside, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(OperationLog.class);
    private static final int BUFFER_BYTES = 64 << 10;

    /** Records of more of the stream than this do not wait in memory, so that little of it is unknown after a kill. */
    private static final long MAX_WAITING_BYTES = 16 << 20;

    /** As much of the stream as is walked at an opening, for the log alone, to take it as it is found. */
    private static final long MAX_WALK_BYTES = 256 << 20;

    private final StreamState state;
    private final PageLayout layout;
    private final ForcePolicy policy;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final RecordMaker committed;
    private final RecordMaker found;
    private @Nullable DiskFile file;
    private boolean failed;
    private long generation;

    /** Records in the file; those in the buffer follow them. */
    private long count;

    /** As many as were forced. */
    private long settled;

    /** How often records were taken away or changed: a force that began before tells nothing of those after. */
    private long changes;

    /** The end of the last record, written or not. */
    private long endEntries;

    private long endPosition = PageLayout.HEADER_PAGE_LENGTH;
    private long writtenPosition;

    /** Entries below are not taken as found: records of them were made at their commit. */
    private long foundFrom;

    private OperationLog(StreamState state, ForcePolicy policy) {
        this.state = state;
        this.policy = policy;
        this.layout = state.layout();
        this.committed = new RecordMaker(layout, Kind.PART, this::append);
        this.found = new RecordMaker(layout, Kind.FOUND, this::append);
    }

    /**
     * Opens the log of a stream, or begins one. Records of what has changed since they were made are cut off; what is
     * missing behind the last one is added by the calls of {@link BookmarkScan.Alongside}.
     *
     * @param policy when commits are forced
     * @param note of the stream's generations
     * @param rewritten the entry whose rewrite was just finished, which a crash had interrupted
     */
    static OperationLog open(
            Disk disk,
            StreamFolder folder,
            StreamState state,
            ForcePolicy policy,
            GenerationNote note,
            OptionalLong rewritten) {
        OperationLog log = new OperationLog(state, policy);
        log.unlessFailed(() -> {
            boolean isNew = !disk.exists(folder.operations());
            DiskFile opened = disk.openToWrite(folder.operations());
            log.file = opened;
            if (isNew) {
                disk.forceFolder(folder.path());
            }
            OperationLogHeader header = OperationLogHeader.read(opened);
            log.generation = note.current();
            if (header == null || !log.canAdopt(header, note, rewritten)) {
                log.beginAnew();
            }
        });
        return log;
    }

    /** A record that was on the disk cannot be believed any more: what the log says cannot be put right. */
    private static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedException(long record) {
            super("record " + record + " is damaged");
        }
    }

    private boolean canAdopt(OperationLogHeader header, GenerationNote note, OptionalLong rewritten)
            throws IOException {
        try {
            return adopt(header, note, rewritten);
        } catch (DamagedException e) {
            LOG.warn("{}: the operation log begins anew: {}", state.path(), e.getMessage());
            return false;
        }
    }

    /** Goes on with the log that was left, as far as it is true; false when it is not this file's. */
    private boolean adopt(OperationLogHeader header, GenerationNote note, OptionalLong rewritten) throws IOException {
        OptionalLong unchanged = note.unchangedBefore(header.generation());
        if (unchanged.isEmpty()) {
            return false;
        }
        long records = OperationLogHeader.recordsIn(file().length());
        count = Math.max(0, Math.min(header.settled(), records));
        OperationRecord last = recordAt(count - 1);
        OperationRecord next = count < records ? tryRead(count) : null;
        while (next != null && next.follows(last, layout)) {
            last = next;
            count++;
            next = count < records ? tryRead(count) : null;
        }
        long limit = state.committed().entries();
        boolean isRewrite = rewritten.isPresent() && note.isOnlyChangeSince(header.generation(), rewritten.getAsLong());
        if (!isRewrite && Long.compareUnsigned(unchanged.getAsLong(), limit) < 0) {
            limit = unchanged.getAsLong();
        }
        if (last.endEntries() > limit) {
            count = firstBeyond(limit);
            last = recordAt(count - 1);
        }
        if (last.endPosition() > state.committed().position()) {
            throw new DamagedException(count - 1);
        }
        endsWith(last);
        settled = Math.min(header.settled(), count);
        if (isRewrite) {
            checksumAgain(rewritten.getAsLong());
        }
        if (isRewrite || count < records || header.generation() != generation) {
            settleChange();
        }
        return true;
    }

    private void beginAnew() throws IOException {
        buffer.clear();
        count = 0;
        endsWith(OperationRecord.START);
        // Forced before there is a header again: it must not find the old records.
        file().setLength(0);
        file().force();
        settled = 0;
        changes++;
        new OperationLogHeader(generation, 0).write(file());
    }

    private void endsWith(OperationRecord last) {
        endEntries = last.endEntries();
        endPosition = last.endPosition();
        writtenPosition = endPosition;
    }

    /** Operations were committed. */
    void committed(List<Submission> batch) {
        unlessFailed(() -> {
            for (Submission submission : batch) {
                add(submission);
            }
        });
    }

    private void add(Submission submission) throws IOException {
        List<Range> ranges = submission.ranges();
        if (ranges.isEmpty()) {
            return;
        }
        Range last = ranges.get(ranges.size() - 1);
        if (last.from() != submission.startPosition()) {
            addEarlierPages(submission);
        }
        committed.add(last.from(), last.segment().stepView(last.from(), last.to()), submission.endEntries());
        committed.finish(Kind.END);
    }

    /** All but the last range of an operation, where the end of the entries has to be looked for. */
    private void addEarlierPages(Submission submission) throws IOException {
        List<Range> ranges = submission.ranges();
        long memoryStart = ranges.get(0).from();
        // What was too much for the memory is read again.
        long number = new EntryWalker(state.file(), layout)
                .walk(submission.startPosition(), submission.firstNumber(), memoryStart, (at, bytes, index) -> {
                    committed.addEntry(
                            at, bytes, index, EntryFormat.length(bytes, index), EntryFormat.number(bytes, index));
                    return true;
                });
        for (Range range : ranges.subList(0, ranges.size() - 1)) {
            ByteBuffer bytes = range.segment().slice(range.from(), range.to());
            int start = bytes.position();
            int end = start;
            while (end < bytes.limit() && EntryFormat.packetType(bytes, end) == EntryFormat.PACKET_ENTRY) {
                end += EntryFormat.length(bytes, end);
                number++;
            }
            if (end > start) {
                committed.add(range.from(), bytes.limit(end), number);
            }
        }
    }

    @Override
    public void walkBegins(long entries, long position) {
        unlessFailed(() -> {
            if (entries > endEntries) {
                cover(entries, position);
            }
            foundFrom = endEntries;
        });
    }

    @Override
    public void entry(long position, ByteBuffer bytes, int index) {
        long number = EntryFormat.number(bytes, index);
        if (number >= foundFrom) {
            unlessFailed(() -> found.addEntry(position, bytes, index, EntryFormat.length(bytes, index), number));
        }
    }

    @Override
    public void walkEnded() {
        unlessFailed(() -> {
            found.finish(Kind.FOUND);
            write();
        });
    }

    /** Takes what is missing up to here as it is found, unless that would take long or something is wrong with it. */
    private void cover(long entries, long position) throws IOException {
        if (position - endPosition <= MAX_WALK_BYTES) {
            try {
                new EntryWalker(state.file(), layout).walk(endPosition, endEntries, position, (at, bytes, index) -> {
                    found.addEntry(
                            at, bytes, index, EntryFormat.length(bytes, index), EntryFormat.number(bytes, index));
                    return true;
                });
                found.finish(Kind.FOUND);
                return;
            } catch (StorageException.Corrupt e) {
                LOG.warn("{}: the operation log begins anew: {}", state.path(), e.getMessage());
                found.finish(Kind.FOUND);
                beginAnew();
            }
        }
        append(entries, position, Kind.NONE, 0);
    }

    private void append(long newEndEntries, long newEndPosition, Kind kind, int crc) throws IOException {
        if (buffer.remaining() < OperationRecord.LENGTH || newEndPosition - writtenPosition > MAX_WAITING_BYTES) {
            write();
        }
        OperationRecord.put(buffer, newEndEntries, newEndPosition, kind, crc);
        endEntries = newEndEntries;
        endPosition = newEndPosition;
    }

    private void write() throws IOException {
        if (buffer.position() > 0) {
            int records = buffer.position() / OperationRecord.LENGTH;
            file().write(buffer.flip(), OperationLogHeader.positionOf(count));
            buffer.clear();
            count += records;
        }
        writtenPosition = endPosition;
    }

    /** What has been added does not wait in memory for longer than this takes to be called again. */
    void storeBatch() {
        if (policy instanceof ForcePolicy.Never) {
            // After a power cut nothing is believed that was made since the opening.
            unlessFailed(this::write);
        } else {
            store();
        }
    }

    /** Brings to the disk what has been added. */
    void store() {
        long storing;
        long changesBefore;
        synchronized (this) {
            if (!unlessFailed(this::write) || count == settled) {
                return;
            }
            storing = count;
            changesBefore = changes;
        }
        try {
            // Without the monitor: a commit does not wait for this.
            file().force();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            return;
        }
        unlessFailed(() -> {
            if (changes == changesBefore) {
                settled = storing;
                new OperationLogHeader(generation, settled).write(file());
            }
        });
    }

    /**
     * Cuts off what is beyond a new end of the stream, before the header of the stream is written.
     *
     * @param newGeneration of the history that begins with it
     */
    void truncate(long entries, long position, long newGeneration) {
        change(() -> cut(entries, position), entries, position, newGeneration);
    }

    private void cut(long entries, long position) throws IOException {
        long keep = firstBeyond(entries);
        OperationRecord last = recordAt(keep - 1);
        if (last.endEntries() < entries) {
            // Not the first of its page: else a record would end here. So the rest ends where the entry began.
            Kind kind = recordAt(keep).kind();
            OperationRecord rest = new OperationRecord(entries, position, kind == Kind.PART ? Kind.END : kind, 0);
            last = replace(keep, rest, last);
            keep++;
        } else if (last.kind() == Kind.PART) {
            OperationRecord whole = new OperationRecord(entries, last.endPosition(), Kind.END, 0);
            last = replace(keep - 1, whole, recordAt(keep - 2));
        }
        count = keep;
        endsWith(last);
    }

    /** An entry has got other data, which are forced. */
    void rewritten(long number, long newGeneration) {
        change(() -> checksumAgain(number), endEntries(), endPosition(), newGeneration);
    }

    private void checksumAgain(long number) throws IOException {
        long index = firstBeyond(number);
        if (index < count) {
            replace(index, recordAt(index), recordAt(index - 1));
        }
    }

    /** Puts a record in the place of another one, with the checksum of what the stream holds there now. */
    private OperationRecord replace(long index, OperationRecord wanted, OperationRecord before) throws IOException {
        int crc = wanted.kind() == Kind.NONE ? 0 : checksum(before, wanted);
        OperationRecord record = new OperationRecord(wanted.endEntries(), wanted.endPosition(), wanted.kind(), crc);
        file().write(record.toBytes(), OperationLogHeader.positionOf(index));
        return record;
    }

    /** Follows a change of what is committed; if that cannot be done, nothing is known any more up to the end. */
    private void change(Step step, long entries, long position, long newGeneration) {
        unlessFailed(() -> {
            write();
            generation = newGeneration;
            try {
                step.run();
                settleChange();
            } catch (DamagedException e) {
                LOG.warn("{}: the operation log begins anew: {}", state.path(), e.getMessage());
                beginAnew();
                if (entries > 0) {
                    append(entries, position, Kind.NONE, 0);
                }
            }
        });
    }

    private int checksum(OperationRecord before, OperationRecord record) throws IOException {
        long start = record.startPosition(before, layout);
        byte[] bytes = new byte[Math.toIntExact(record.endPosition() - start)];
        state.file().readFully(ByteBuffer.wrap(bytes), start);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Records were taken away or changed. The header names the new history when that is on the disk, not before. */
    private void settleChange() throws IOException {
        changes++;
        file().setLength(OperationLogHeader.positionOf(count));
        file().force();
        settled = count;
        new OperationLogHeader(generation, settled).write(file());
        file().force();
    }

    /** The first record that has entries from this one on, or {@link #count}. */
    private long firstBeyond(long entries) throws IOException {
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

    /** The record of this index; before the first one there is {@link OperationRecord#START}. */
    private OperationRecord recordAt(long index) throws IOException {
        OperationRecord record = index < 0 ? OperationRecord.START : tryRead(index);
        if (record == null) {
            throw new DamagedException(index);
        }
        return record;
    }

    private @Nullable OperationRecord tryRead(long index) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(OperationRecord.LENGTH);
        file().readFully(bytes, OperationLogHeader.positionOf(index));
        return OperationRecord.read(bytes, 0);
    }

    private DiskFile file() throws IOException {
        DiskFile open = file;
        if (open == null) {
            throw new IOException("it is not open");
        }
        return open;
    }

    private synchronized long endEntries() {
        return endEntries;
    }

    private synchronized long endPosition() {
        return endPosition;
    }

    private interface Step {
        void run() throws IOException;
    }

    private synchronized boolean unlessFailed(Step step) {
        if (failed) {
            return false;
        }
        try {
            step.run();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            return false;
        }
    }

    private synchronized void fail(Throwable cause) {
        if (!failed) {
            failed = true;
            String reason = cause instanceof IOException io ? StorageException.reason(io) : cause.toString();
            LOG.warn(
                    "{}: no checksums are kept until it is opened again, since the operation log failed: {}",
                    state.path(),
                    reason);
        }
    }

    @Override
    public void close() throws IOException {
        DiskFile open = file;
        if (open != null) {
            open.close();
        }
    }
}
