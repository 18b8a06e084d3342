package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.storage.OperationRecord.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Makes records of entries that follow each other: one for each page.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
final class RecordMaker {
    /** Takes the records. */
    interface Sink {
        void append(long endEntries, long endPosition, Kind kind, int crc) throws IOException;
    }

    private final PageLayout layout;
    private final Kind atPageEnd;
    private final Sink sink;
    private final CRC32C crc = new CRC32C();

    /** Where the page ends that the record at hand is of; 0 when there is none. */
    private long pageEnd;

    private long endEntries;
    private long endPosition;

    /** @param atPageEnd the kind of a record whose entries go on in the next page */
    RecordMaker(PageLayout layout, Kind atPageEnd, Sink sink) {
        this.layout = layout;
        this.atPageEnd = atPageEnd;
        this.sink = sink;
    }

    /**
     * Adds whole entries of one page.
     *
     * @param position where they begin in the stream file
     * @param newEndEntries entries of the stream up to the last of them
     */
    void add(long position, ByteBuffer entries, long newEndEntries) throws IOException {
        if (position >= pageEnd) {
            finish(atPageEnd);
            pageEnd = layout.pageEnd(position);
        }
        endPosition = position + entries.remaining();
        endEntries = newEndEntries;
        crc.update(entries);
    }

    /** Adds the entry at this index. */
    void addEntry(long position, ByteBuffer buffer, int index) throws IOException {
        int end = index + EntryFormat.length(buffer, index);
        add(position, buffer.duplicate().limit(end).position(index), EntryFormat.number(buffer, index) + 1);
    }

    /** Ends the record at hand, if there is one. */
    void finish(Kind kind) throws IOException {
        if (pageEnd != 0) {
            pageEnd = 0;
            int value = (int) crc.getValue();
            crc.reset();
            sink.append(endEntries, endPosition, kind, value);
        }
    }
}
