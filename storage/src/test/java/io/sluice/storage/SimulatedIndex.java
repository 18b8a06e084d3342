package io.sluice.storage;

import io.sluice.core.Bookmark;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** An index that outlives the process, and of which a power cut leaves any state since it was forced last. */
final class SimulatedIndex {
    private record State(TreeMap<String, Bookmark> items, BookmarkIndex.Mark mark) {}

    /** What was stored since the index was forced last; the first state is what was forced, the last what is current. */
    private final List<State> states = new ArrayList<>(List.of(new State(new TreeMap<>(), BookmarkIndex.Mark.NONE)));

    private int failures;

    /** Lets so many additions fail. */
    void failAdds(int count) {
        failures = count;
    }

    /** Makes the index claim what is not so. */
    void plant(Bookmark bookmark, long number) {
        current().items().put(key(bookmark, number), bookmark);
    }

    void cutPower(Random random) {
        keepOnly(states.get(random.nextInt(states.size())));
    }

    private void keepOnly(State state) {
        states.clear();
        states.add(state);
    }

    private State current() {
        return states.get(states.size() - 1);
    }

    BookmarkIndex open() {
        return new Open();
    }

    private static String key(Bookmark bookmark, long number) {
        return bookmark.toHex() + " " + String.format("%016x", number);
    }

    private final class Open implements BookmarkIndex {
        @Override
        public Mark mark() {
            return current().mark();
        }

        @Override
        public long newest(Bookmark bookmark, long below) {
            String found = current().items().lowerKey(key(bookmark, below));
            return found != null && found.startsWith(bookmark.toHex() + " ")
                    ? Long.parseLong(found.substring(found.indexOf(' ') + 1), 16)
                    : -1;
        }

        @Override
        public void add(List<Item> items, Mark mark) {
            if (failures > 0) {
                failures--;
                throw new StorageException("the index fails on purpose");
            }
            TreeMap<String, Bookmark> next = new TreeMap<>(current().items());
            items.forEach(item -> next.put(key(item.bookmark(), item.number()), item.bookmark()));
            states.add(new State(next, mark));
        }

        @Override
        public void change(List<Item> removed, List<Item> added, Mark mark) {
            TreeMap<String, Bookmark> next = new TreeMap<>(current().items());
            removed.forEach(item -> next.remove(key(item.bookmark(), item.number())));
            added.forEach(item -> next.put(key(item.bookmark(), item.number()), item.bookmark()));
            keepOnly(new State(next, mark));
        }

        @Override
        public void clear() {
            keepOnly(new State(new TreeMap<>(), Mark.NONE));
        }

        @Override
        public void close() {
            keepOnly(current());
        }
    }
}
