package io.sluice.storage;

import java.util.List;
import java.util.Optional;

/**
 * What the checksums of the operation log say of a stream file. They are kept beside the file, by whoever writes it with
 * this library, and a file of another program has none.
 *
 * @param committedEntries entries that were compared with a checksum made when they were committed
 * @param foundEntries entries that were compared with a checksum made when they were found in the file, by an opening:
 *     another program had written them, or the checksums made at their commit were lost
 * @param uncoveredEntries entries that have no checksum
 * @param operations how many of the operations end in the first part
 * @param damagedCount how many operations, or runs of entries that were found, do not have the bytes that they had
 * @param damaged the first of these, {@link #MAX_DAMAGED} at most
 * @param isChangedByOthers whether another program has, or may have, changed the file since it was open to write here: bytes
 *     near the end are not those of then. What is damaged may have been replaced
 * @param remark why checksums that are there were not used, in a sentence without a full stop
 */
public record Coverage(
        long committedEntries,
        long foundEntries,
        long uncoveredEntries,
        long operations,
        long damagedCount,
        List<Damaged> damaged,
        boolean isChangedByOthers,
        Optional<String> remark) {

    /** As many damaged operations are told one by one. */
    public static final int MAX_DAMAGED = 20;

    /** Copies the list. */
    public Coverage {
        damaged = List.copyOf(damaged);
    }

    /**
     * Entries whose bytes are not what they were.
     *
     * @param firstEntry number of the first one
     * @param lastEntry number of the last one
     * @param position where the first one begins in the file
     * @param endPosition where the last one ends
     * @param isOperation whether they are one whole operation; else a run of entries as found, in one page
     */
    public record Damaged(long firstEntry, long lastEntry, long position, long endPosition, boolean isOperation) {}
}
