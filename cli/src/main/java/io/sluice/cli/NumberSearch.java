package io.sluice.cli;

import io.sluice.core.Entry;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.ZkevmException.BadEntry;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a block or batch begins, by its bookmark, or without one by looking at some entries: the numbers ascend.
 *
 * <p><b>Threading:</b> one thread.
 */
final class NumberSearch {
    /**
     * So many entries in a row must tell a number. A block takes no more, or it could not be put together: see
     * {@link io.sluice.zkevm.BlockAssembler#MAX_BLOCK_BYTES}.
     */
    private static final long MAX_SILENCE = 300_000;

    private final StreamEntries entries;
    private final Generation generation;
    private final Numbering numbering;

    NumberSearch(StreamEntries entries, Generation generation, Numbering numbering) {
        this.entries = entries;
        this.generation = generation;
        this.numbering = numbering;
    }

    /**
     * What an entry tells.
     *
     * @param entry its number
     * @param number the block's or batch's; unsigned
     */
    record Told(long entry, long number) {}

    /**
     * The entry from which on a block or batch can be read, with what shows that it begins there.
     *
     * @param number unsigned
     * @return null when the stream does not have it
     */
    @Nullable
    Long find(long number) {
        Entry after = entries.firstAfter(numbering.bookmark(generation, number));
        Told told = after == null ? null : told(after);
        if (told != null && told.number() == number) {
            return firstBookmarkBefore(told.entry());
        }
        return search(number);
    }

    /** A batch's bookmark can stand before that of its first block. */
    private long firstBookmarkBefore(long entry) {
        long first = entry;
        while (first > 0) {
            Entry before = entries.entry(first - 1);
            if (before == null || !before.isBookmark()) {
                return first;
            }
            first--;
        }
        return first;
    }

    private @Nullable Long search(long number) {
        long total = entries.total();
        long low = 0;
        long high = total;
        while (low < high) {
            long middle = (low + high) >>> 1;
            Told told = firstTold(middle, high);
            if (told != null && Long.compareUnsigned(told.number(), number) < 0) {
                low = told.entry() + 1;
            } else {
                high = middle;
            }
        }
        Told found = firstTold(low, total);
        if (found == null || found.number() != number) {
            return null;
        }
        // Where no entry says that a batch begins, the last block of the one before it does.
        return generation == Generation.PROTOBUF ? low : Math.max(0, low - 1);
    }

    /**
     * The first of these entries that tells a number.
     *
     * @param to where they end
     * @return null when none of them does
     */
    @Nullable
    Told firstTold(long from, long to) {
        long end = to - from > MAX_SILENCE ? from + MAX_SILENCE : to;
        Told told = entries.first(from, end, this::told);
        if (told == null && end < to) {
            throw CommandFailure.failed("Entries " + Words.unsigned(from) + " to " + Words.unsigned(end - 1)
                    + " belong to no block: this is not the stream of a zkEVM.");
        }
        return told;
    }

    /** What an entry tells; null when it tells nothing, or is damaged. */
    @Nullable
    Told told(Entry entry) {
        try {
            Long number = numbering.told(generation.decode(entry));
            return number == null ? null : new Told(entry.number(), number);
        } catch (BadEntry e) {
            return null;
        }
    }
}
