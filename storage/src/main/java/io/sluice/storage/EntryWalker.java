package io.sluice.storage;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.storage.StorageException.Corrupt;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks over the entries of a stream file, page by page, and believes nothing: each step checks that an entry can lie
 * where it does.
 *
 * <p><b>Threading:</b> one thread; it keeps one page in memory.
 */
final class EntryWalker {
    private final DiskFile file;
    private final PageLayout layout;
    private ByteBuffer page = ByteBuffer.allocate(0);

    EntryWalker(DiskFile file, PageLayout layout) {
        this.file = file;
        this.layout = layout;
    }

    /** Sees each entry of a walk. */
    interface Visitor {
        /**
         * @param position where the entry begins in the file
         * @param buffer holds the whole entry, until this returns
         * @param index where it begins there
         * @return whether to go on
         */
        boolean entry(long position, ByteBuffer buffer, int index) throws IOException;
    }

    /**
     * Visits the entries from one position up to another.
     *
     * @param from where an entry, or padding, begins
     * @param number of the first entry
     * @param to where the walk ends: exactly the end of an entry
     * @return the number after the last entry visited
     * @throws Corrupt when something else stands there
     */
    long walk(long from, long number, long to, Visitor visitor) throws IOException {
        long position = from;
        long next = number;
        while (position < to) {
            long pageEnd = layout.pageEnd(position);
            long end = Math.min(pageEnd, to);
            read(position, (int) (end - position));
            checkPageBegin(position, next);
            int index = 0;
            while (index < page.limit() && !isPadding(page, index)) {
                int length = checkEntry(page, index, next, position + index, pageEnd);
                if (!visitor.entry(position + index, page, index)) {
                    return next + 1;
                }
                index += length;
                next++;
            }
            checkWalkEnd(position + index, end, pageEnd, to);
            position = end;
        }
        return next;
    }

    /**
     * Visits all entries that can be found, whatever their numbers are. Where a page is damaged it goes on with the next
     * one.
     *
     * @param upTo where the walk ends, and how many entries there must be
     */
    void walkLeniently(Committed upTo, EntryVisitor visitor) {
        long to = upTo.position();
        long position = PageLayout.HEADER_PAGE_LENGTH;
        long count = 0;
        long next = 0;
        boolean whole = true;
        while (position < to) {
            long pageEnd = layout.pageEnd(position);
            long end = Math.min(pageEnd, to);
            int index = 0;
            try {
                read(position, (int) (end - position));
                checkPageBegin(position, next);
                while (index < page.limit() && !isPadding(page, index)) {
                    int length = checkShape(page, index, next, position + index, pageEnd);
                    Entry entry = EntryFormat.read(page, index);
                    index += length;
                    count++;
                    next = entry.number() + 1;
                    if (!visitor.entry(position + index, entry)) {
                        return;
                    }
                }
                checkWalkEnd(position + index, end, pageEnd, to);
            } catch (Corrupt e) {
                whole = false;
                if (!visitor.damage(position + index, String.valueOf(e.getMessage()))) {
                    return;
                }
            } catch (IOException e) {
                visitor.damage(position, "position " + position + " cannot be read: " + StorageException.reason(e));
                return;
            }
            position = end;
        }
        if (whole && count != upTo.entries()) {
            visitor.damage(to, "the header counts " + upTo.entries() + " entries, the file holds " + count);
        }
    }

    private void checkPageBegin(long position, long next) {
        if (layout.offset(position) == 0 && isPadding(page, 0)) {
            throw new Corrupt("padding at position " + position + ", where a page begins: entry "
                    + Long.toUnsignedString(next) + " was expected");
        }
    }

    private void read(long position, int length) throws IOException {
        if (page.capacity() < length) {
            page = ByteBuffer.allocate(length);
        }
        page.clear().limit(length);
        file.readFully(page, position);
        page.flip();
    }

    private static boolean isPadding(ByteBuffer buffer, int index) {
        return EntryFormat.packetType(buffer, index) == EntryFormat.PACKET_PADDING;
    }

    /** Padding fills the rest of a page; it cannot be the last thing that is committed. */
    private static void checkWalkEnd(long position, long end, long pageEnd, long to) {
        boolean padded = position < end;
        if (padded && end == to && to != pageEnd) {
            throw new Corrupt(
                    "padding at position " + position + " where entries up to position " + to + " were expected");
        }
    }

    /**
     * Checks the entry at an index of a buffer that ends where the walk or the page ends.
     *
     * @param position where that is in the file
     * @return the entry's length in bytes
     */
    static int checkEntry(ByteBuffer buffer, int index, long number, long position, long pageEnd) {
        int length = checkShape(buffer, index, number, position, pageEnd);
        long actual = EntryFormat.number(buffer, index);
        if (actual != number) {
            throw new Corrupt("entry number " + Long.toUnsignedString(actual) + " at position " + position + " where "
                    + Long.toUnsignedString(number) + " was expected");
        }
        return length;
    }

    /** Checks an entry whatever its number is. */
    private static int checkShape(ByteBuffer buffer, int index, long number, long position, long pageEnd) {
        int packetType = EntryFormat.packetType(buffer, index);
        if (packetType != EntryFormat.PACKET_ENTRY) {
            throw new Corrupt("packet type " + packetType + " at position " + position + " where entry "
                    + Long.toUnsignedString(number) + " was expected (2 is an entry, 0 padding)");
        }
        int room = (int) Math.min(pageEnd - position, buffer.limit() - index);
        int length = room < EntryFormat.HEADER_LENGTH ? room + 1 : EntryFormat.length(buffer, index);
        if (length < EntryFormat.HEADER_LENGTH || length > room) {
            throw new Corrupt("entry " + Long.toUnsignedString(number) + " at position " + position + " has length "
                    + (room < EntryFormat.HEADER_LENGTH ? "unknown" : Integer.toUnsignedString(length))
                    + ": 17 to " + room + " bytes are possible there");
        }
        return length;
    }
}
