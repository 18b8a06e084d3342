package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/**
 * Writes a stream file from its beginning to its end, laid out as {@link DataStream} lays it out, to whatever takes bytes in
 * order. No index and no log comes of it: the first opening makes them.
 *
 * <p>The first page is blank, since the totals are known in the end only: {@link #finish} gives it, to be written in its
 * place. Until then no program takes the file for a stream.
 *
 * <p><b>Threading:</b> one thread; it keeps one page in memory.
 *
 * <p><b>Failure:</b> what the channel throws; the file is worth nothing then.
 */
public final class StreamFileWriter {
    private final WritableByteChannel target;
    private final PageLayout layout;
    private final ByteBuffer page;
    private long pageStart = PageLayout.HEADER_PAGE_LENGTH;
    private long entries;

    /** Begins a file: writes a blank first page. */
    public StreamFileWriter(WritableByteChannel target) throws IOException {
        this(target, PageLayout.STANDARD);
    }

    StreamFileWriter(WritableByteChannel target, PageLayout layout) throws IOException {
        this.target = target;
        this.layout = layout;
        this.page = ByteBuffer.allocate(layout.pageLength());
        writeAll(ByteBuffer.allocate(PageLayout.HEADER_PAGE_LENGTH));
    }

    /**
     * Adds the entry that begins at this index of a buffer, which holds all of it.
     *
     * @throws IllegalArgumentException when it is not the entry that comes next
     */
    public void add(ByteBuffer buffer, int index) throws IOException {
        int length = EntryFormat.length(buffer, index);
        if (EntryFormat.number(buffer, index) != entries
                || EntryFormat.packetType(buffer, index) != EntryFormat.PACKET_ENTRY
                || length < EntryFormat.HEADER_LENGTH
                || length > layout.pageLength()) {
            throw new IllegalArgumentException("Entry " + entries + " was expected, not one of packet type "
                    + EntryFormat.packetType(buffer, index) + ", number "
                    + Long.toUnsignedString(EntryFormat.number(buffer, index)) + " and " + length + " bytes.");
        }
        if (length > page.remaining()) {
            endPage();
        }
        page.put(page.position(), buffer, index, length);
        page.position(page.position() + length);
        entries++;
    }

    /** Lets the next entry begin a page, also where it would have room in the one before. */
    void endPage() throws IOException {
        if (page.position() > 0) {
            writePage();
        }
    }

    private void writePage() throws IOException {
        Arrays.fill(page.array(), page.position(), page.capacity(), (byte) 0);
        writeAll(page.clear());
        page.clear();
        pageStart += layout.pageLength();
    }

    /** How many entries were added. */
    public long entries() {
        return entries;
    }

    /** Where the last entry ends in the file: the total length of the stream by now. */
    public long position() {
        return pageStart + page.position();
    }

    /**
     * Ends the file with a whole page, in which at least one zero byte follows the last entry.
     *
     * @param fields the version, system id and stream type of the stream; its totals are those of what was added
     * @return the first page, to be written to position 0
     */
    public ByteBuffer finish(StreamHeader fields) throws IOException {
        StreamHeader header = fields.withTotals(position(), entries);
        if (!page.hasRemaining()) {
            writePage();
        }
        writePage();
        return HeaderPage.of(header);
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
