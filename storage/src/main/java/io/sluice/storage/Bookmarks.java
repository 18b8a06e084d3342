package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.storage.BookmarkIndex.Item;
import io.sluice.storage.BookmarkIndex.Mark;
import io.sluice.storage.StorageException.NoRoom;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bookmarks of a stream: those that the index has stored, and before them, in an overlay of bounded size, those that
 * it has not stored yet.
 *
 * <p><b>Threading:</b> the committer adds, before it publishes; {@link #storeBatch} is called by the indexer's thread, and
 * by the committer when the overlay is full; lookups come from any thread, and see what is below the number they name.
 */
final class Bookmarks implements CommittedReader.BookmarkLookup {
    private static final Logger LOG = LoggerFactory.getLogger(Bookmarks.class);

    /** Bookmarks that the overlay holds before the committer has to wait for the index; some 10 MB. */
    static final int OVERLAY_LIMIT = 100_000;

    /** Bookmarks that the index takes at once. */
    static final int BATCH_COUNT = 8192;

    private final StreamState state;
    private final BookmarkIndex index;
    private final ConcurrentSkipListSet<Item> overlay = new ConcurrentSkipListSet<>(Item.BY_BOOKMARK_AND_NUMBER);

    /** What the overlay holds, in the order of the stream. Guarded by itself, as are the five fields below. */
    private final Deque<Pending> queue = new ArrayDeque<>();

    private End committedEnd;
    private End storedEnd;
    private @Nullable Throwable failure;
    private boolean ending;

    /** The disk had no room for the batch that was tried last; null when it had. */
    private @Nullable NoRoom noRoom;

    /** The index lacks bookmarks, or has some that are gone: it is not believed before it is rebuilt. */
    private volatile boolean incomplete;

    /** One batch at a time goes to the index; taken before the monitor of the queue. */
    private final Object storing = new Object();

    /** Held while the index is emptied and filled again, so that nobody takes what is missing for not found. */
    private final ReadWriteLock rebuilding = new ReentrantReadWriteLock();

    private record Pending(Item item, long endPosition) {}

    /** @param position where so many first entries of the stream end */
    record End(long entries, long position) {}

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

    /** Of so many first entries all bookmarks were added. That can be more than are committed: see {@link OpenOperation}. */
    End added() {
        synchronized (queue) {
            return committedEnd;
        }
    }

    /** Whether bookmarks of entries that are not committed yet may be added. */
    boolean takesAhead() throws Disk.FullException {
        requireRoomForMore();
        return failure() == null && !incomplete;
    }

    /**
     * Drops all that was added beyond this end, of entries that were never committed. If they cannot be removed from the
     * index one by one it is rebuilt.
     *
     * @param removal removes them from the index
     * @throws DiskFull when there is no room for that; it can be called again
     */
    void dropAhead(End end, IndexChange removal) {
        synchronized (storing) {
            boolean isStored = false;
            synchronized (queue) {
                if (committedEnd.entries() > end.entries()) {
                    queue.removeIf(pending -> {
                        boolean isAhead = pending.item().number() >= end.entries();
                        if (isAhead) {
                            overlay.remove(pending.item());
                        }
                        return isAhead;
                    });
                    isStored = storedEnd.entries() > end.entries();
                    committedEnd = end;
                    storedEnd = isStored ? end : storedEnd;
                }
            }
            // It may have failed before, and is to be done still.
            if (!incomplete && (!isStored || removed(removal))) {
                return;
            }
        }
        try {
            rebuild();
        } catch (NoRoom e) {
            throw new DiskFull("The disk is full, nothing is dropped: " + e.getMessage(), e);
        }
    }

    private boolean removed(IndexChange removal) {
        boolean wasIncomplete = incomplete;
        incomplete = true;
        try {
            removal.run(index);
            incomplete = wasIncomplete;
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: the bookmark index is built anew, as it cannot be cut: {}", state.path(), e.getMessage());
            return false;
        }
    }

    /** Why the index takes nothing more, or null. */
    @Nullable
    Throwable failure() {
        synchronized (queue) {
            return failure;
        }
    }

    /** Waits until a batch is full, or until the time has passed. */
    void awaitBatch(long timeoutMillis) throws InterruptedException {
        synchronized (queue) {
            if ((queue.size() < BATCH_COUNT || noRoom != null) && !ending) {
                queue.wait(timeoutMillis);
            }
        }
    }

    /** Lets {@link #awaitBatch} return, now and ever after. */
    void end() {
        synchronized (queue) {
            ending = true;
            queue.notifyAll();
        }
    }

    /**
     * Hands the oldest bookmarks of the overlay to the index. They leave the overlay when the index has them: a failure
     * loses none, and the mark never passes one that is not stored.
     *
     * @return whether more are waiting
     */
    boolean storeBatch() {
        synchronized (storing) {
            if (incomplete) {
                return false;
            }
            List<Item> items = new ArrayList<>();
            End end = peekBatch(items);
            if (items.isEmpty() && end.equals(storedEnd)) {
                return false;
            }
            try {
                index.add(items, markAt(end.entries(), end.position()));
            } catch (NoRoom e) {
                tellNoRoom(e);
                return false;
            } catch (RuntimeException | Error e) {
                synchronized (queue) {
                    failure = e;
                }
                return false;
            }
            items.forEach(overlay::remove);
            synchronized (queue) {
                noRoom = null;
                items.forEach(item -> queue.remove());
                storedEnd = end;
                return !queue.isEmpty();
            }
        }
    }

    /** A full disk costs no bookmark: they wait, and the next batch tries again. */
    private void tellNoRoom(NoRoom why) {
        synchronized (queue) {
            if (noRoom == null) {
                LOG.warn(
                        "{}: bookmarks wait in memory, for the disk has no room for their index: {}",
                        state.path(),
                        why.getMessage());
            }
            noRoom = why;
        }
    }

    /**
     * Refuses more bookmarks than are to be kept in memory, while the disk has no room for them; called before an operation
     * is committed.
     */
    void requireRoomForMore() throws Disk.FullException {
        synchronized (queue) {
            if (noRoom == null || queue.size() < OVERLAY_LIMIT) {
                return;
            }
        }
        storeBatch();
        synchronized (queue) {
            if (noRoom != null) {
                throw new Disk.FullException(String.valueOf(noRoom.getMessage()), new IOException(noRoom));
            }
        }
    }

    /** Collects a batch, and gives the end of the stream that the index will reach with it. */
    private End peekBatch(List<Item> items) {
        synchronized (queue) {
            End end = storedEnd;
            for (Pending pending : queue) {
                if (items.size() == BATCH_COUNT) {
                    return end;
                }
                items.add(pending.item());
                if (pending.item().number() >= end.entries()) {
                    end = new End(pending.item().number() + 1, pending.endPosition());
                }
            }
            return committedEnd.entries() > end.entries() ? committedEnd : end;
        }
    }

    /** Whether the index does not have all that was added. */
    private boolean hasWaiting() {
        synchronized (queue) {
            return !queue.isEmpty();
        }
    }

    /**
     * Makes sure that the index has everything, before a change that it has to follow.
     *
     * @throws DiskFull when there is no room for that
     */
    void requireRoom() {
        storeAll();
        NoRoom why;
        synchronized (queue) {
            why = noRoom;
        }
        if (why != null) {
            throw new DiskFull("The disk is full, nothing is changed: " + why.getMessage(), why);
        }
    }

    /** Hands everything to the index. */
    void storeAll() {
        boolean more = true;
        while (more) {
            more = storeBatch();
        }
    }

    /** A change of what the index holds, in steps that may fail. */
    interface IndexChange {
        void run(BookmarkIndex index) throws IOException;
    }

    /**
     * Follows a change of what is committed, while nothing is on its way. If it fails the index is not believed before it is
     * rebuilt.
     *
     * @param entries how many entries the stream has afterwards
     * @param position where they end
     */
    void change(IndexChange change, long entries, long position) throws IOException {
        synchronized (storing) {
            storeAll();
            Throwable broken = failure();
            if (broken != null) {
                throw new StorageException("the bookmark index failed before: " + broken.getMessage(), broken);
            }
            if (hasWaiting()) {
                throw new IllegalStateException("bookmarks wait that the index has to have before it changes");
            }
            boolean wasIncomplete = incomplete;
            incomplete = true;
            change.run(index);
            incomplete = wasIncomplete;
            synchronized (queue) {
                committedEnd = new End(entries, position);
                storedEnd = committedEnd;
            }
        }
    }

    /** A change of what is committed failed after the index had followed it: it is rebuilt before it is believed. */
    void doubt() {
        incomplete = true;
    }

    @Override
    public OptionalLong newest(Bookmark bookmark, long below) {
        Lock lock = rebuilding.readLock();
        lock.lock();
        try {
            if (incomplete) {
                throw new StorageException("the bookmark index of " + state.path() + " is incomplete");
            }
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
                incomplete = true;
                index.clear();
                End end = reachedEnd();
                new BookmarkScan(state, index).catchUp(end.entries(), end.position());
                incomplete = false;
                synchronized (queue) {
                    storedEnd = end;
                }
            }
        } catch (IOException e) {
            throw StorageException.of(state.path() + ": building the bookmark index anew", e);
        } finally {
            rebuilding.writeLock().unlock();
            state.historyLock().readLock().unlock();
        }
    }

    /** What was stored may be ahead of what is published: the committer adds an operation's bookmarks in between. */
    private End reachedEnd() {
        Committed now = state.committed();
        synchronized (queue) {
            return storedEnd.entries() > now.entries() ? storedEnd : new End(now.entries(), now.position());
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
