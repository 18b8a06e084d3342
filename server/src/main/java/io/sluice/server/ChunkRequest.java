package io.sluice.server;

import io.sluice.storage.Committed;

/**
 * What a cursor wants next.
 *
 * @param position where an entry, or padding, begins
 * @param limit a position up to which may be read; beyond {@code position}, and committed
 * @param committed what the cursor believes to be committed
 * @param length about how many bytes it would like
 */
record ChunkRequest(long position, long limit, Committed committed, int length) {
    /** The same, and no more than this many bytes. */
    ChunkRequest atMost(int max) {
        return length <= max ? this : new ChunkRequest(position, limit, committed, max);
    }

    long generation() {
        return committed.generation();
    }
}
