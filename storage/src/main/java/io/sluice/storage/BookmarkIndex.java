package io.sluice.storage;

import io.sluice.core.Bookmark;
import java.io.Closeable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps which entries hold which bookmark, across restarts. A seam: the store behind it can be another one, or a fake.
 * What it holds is derived from the stream file, and whoever finds it wrong clears it.
 *
 * <p><b>Threading:</b> one writer at a time, any number of readers beside it.
 */
interface BookmarkIndex extends Closeable {
    /**
     * How far the index reaches: all bookmarks of the stream's first entries are in it, and none beyond.
     *
     * @param entries how many entries
     * @param position where they end in the stream file
     * @param fingerprint of the bytes before that position: tells whether the file still is the one that was indexed
     */
    record Mark(long entries, long position, long fingerprint) {
        static final Mark NONE = new Mark(0, PageLayout.HEADER_PAGE_LENGTH, 0);
    }

    /** A bookmark and the number of an entry that holds it. */
    record Item(Bookmark bookmark, long number) {
        static final Comparator<Item> BY_BOOKMARK_AND_NUMBER = Comparator.comparing(
                        Item::bookmark, (a, b) -> Arrays.compareUnsigned(a.toBytes(), b.toBytes()))
                .thenComparingLong(Item::number);
    }

    Mark mark();

    /** The highest entry number below {@code below} that holds this bookmark, or -1. */
    long newest(Bookmark bookmark, long below);

    /** Adds items and moves the mark, all at once; they need not survive a power cut. */
    void add(List<Item> items, Mark mark);

    /** Removes items, adds others and sets the mark, all at once; it survives a power cut when this returns. */
    void change(List<Item> removed, List<Item> added, Mark mark);

    /** Removes everything; it survives a power cut when this returns. */
    void clear();

    @Override
    void close();
}
