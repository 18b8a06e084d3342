package io.sluice.storage;

import io.sluice.core.StreamHeader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is wrong with a stream file, and what {@link StreamRepair#apply} makes of it.
 *
 * @param faults what is wrong, each in a sentence without a full stop; none when the file is good
 * @param found the header of the file; empty when it cannot be read
 * @param repaired the header that the file gets
 * @param end where the stream ends then
 * @param kept what is taken out of the file, and the new files that keep it
 */
public record RepairPlan(
        List<String> faults, Optional<StreamHeader> found, StreamHeader repaired, End end, List<Kept> kept) {

    /** Where a stream ends after its repair. */
    public enum End {
        /** Where its header says: nothing that it counts is taken away. */
        UNCHANGED,
        /** At the end of an operation. */
        OPERATION,
        /** At the end of an entry: nobody knows whether an operation ends there. */
        ENTRY
    }

    /**
     * Bytes of the stream file, and the file that keeps them as they were.
     *
     * @param position where they begin in the stream file
     * @param endPosition where they end
     * @param file holds these bytes and nothing else
     */
    public record Kept(long position, long endPosition, Path file) {
        /** How many bytes these are. */
        public long length() {
            return endPosition - position;
        }
    }

    /** Copies the lists. */
    public RepairPlan {
        faults = List.copyOf(faults);
        kept = List.copyOf(kept);
    }

    /** Whether there is nothing to do. */
    public boolean isGood() {
        return faults.isEmpty();
    }

    /** What is kept of the entries, if any are taken away. */
    public Optional<Kept> cut() {
        return kept.stream().filter(range -> range.position() > 0).findFirst();
    }
}
