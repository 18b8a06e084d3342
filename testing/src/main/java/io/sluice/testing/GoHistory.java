package io.sluice.testing;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The committed entries of a {@link GoServer}, and where they would lie in a stream file.
 *
 * <p><b>Threading:</b> safe for any threads; guarded by itself.
 */
final class GoHistory {
    private static final long FIRST_POSITION = 4096;

    private final List<Entry> entries = new ArrayList<>();
    private final List<Long> positions = new ArrayList<>();
    private final TreeSet<Long> operations = new TreeSet<>();
    private final Map<Bookmark, Long> bookmarks = new HashMap<>();
    private long end = FIRST_POSITION;

    /** Commits an operation, and gives its entries with their numbers. */
    synchronized List<Entry> append(List<Entry> operation) {
        if (operation.isEmpty()) {
            return List.of();
        }
        int first = entries.size();
        operations.add((long) first);
        for (Entry given : operation) {
            if (given.data().length > EntryFormat.MAX_DATA_LENGTH) {
                throw new IllegalArgumentException("An entry has at most " + EntryFormat.MAX_DATA_LENGTH
                        + " bytes of data, not " + given.data().length + ".");
            }
            Entry entry = new Entry(entries.size(), given.type(), given.data());
            int length = EntryFormat.HEADER_LENGTH + entry.data().length;
            long leftInPage = EntryFormat.PAGE_LENGTH - (end - FIRST_POSITION) % EntryFormat.PAGE_LENGTH;
            long position = length > leftInPage ? end + leftInPage : end;
            entries.add(entry);
            positions.add(position);
            end = position + length;
            index(entry);
        }
        return List.copyOf(entries.subList(first, entries.size()));
    }

    synchronized void truncate(long number) {
        if (number < 0 || number >= entries.size()) {
            throw new IllegalArgumentException(
                    "There is no entry " + number + " to truncate at, but " + entries.size() + " entries.");
        }
        end = positions.get((int) number);
        entries.subList((int) number, entries.size()).clear();
        positions.subList((int) number, positions.size()).clear();
        operations.tailSet(number, true).clear();
        bookmarks.clear();
        entries.forEach(this::index);
    }

    synchronized long totalEntries() {
        return entries.size();
    }

    synchronized long totalLength() {
        return end;
    }

    synchronized List<Entry> all() {
        return List.copyOf(entries);
    }

    /** Null when there is no such entry; the number is unsigned. */
    synchronized @Nullable Entry entry(long number) {
        return Long.compareUnsigned(number, entries.size()) < 0 ? entries.get((int) number) : null;
    }

    /** Null when there is no such bookmark. */
    synchronized @Nullable Long bookmark(Bookmark bookmark) {
        return bookmarks.get(bookmark);
    }

    /** The first entry from this one on that is no bookmark; null when there is none. */
    synchronized @Nullable Entry firstEventFrom(long number) {
        for (long i = number; i < entries.size(); i++) {
            if (!entries.get((int) i).isBookmark()) {
                return entries.get((int) i);
            }
        }
        return null;
    }

    /** The number of the first entry of the operation that this entry belongs to. */
    synchronized long operationStart(long number) {
        Long start = operations.floor(number);
        return start == null ? number : start;
    }

    private void index(Entry entry) {
        if (entry.isBookmark() && Bookmark.isValidLength(entry.data().length)) {
            bookmarks.put(Bookmark.of(entry.data()), entry.number());
        }
    }
}
