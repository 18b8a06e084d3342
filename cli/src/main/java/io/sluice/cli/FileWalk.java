package io.sluice.cli;

import io.sluice.core.EntryFormat;
import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.StreamView;
import java.nio.ByteBuffer;

/**
 * Walks over the entries of a stream file, a page at a time.
 *
 * <p><b>Threading:</b> one thread.
 */
final class FileWalk {
    /** As large as a page: the largest entry fits. */
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(EntryFormat.PAGE_LENGTH);

    /** Takes entries. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes an entry, or does not, which ends the walk.
         *
         * @param chunk holds the entry as {@link EntryFormat} says, until this returns
         * @param index where in the chunk it begins
         * @param position where in the file it begins
         */
        boolean visit(ByteBuffer chunk, int index, long position);
    }

    /**
     * Walks from a position to the end of what is committed.
     *
     * @return where the first entry begins, or will begin, that was not taken
     */
    long walk(StreamView view, Committed upTo, long from, Visitor visitor) {
        long position = from;
        while (position < upTo.position()) {
            EntryChunk chunk = view.read(position, upTo.position(), upTo, buffer.clear());
            int index = 0;
            while (index < chunk.length()) {
                int length = EntryFormat.length(buffer, index);
                if (!visitor.visit(buffer, index, position + index)) {
                    return position + index;
                }
                index += length;
            }
            position = chunk.nextPosition();
        }
        return position;
    }
}
