package io.sluice.storage;

import io.sluice.core.StreamHeader;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An operation on its way from the source to the file.
 *
 * @param ranges what is still in memory of it, in the order of the file; the bytes before them are in the file already
 * @param startPosition where its first byte, padding included, belongs
 * @param firstNumber its first entry
 * @param endPosition where the next operation begins
 * @param endEntries entries of the stream after it
 * @param hasBookmarks whether any of its entries is a bookmark
 * @param outcome completes when it is committed, or with the error
 */
record Submission(
        List<Range> ranges,
        long startPosition,
        long firstNumber,
        long endPosition,
        long endEntries,
        boolean hasBookmarks,
        CompletableFuture<StreamHeader> outcome) {

    /** Some bytes of a segment; holds a reference to it. */
    record Range(Segment segment, long from, long to) {}

    void release() {
        for (Range range : ranges) {
            range.segment().release();
        }
    }
}
