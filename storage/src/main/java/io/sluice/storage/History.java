package io.sluice.storage;

import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a stream file and the folder beside it say at one moment of which history there is, to somebody who only reads
 * while a writer may be changing it.
 *
 * @param header of the stream; read last: a writer who changes what is committed tells the folder before
 * @param note of the generations, or null when there is none
 * @param log the header of the operation log, or null when there is none
 */
record History(
        StreamHeader header,
        @Nullable GenerationNote note,
        @Nullable OperationLogHeader log) {

    static History of(Disk disk, Path path, DiskFile stream) throws IOException {
        StreamFolder folder = StreamFolder.of(disk.realPath(path));
        GenerationNote note = GenerationNote.read(disk, folder.generations());
        OperationLogHeader log = null;
        if (disk.exists(folder.operations())) {
            try (DiskFile file = disk.openToRead(folder.operations())) {
                log = OperationLogHeader.read(file);
            }
        }
        return new History(ReadOnlyStream.readHeader(stream, path), note, log);
    }

    /** Entries before this one are those that the log has checksums of. */
    long comparable() {
        if (note == null || log == null) {
            return 0;
        }
        OptionalLong unchanged = note.unchangedBefore(log.generation());
        if (unchanged.isEmpty()) {
            return 0;
        }
        long entries = header.totalEntries();
        return Long.compareUnsigned(unchanged.getAsLong(), entries) < 0 ? unchanged.getAsLong() : entries;
    }

    /** Why nothing is comparable although there is a log. */
    Optional<String> remark() {
        boolean isOther = note != null
                && log != null
                && note.unchangedBefore(log.generation()).isEmpty();
        return isOther ? Optional.of("the checksums beside the file are those of another history") : Optional.empty();
    }

    /** Whether nobody but the writers of this library has changed the file since it was opened by one, as far as that shows. */
    boolean isOfOneHand(DiskFile stream, PageLayout layout) throws IOException {
        return note == null
                || BookmarkScan.holds(note.mark(), stream, layout, header.totalEntries(), header.totalLength());
    }

    /** Whether what was committed has been changed since; it may also have grown. */
    boolean isStill(History later) {
        return generation() == later.generation()
                && logGeneration() == later.logGeneration()
                && later.header.totalEntries() >= header.totalEntries()
                && later.header.totalLength() >= header.totalLength();
    }

    private long generation() {
        return note == null ? 0 : note.current();
    }

    private long logGeneration() {
        return log == null ? 0 : log.generation();
    }
}
