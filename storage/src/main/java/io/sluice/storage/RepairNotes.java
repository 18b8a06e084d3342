package io.sluice.storage;

import io.sluice.core.StreamHeader;
import io.sluice.storage.BookmarkIndex.Mark;
import io.sluice.storage.OperationRecord.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the folder beside a stream file tells a repair of it: how far the operation log is true, where operations end, what
 * the file held when it was open last, and what was forced. All of it may be missing, damaged or another file's.
 *
 * <p><b>Threading:</b> one thread.
 */
final class RepairNotes {
    private final Disk disk;
    private final StreamFolder folder;
    private final PageLayout layout;
    private final @Nullable GenerationNote generations;
    private final @Nullable Checkpoint checkpoint;
    private final boolean isAfterPowerCut;

    /** Entries before this one are those that the log is true of. */
    private long comparable;

    /** Entries before this one have a checksum, without a gap. */
    private long covered;

    private boolean gap;

    /** An entry was seen to begin, or the last one to end, where the checkpoint says. */
    private boolean checkpointSeen;

    RepairNotes(Disk disk, StreamFolder folder, PageLayout layout) throws IOException {
        this.disk = disk;
        this.folder = folder;
        this.layout = layout;
        this.generations = GenerationNote.read(disk, folder.generations());
        this.checkpoint = Checkpoint.read(disk, folder.checkpoint());
        this.isAfterPowerCut = checkpoint != null && !checkpoint.bootId().equals(disk.bootId());
    }

    /** Records of the log up to where they are of interest. */
    static final class Records implements Closeable {
        private final RepairNotes notes;
        private final @Nullable DiskFile log;
        private final @Nullable OperationLogReader reader;

        Records(RepairNotes notes, @Nullable DiskFile log, @Nullable OperationLogReader reader) {
            this.notes = notes;
            this.log = log;
            this.reader = reader;
        }

        @Nullable
        OperationRecord next() throws IOException {
            OperationRecord record = reader == null ? null : reader.next();
            if (record != null) {
                notes.covers(record);
            }
            return record;
        }

        @Override
        public void close() throws IOException {
            if (log != null) {
                log.close();
            }
        }
    }

    /** What is known of the operation that an entry belongs to. */
    record Boundary(Where kind, long entries, long position) {
        /** Where the operation begins. */
        enum Where {
            /** With the entry. */
            HERE,
            /** Before it, at the place that this names. */
            BEFORE,
            /** A repair was to cut the stream at the place that this names, which may be within the operation. */
            INTERRUPTED,
            /** Nobody knows. */
            UNKNOWN
        }
    }

    /** @param claimedEntries how many entries the stream has at most */
    void begin(long claimedEntries) throws IOException {
        comparable = Math.min(claimedEntries, trueEntries());
    }

    private long trueEntries() throws IOException {
        OperationLogHeader header = logHeader();
        OptionalLong unchanged = generations == null || header == null
                ? OptionalLong.empty()
                : generations.unchangedBefore(header.generation());
        if (unchanged.isEmpty()) {
            return 0;
        }
        return unchanged.getAsLong() < 0 ? Long.MAX_VALUE : unchanged.getAsLong();
    }

    private @Nullable OperationLogHeader logHeader() throws IOException {
        if (!disk.exists(folder.operations())) {
            return null;
        }
        try (DiskFile log = disk.openToRead(folder.operations())) {
            return OperationLogHeader.read(log);
        }
    }

    Records records(Committed claimed) throws IOException {
        if (comparable == 0) {
            return new Records(this, null, null);
        }
        DiskFile log = disk.openToRead(folder.operations());
        Committed end = new Committed(claimed.position(), comparable, 0);
        return new Records(this, log, new OperationLogReader(log, layout, end));
    }

    private void covers(OperationRecord record) {
        boolean isNext = record.kind() != Kind.NONE && !gap;
        gap |= record.kind() == Kind.NONE;
        covered = isNext ? record.endEntries() : covered;
    }

    long coveredEntries() {
        return covered;
    }

    /** Whether the file still holds what it did when the generations were noted. */
    boolean holdsMark(DiskFile file, long entries, long position) throws IOException {
        return generations == null
                || (generations.mark().position() <= file.length()
                        && BookmarkScan.holds(generations.mark(), file, layout, entries, position));
    }

    /** The walk came to a place where an entry begins or ends. */
    void entryBegins(long position, long entries) {
        checkpointSeen |= checkpoint != null && checkpoint.position() == position && checkpoint.entries() == entries;
    }

    /** Whether the next opening would cut the stream back to a place that is none, or begin to walk there. */
    boolean isCheckpointWrong(StreamHeader header) {
        return checkpoint != null
                && isAfterPowerCut
                && checkpoint.position() < header.totalLength()
                && !checkpointSeen
                && checkpoint.entries() > 0;
    }

    Path checkpointFile() {
        return folder.checkpoint();
    }

    /** Where the operation begins that the log knows this entry to belong to. */
    Boundary boundaryAt(long entries) {
        try {
            OperationLogHeader header = logHeader();
            if (header == null) {
                return unknown();
            }
            try (OperationLogFile log = new OperationLogFile(disk.openToRead(folder.operations()))) {
                log.find(header, layout);
                return entries <= trueEntries() ? boundaryAt(entries, log) : interrupted(entries, log);
            }
        } catch (IOException e) {
            return unknown();
        }
    }

    /**
     * A change of what is committed notes where it begins before anything else. A repair that a crash interrupted there
     * goes on with the place that it had found when the log was still true of all.
     */
    private Boundary interrupted(long entries, OperationLogFile log) throws IOException {
        if (generations == null
                || generations.mark().entries() != trueEntries()
                || generations.mark().entries() > entries) {
            return unknown();
        }
        Mark mark = generations.mark();
        boolean isEnd = boundaryAt(mark.entries(), log).kind() == Boundary.Where.HERE;
        Boundary.Where kind = isEnd ? Boundary.Where.BEFORE : Boundary.Where.INTERRUPTED;
        return new Boundary(kind, mark.entries(), mark.position());
    }

    private static Boundary unknown() {
        return new Boundary(Boundary.Where.UNKNOWN, 0, 0);
    }

    private static Boundary boundaryAt(long entries, OperationLogFile log) throws IOException {
        long index = log.firstBeyond(entries);
        OperationRecord before = log.recordAt(index - 1);
        boolean isInOperation = index < log.count() && isOfOperation(log.recordAt(index));
        if (before.endEntries() == entries && before.kind() != Kind.PART) {
            boolean isEnd = before.kind() == Kind.END || isInOperation || entries == 0;
            return isEnd ? new Boundary(Boundary.Where.HERE, entries, before.endPosition()) : unknown();
        }
        if (!isInOperation && before.kind() != Kind.PART) {
            return unknown();
        }
        while (before.kind() == Kind.PART) {
            index--;
            before = log.recordAt(index - 1);
        }
        return new Boundary(Boundary.Where.BEFORE, before.endEntries(), before.endPosition());
    }

    private static boolean isOfOperation(OperationRecord record) {
        return record.kind() == Kind.PART || record.kind() == Kind.END;
    }
}
