package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.storage.BookmarkIndex.Item;
import io.sluice.storage.BookmarkIndex.Mark;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The bookmarks of a stream: those that the index has stored, and before them, in an overlay of bounded size, those that
 * it has not stored yet.
 *
 * <p><b>Threading:</b> the committer adds, before it publishes; {@link #storeBatch} is called by the indexer's thread, and
 * by the committer when the overlay is full; lookups come from any thread, and see what is below the number they name.
 */
final class Bookmarks implements CommittedReader.BookmarkLookup {
    /** Bookmarks that the overlay holds before the committer has to wait for the index; some 10 MB. */
    static final int OVERLAY_LIMIT = 100_000;

    /** Bookmarks that the index takes at once. */
    static final int BATCH_COUNT = 8192;

    private static final Comparator<Item> BY_BOOKMARK_AND_NUMBER = Comparator.comparing(
                    Item::bookmark, (a, b) -> Arrays.compareUnsigned(a.toBytes(), b.toBytes()))
            .thenComparingLong(Item::number);

    private final StreamState state;
    private final BookmarkIndex index;
    private final ConcurrentSkipListSet<Item> overlay = new ConcurrentSkipListSet<>(BY_BOOKMARK_AND_NUMBER);

    /** What the overlay holds, in the order of the stream. Guarded by itself, as are the three fields below. */
    private final Deque<Pending> queue = new ArrayDeque<>();

    private End committedEnd;
    private End storedEnd;
    private @Nullable RuntimeException failure;

    /** One batch at a time goes to the index; taken before the monitor of the queue. */
    private final Object storing = new Object();

    /** Held while the index is emptied and filled again, so that nobody takes what is missing for not found. */
    private final ReadWriteLock rebuilding = new ReentrantReadWriteLock();

    private record Pending(Item item, long endPosition) {}

    private record End(long entries, long position) {}

    Bookmarks(StreamState state, BookmarkIndex index) {
        this.state = state;
        this.index = index;
        Mark mark = index.mark();
        this.committedEnd = new End(mark.entries(), mark.position());
        this.storedEnd = committedEnd;
    }

    /**
     * Adds a bookmark that is as durable as its operation. A failure of the index does not lose it: it is told by
     * {@link #failure()}.
     */
    void add(Item item, long endPosition) {
        boolean full;
        synchronized (queue) {
            full = queue.size() >= OVERLAY_LIMIT && failure == null;
        }
        if (full) {
            storeBatch();
        }
        overlay.add(item);
        synchronized (queue) {
            queue.add(new Pending(item, endPosition));
            if (queue.size() == BATCH_COUNT) {
                queue.notifyAll();
            }
        }
    }

    /** All bookmarks of the first entries of the stream, up to here, were added. */
    void committed(long entries, long position) {
        synchronized (queue) {
            committedEnd = new End(entries, position);
        }
    }

    /** Why the index takes nothing more, or null. */
    @Nullable
    RuntimeException failure() {
        synchronized (queue) {
            return failure;
        }
    }

    /** Waits until a batch is full, or until the time has passed. */
    void awaitBatch(long timeoutMillis) throws InterruptedException {
        synchronized (queue) {
            if (queue.size() < BATCH_COUNT) {
                queue.wait(timeoutMillis);
            }
        }
    }

    /** Lets {@link #awaitBatch} return. */
    void wake() {
        synchronized (queue) {
            queue.notifyAll();
        }
    }

    /**
     * Hands the oldest bookmarks of the overlay to the index.
     *
     * @return whether more are waiting
     */
    boolean storeBatch() {
        synchronized (storing) {
            List<Item> items = new ArrayList<>();
            End end;
            synchronized (queue) {
                end = storedEnd;
                for (Pending pending = queue.peek();
                        pending != null && items.size() < BATCH_COUNT;
                        pending = queue.peek()) {
                    queue.remove();
                    items.add(pending.item());
                    if (pending.item().number() >= end.entries()) {
                        end = new End(pending.item().number() + 1, pending.endPosition());
                    }
                }
                if (queue.isEmpty() && committedEnd.entries() > end.entries()) {
                    end = committedEnd;
                }
                if (items.isEmpty() && end.equals(storedEnd)) {
                    return false;
                }
            }
            try {
                index.add(items, markAt(end.entries(), end.position()));
            } catch (RuntimeException e) {
                synchronized (queue) {
                    failure = e;
                }
                return false;
            }
            items.forEach(overlay::remove);
            synchronized (queue) {
                storedEnd = end;
                return !queue.isEmpty();
            }
        }
    }

    /** Hands everything to the index. */
    void storeAll() {
        boolean more = true;
        while (more) {
            more = storeBatch();
        }
    }

    /**
     * Follows a change of what is committed; when this returns the index will not bring back what left. Nothing is on its
     * way meanwhile.
     *
     * @param removed bookmarks that leave the stream
     * @param added bookmarks that come in their place
     * @param entries how many entries the stream has afterwards
     * @param position where they end
     */
    void change(List<Item> removed, List<Item> added, long entries, long position) {
        synchronized (storing) {
            storeAll();
            RuntimeException broken = failure();
            if (broken != null) {
                throw broken;
            }
            index.change(removed, added, markAt(entries, position));
            synchronized (queue) {
                committedEnd = new End(entries, position);
                storedEnd = committedEnd;
            }
        }
    }

    @Override
    public OptionalLong newest(Bookmark bookmark, long below) {
        Lock lock = rebuilding.readLock();
        lock.lock();
        try {
            // The overlay first: what leaves it is in the index already.
            Item waiting = overlay.lower(new Item(bookmark, below));
            long number = waiting != null && waiting.bookmark().equals(bookmark) ? waiting.number() : -1;
            number = Math.max(number, index.newest(bookmark, below));
            return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void rebuild() {
        state.historyLock().readLock().lock();
        rebuilding.writeLock().lock();
        try {
            synchronized (storing) {
                index.clear();
                Committed now = state.committed();
                new BookmarkScan(state, index).catchUp(now.entries(), now.position());
                synchronized (queue) {
                    storedEnd = new End(now.entries(), now.position());
                }
            }
        } catch (IOException e) {
            throw StorageException.of(state.path() + ": building the bookmark index anew", e);
        } finally {
            rebuilding.writeLock().unlock();
            state.historyLock().readLock().unlock();
        }
    }

    private Mark markAt(long entries, long position) {
        try {
            return BookmarkScan.markAt(state, entries, position);
        } catch (IOException e) {
            throw StorageException.of(state.path() + ": reading before position " + position, e);
        }
    }
}
