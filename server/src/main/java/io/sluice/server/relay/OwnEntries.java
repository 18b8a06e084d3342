package io.sluice.server.relay;

import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.OpenOperation;
import io.sluice.storage.StreamView;
import java.nio.ByteBuffer;

/**
 * All that a relay has received, as bytes: what is published, and behind it what is not. It must not change meanwhile.
 *
 * <p><b>Threading:</b> the thread that follows.
 */
final class OwnEntries {
    private final StreamView view;
    private final Committed committed;
    private final OpenOperation open;

    /** The next bytes, without padding. */
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 20).limit(0);

    private long position;

    /** The next entry that is not published. */
    private long number;

    /** @param from the first entry that is wanted; a published one, or the first that is not */
    OwnEntries(StreamView view, OpenOperation open, long from) {
        this.view = view;
        this.committed = view.committed();
        this.open = open;
        this.position = view.positionOf(from, committed);
        this.number = committed.entries();
    }

    /** The number after the last entry. */
    long end() {
        return open.nextNumber();
    }

    /** Bytes that come next, to be consumed; none are left only at the end. */
    ByteBuffer next() {
        while (!bytes.hasRemaining() && position < committed.position()) {
            bytes.clear();
            EntryChunk chunk = view.read(position, committed.position(), committed, bytes);
            bytes.flip();
            position = chunk.nextPosition();
        }
        if (!bytes.hasRemaining() && number < end()) {
            bytes.clear();
            number = open.read(number, bytes);
            bytes.flip();
        }
        return bytes;
    }
}
