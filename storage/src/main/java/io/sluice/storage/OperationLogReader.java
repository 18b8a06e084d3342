package io.sluice.storage;

import io.sluice.storage.OperationRecord.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of an operation log from the first to the last, while somebody may be adding to it.
 *
 * <p><b>Threading:</b> one thread; it keeps 64 KiB in memory.
 */
final class OperationLogReader {
    private static final int CHUNK_BYTES = 64 << 10;

    private final DiskFile file;
    private final PageLayout layout;
    private final Committed end;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private long position = OperationLogHeader.LENGTH;
    private OperationRecord last = OperationRecord.START;

    /** @param end records beyond it are of no interest */
    OperationLogReader(DiskFile file, PageLayout layout, Committed end) {
        this.file = file;
        this.layout = layout;
        this.end = end;
        chunk.flip();
    }

    /**
     * The next record that can be believed, or null when there is none. If there were others before it, it says that
     * nothing is known of its entries: nobody can tell where they begin.
     */
    @Nullable
    OperationRecord next() throws IOException {
        boolean skipped = false;
        while (hasMore()) {
            OperationRecord record = OperationRecord.read(chunk, chunk.position());
            chunk.position(chunk.position() + OperationRecord.LENGTH);
            if (record != null && isBeyondEnd(record)) {
                return null;
            }
            if (record != null && record.follows(last, layout, skipped)) {
                last = skipped ? new OperationRecord(record.endEntries(), record.endPosition(), Kind.NONE, 0) : record;
                return last;
            }
            skipped = true;
        }
        return null;
    }

    private boolean isBeyondEnd(OperationRecord record) {
        return record.endEntries() > end.entries() || record.endPosition() > end.position();
    }

    private boolean hasMore() throws IOException {
        if (chunk.remaining() < OperationRecord.LENGTH) {
            chunk.clear();
            int count = file.read(chunk, position);
            chunk.flip().limit(count - count % OperationRecord.LENGTH);
            position += chunk.limit();
        }
        return chunk.hasRemaining();
    }
}
