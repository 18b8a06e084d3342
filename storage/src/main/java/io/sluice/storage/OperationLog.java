package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.storage.OperationLogFile.DamagedException;
import io.sluice.storage.OperationLogFile.Written;
import io.sluice.storage.OperationRecord.Kind;
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
 * indexer's thread stores; guarded by the monitor, which nobody holds while the disk is forced for a batch.
 *
 * <p><b>Failure:</b> costs the stream nothing. It is logged once, and from then on the log stays as it is until the stream
 * is opened again; what lies in the file then is still true of the history that its header names.
 */
final class OperationLog implements BookmarkScan.Alongside, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(OperationLog.class);

    /** Records of more of the stream than this do not wait in memory, so that little of it is unknown after a kill. */
    private static final long MAX_WAITING_BYTES = 16 << 20;

    /** As much of the stream as is walked at an opening, for the log alone, to take it as it is found. */
    private static final long MAX_WALK_BYTES = 256 << 20;

    private final StreamState state;
    private final PageLayout layout;
    private final ForcePolicy policy;
    private final CommittedRecords committed;
    private final RecordMaker found;
    private @Nullable OperationLogFile file;
    private boolean failed;
    private long generation;

    /** The end of the last record, written or not. */
    private long endEntries;

    private long endPosition = PageLayout.HEADER_PAGE_LENGTH;
    private long writtenPosition;

    /** Entries below are not taken as found: records of them were made at their commit. */
    private long foundFrom;

    /** Entries that the log knew when the walk began. */
    private long knownBefore;

    private OperationLog(StreamState state, ForcePolicy policy) {
        this.state = state;
        this.policy = policy;
        this.layout = state.layout();
        this.committed = new CommittedRecords(state, this::append);
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
            OperationLogFile opened = new OperationLogFile(disk.openToWrite(folder.operations()));
            log.file = opened;
            if (isNew) {
                disk.forceFolder(folder.path());
            }
            log.generation = note.current();
            OperationLogHeader header = opened.readHeader();
            if (header == null || !log.canAdopt(header, note, rewritten)) {
                log.beginAnew();
            }
        });
        return log;
    }

    private boolean canAdopt(OperationLogHeader header, GenerationNote note, OptionalLong rewritten)
            throws IOException {
        try {
            return adopt(header, note, rewritten);
        } catch (DamagedException e) {
            tellBeginAnew(e);
            return false;
        }
    }

    /** Goes on with the log that was left, as far as it is true; false when it is not this file's. */
    private boolean adopt(OperationLogHeader header, GenerationNote note, OptionalLong rewritten) throws IOException {
        OptionalLong unchanged = note.unchangedBefore(header.generation());
        if (unchanged.isEmpty()) {
            return false;
        }
        long limit = state.committed().entries();
        boolean isRewrite = rewritten.isPresent() && note.isOnlyChangeSince(header.generation(), rewritten.getAsLong());
        if (!isRewrite && Long.compareUnsigned(unchanged.getAsLong(), limit) < 0) {
            limit = unchanged.getAsLong();
        }
        OperationRecord last = file().find(header, layout);
        if (last.endEntries() > limit) {
            last = file().keep(file().firstBeyond(limit));
        }
        if (last.endPosition() > state.committed().position()) {
            throw new DamagedException(file().count() - 1);
        }
        endsWith(last);
        if (isRewrite) {
            checksumAgain(rewritten.getAsLong());
        }
        if (isRewrite || file().hasRest() || header.generation() != generation) {
            file().settleChange(generation);
        }
        return true;
    }

    private void beginAnew() throws IOException {
        endsWith(OperationRecord.START);
        file().clear(generation);
    }

    private void endsWith(OperationRecord last) {
        endEntries = last.endEntries();
        endPosition = last.endPosition();
        writtenPosition = endPosition;
    }

    /**
     * The last end of an operation that is known up to a position, in entries. The caller holds the history's lock: no record
     * is cut or changed meanwhile. The file is read without the monitor, as a commit must not wait for that.
     */
    OptionalLong lastEnd(long position) throws IOException {
        OperationLogFile open;
        OperationLogFile.Snapshot records;
        synchronized (this) {
            if (failed) {
                return OptionalLong.empty();
            }
            open = file();
            records = open.upTo(position);
        }
        return open.lastEnd(position, records);
    }

    /** Operations were committed. */
    void committed(List<Submission> batch) {
        unlessFailed(() -> {
            for (Submission submission : batch) {
                committed.add(submission);
            }
        });
    }

    @Override
    public void walkBegins(long entries, long position) {
        unlessFailed(() -> {
            knownBefore = endEntries;
            if (entries > endEntries) {
                cover(entries, position);
            }
            foundFrom = endEntries;
        });
    }

    @Override
    public void entry(long position, ByteBuffer bytes, int index) {
        if (EntryFormat.number(bytes, index) >= foundFrom) {
            unlessFailed(() -> found.addEntry(position, bytes, index));
        }
    }

    @Override
    public void walkEnded() {
        unlessFailed(() -> {
            found.finish(Kind.FOUND);
            write();
            if (endEntries > knownBefore) {
                LOG.info(
                        "{}: the operation log takes entries {} to {} as they are: another program has written them, or a"
                                + " process that died before it had logged them",
                        state.path(),
                        knownBefore,
                        endEntries - 1);
            }
        });
    }

    /** Takes what is missing up to here as it is found, unless that would take long or something is wrong with it. */
    private void cover(long entries, long position) throws IOException {
        if (position - endPosition <= MAX_WALK_BYTES) {
            try {
                new EntryWalker(state.file(), layout).walk(endPosition, endEntries, position, (at, bytes, index) -> {
                    found.addEntry(at, bytes, index);
                    return true;
                });
                found.finish(Kind.FOUND);
                return;
            } catch (StorageException.Corrupt e) {
                found.finish(Kind.FOUND);
                tellBeginAnew(e);
                beginAnew();
            }
        }
        append(entries, position, Kind.NONE, 0);
    }

    private void append(long newEndEntries, long newEndPosition, Kind kind, int crc) throws IOException {
        if (newEndPosition - writtenPosition > MAX_WAITING_BYTES) {
            write();
        }
        endEntries = newEndEntries;
        endPosition = newEndPosition;
        file().append(newEndEntries, newEndPosition, kind, crc);
    }

    private void write() throws IOException {
        file().write();
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
        OperationLogFile open;
        Written written;
        synchronized (this) {
            open = file;
            if (!unlessFailed(this::write) || open == null || open.isSettled()) {
                return;
            }
            written = open.written();
        }
        try {
            // Without the monitor: a commit does not wait for this.
            open.force();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            return;
        }
        unlessFailed(() -> file().settle(written, generation));
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
        long kept = file().firstBeyond(entries);
        OperationRecord last = file().recordAt(kept - 1);
        if (last.endEntries() < entries) {
            // Not the first of its page: else a record would end here. So the rest ends where the entry began.
            Kind kind = file().recordAt(kept).kind();
            replace(kept, new OperationRecord(entries, position, kind == Kind.PART ? Kind.END : kind, 0), last);
            kept++;
        } else if (last.kind() == Kind.PART) {
            OperationRecord end = new OperationRecord(entries, last.endPosition(), Kind.END, 0);
            replace(kept - 1, end, file().recordAt(kept - 2));
        }
        endsWith(file().keep(kept));
    }

    /** An entry has got other data, which are forced. */
    void rewritten(long number, long newGeneration) {
        Committed now = state.committed();
        change(() -> checksumAgain(number), now.entries(), now.position(), newGeneration);
    }

    private void checksumAgain(long number) throws IOException {
        long index = file().firstBeyond(number);
        if (index < file().count()) {
            replace(index, file().recordAt(index), file().recordAt(index - 1));
        }
    }

    /** Puts a record in the place of another one, with the checksum of what the stream holds there now. */
    private void replace(long index, OperationRecord wanted, OperationRecord before) throws IOException {
        int crc = wanted.kind() == Kind.NONE ? 0 : checksum(before, wanted);
        file().replace(index, new OperationRecord(wanted.endEntries(), wanted.endPosition(), wanted.kind(), crc));
    }

    private int checksum(OperationRecord before, OperationRecord record) throws IOException {
        long start = record.startPosition(before, layout);
        byte[] bytes = new byte[Math.toIntExact(record.endPosition() - start)];
        state.file().readFully(ByteBuffer.wrap(bytes), start);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Follows a change of what is committed; if that cannot be done, nothing is known any more up to the end. */
    private void change(Step step, long entries, long position, long newGeneration) {
        unlessFailed(() -> {
            write();
            generation = newGeneration;
            try {
                step.run();
                file().settleChange(generation);
            } catch (DamagedException e) {
                tellBeginAnew(e);
                beginAnew();
                if (entries > 0) {
                    append(entries, position, Kind.NONE, 0);
                }
            }
        });
    }

    private void tellBeginAnew(Exception why) {
        LOG.warn("{}: the operation log begins anew: {}", state.path(), why.getMessage());
    }

    private OperationLogFile file() throws IOException {
        OperationLogFile open = file;
        if (open == null) {
            throw new IOException("it is not open");
        }
        return open;
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
        OperationLogFile open = file;
        if (open != null) {
            open.close();
        }
    }
}
