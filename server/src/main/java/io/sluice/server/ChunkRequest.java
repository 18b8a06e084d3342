package io.sluice.server;

import io.sluice.storage.Committed;

/**
 * What a cursor wants next.
 *
 * @param position where an entry, or padding, begins
 * @param limit a position up to which may be read; beyond {@code position}, and committed
 * @param committed what the cursor believes to be committed
 * @param length about how many bytes it would like
 * @param marked whether it wants to know where operations end
 */
record ChunkRequest(long position, long limit, Committed committed, int length, boolean marked) {
    /** The same for whoever may join, and no more than this many bytes. */
    ChunkRequest shared(int max) {
        return new ChunkRequest(position, limit, committed, Math.min(length, max), true);
    }

    long generation() {
        return committed.generation();
    }
}
