package io.sluice.storage;

import io.sluice.core.EntryFormat;

/**
 * Where pages begin and end in the stream file: a header page of 4096 bytes, then data pages (docs/file-format.md).
 *
 * @param pageLength bytes of a data page: 1 MiB in every real file; smaller in tests, which want to meet page ends
 */
record PageLayout(int pageLength) {
    /** Bytes of the header page; the first data page begins here. */
    static final int HEADER_PAGE_LENGTH = 4096;

    /** Data pages of a new file. */
    static final int INITIAL_PAGES = 100;

    /** Data pages that a file grows by. */
    static final int GROWTH_PAGES = 10;

    static final PageLayout STANDARD = new PageLayout(EntryFormat.PAGE_LENGTH);

    /** Which data page holds this position, from 0. */
    int pageOf(long position) {
        return Math.toIntExact((position - HEADER_PAGE_LENGTH) / pageLength);
    }

    long pageStart(int page) {
        return HEADER_PAGE_LENGTH + (long) page * pageLength;
    }

    /** Where the page that holds this position ends; a position at the end of a page belongs to the next one. */
    long pageEnd(long position) {
        return pageStart(pageOf(position) + 1);
    }

    /** The place of a position in its page. */
    int offset(long position) {
        return (int) ((position - HEADER_PAGE_LENGTH) % pageLength);
    }

    int maxDataLength() {
        return pageLength - EntryFormat.HEADER_LENGTH;
    }

    /**
     * The length that a file of {@code currentLength} bytes needs to hold {@code end} bytes and one more: whoever reads at
     * the end of the stream, as the Go servers do, must find a byte there. Always whole pages.
     */
    long fileLengthFor(long end, long currentLength) {
        long length = pageStart(pageOf(currentLength + pageLength - 1));
        if (length <= end) {
            long growth = (long) GROWTH_PAGES * pageLength;
            length += ((end - length) / growth + 1) * growth;
        }
        return length;
    }
}
