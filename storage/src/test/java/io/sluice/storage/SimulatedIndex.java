package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.storage.BookmarkIndex.Item;
import io.sluice.storage.BookmarkIndex.Mark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/** An index that outlives the process, and of which a power cut leaves any state since it was forced last. */
final class SimulatedIndex implements OutlivingIndex {
    private final Map<Bookmark, TreeSet<Long>> items = new HashMap<>();
    private Mark mark = Mark.NONE;

    /** What was added since the index was forced last, in order. */
    private final List<Added> unforced = new ArrayList<>();

    private boolean full;
    private int failures;
    private boolean hasFailed;

    private record Added(List<Item> items, Mark markBefore) {}

    @Override
    public void failAdds(int count) {
        failures = count;
    }

    @Override
    public boolean hasFailed() {
        boolean failed = hasFailed;
        hasFailed = false;
        return failed;
    }

    /** Whether there is room for any change. */
    void setFull(boolean full) {
        this.full = full;
    }

    private void requireRoom() {
        if (full) {
            throw new StorageException.NoRoom(
                    "the index has no room on purpose", new IOException("No space left on device"));
        }
    }

    /** Makes the index claim what is not so. */
    void plant(Bookmark bookmark, long number) {
        put(new Item(bookmark, number));
    }

    @Override
    public void plant(Item item) {
        put(item);
    }

    @Override
    public void cutPower(Random random) {
        int kept = random.nextInt(unforced.size() + 1);
        while (unforced.size() > kept) {
            Added last = unforced.remove(unforced.size() - 1);
            last.items().forEach(this::remove);
            mark = last.markBefore();
        }
        unforced.clear();
    }

    @Override
    public void killProcess() {}

    @Override
    public void assertKnows(StreamModel model) {
        assertThat(mark.entries())
                .as("entries that the index says it knows")
                .isLessThanOrEqualTo(model.committed.size());
        long known = 0;
        for (Map.Entry<Bookmark, TreeSet<Long>> each : items.entrySet()) {
            for (long number : each.getValue()) {
                assertThat(number)
                        .as("the index knows of a bookmark %s in an entry that is not committed", each.getKey())
                        .isLessThan(mark.entries());
                assertThat(model.committed.get((int) number).data())
                        .as("the index knows of a bookmark in entry %d", number)
                        .isEqualTo(each.getKey().toBytes());
                known++;
            }
        }
        long expected = model.committed.subList(0, (int) mark.entries()).stream()
                .filter(entry -> entry.isBookmark() && Bookmark.isValidLength(entry.data().length))
                .count();
        assertThat(known).as("bookmarks that the index knows").isEqualTo(expected);
    }

    private boolean put(Item item) {
        return items.computeIfAbsent(item.bookmark(), key -> new TreeSet<>()).add(item.number());
    }

    private void remove(Item item) {
        TreeSet<Long> numbers = items.get(item.bookmark());
        if (numbers != null) {
            numbers.remove(item.number());
        }
    }

    @Override
    public BookmarkIndex open() {
        return new Open();
    }

    private final class Open implements BookmarkIndex {
        @Override
        public Mark mark() {
            return mark;
        }

        @Override
        public long newest(Bookmark bookmark, long below) {
            TreeSet<Long> numbers = items.get(bookmark);
            Long found = numbers == null ? null : numbers.lower(below);
            return found == null ? -1 : found;
        }

        @Override
        public void add(List<Item> added, Mark newMark) {
            requireRoom();
            if (failures > 0) {
                failures--;
                hasFailed = true;
                throw new StorageException("the index fails on purpose");
            }
            List<Item> fresh = new ArrayList<>();
            for (Item item : added) {
                if (put(item)) {
                    fresh.add(item);
                }
            }
            unforced.add(new Added(fresh, mark));
            mark = newMark;
        }

        @Override
        public void change(List<Item> removed, List<Item> added, Mark newMark) {
            requireRoom();
            removed.forEach(SimulatedIndex.this::remove);
            added.forEach(SimulatedIndex.this::put);
            mark = newMark;
            unforced.clear();
        }

        @Override
        public void clear() {
            requireRoom();
            items.clear();
            mark = Mark.NONE;
            unforced.clear();
        }

        @Override
        public void close() {
            unforced.clear();
        }
    }
}
