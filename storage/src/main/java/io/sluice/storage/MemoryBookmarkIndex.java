package io.sluice.storage;

import io.sluice.core.Bookmark;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/** An index that lives as long as the process: for files that are opened to read, where nothing may be left behind. */
final class MemoryBookmarkIndex implements BookmarkIndex {
    private final Map<Bookmark, ConcurrentSkipListSet<Long>> numbers = new ConcurrentHashMap<>();
    private volatile Mark mark = Mark.NONE;

    @Override
    public Mark mark() {
        return mark;
    }

    @Override
    public long newest(Bookmark bookmark, long below) {
        ConcurrentSkipListSet<Long> known = numbers.get(bookmark);
        Long number = known == null ? null : known.lower(below);
        return number == null ? -1 : number;
    }

    @Override
    public void add(List<Item> items, Mark newMark) {
        for (Item item : items) {
            numbers.computeIfAbsent(item.bookmark(), key -> new ConcurrentSkipListSet<>())
                    .add(item.number());
        }
        mark = newMark;
    }

    @Override
    public void change(List<Item> removed, List<Item> added, Mark newMark) {
        for (Item item : removed) {
            ConcurrentSkipListSet<Long> known = numbers.get(item.bookmark());
            if (known != null) {
                known.remove(item.number());
            }
        }
        add(added, newMark);
    }

    @Override
    public void clear() {
        numbers.clear();
        mark = Mark.NONE;
    }

    @Override
    public void close() {}
}
