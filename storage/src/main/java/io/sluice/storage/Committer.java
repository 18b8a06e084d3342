package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.OperationPending;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.storage.BookmarkIndex.Item;
import io.sluice.storage.Submission.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes submitted operations durable and visible, in order: the data, a force, the header, a force, and only then the
 * committed position that readers look at. Operations that wait together share the two forces.
 *
 * <p><b>Threading:</b> any thread may make a step, one at a time: whoever waits for a commit helps, so that a single
 * source pays for no change of threads, and a test drives the commits one by one.
 *
 * <p><b>Failure:</b> a full disk fails the operations at hand, before anything committed is touched. After any other
 * failed write or force nobody knows what the disk holds, and the committer stops for good.
 */
final class Committer {
    /** Operations on their way at most, however small. */
    private static final int MAX_QUEUE = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private final StreamState state;
    private final StreamWriter writer;
    private final Bookmarks bookmarks;
    private final Checkpoints checkpoints;
    private final OperationLog operations;
    private final boolean forceEach;
    private final ReentrantLock stepping = new ReentrantLock();

    /** Guarded by itself, as are the next four. */
    private final Deque<Submission> queue = new ArrayDeque<>();

    private long failures;
    private int onTheirWay;
    private @Nullable StreamSourceException lastFailure;
    private boolean ending;

    /** Set once. */
    private volatile @Nullable Stopped stopped;

    Committer(Opening.Parts parts, ForcePolicy policy) {
        this.state = parts.state();
        this.writer = parts.writer();
        this.bookmarks = parts.bookmarks();
        this.checkpoints = parts.checkpoints();
        this.operations = parts.operations();
        this.forceEach = policy instanceof ForcePolicy.Always;
    }

    /** Why nothing more is taken, or null. */
    @Nullable
    Stopped stopped() {
        return stopped;
    }

    /** How often operations on their way were dropped: what was laid out behind them before is void. */
    long failures() {
        synchronized (queue) {
            return failures;
        }
    }

    /** A change of what is committed. */
    interface Change {
        void run() throws IOException;
    }

    /**
     * Runs a change of what is committed, while no step can be made.
     *
     * @throws OperationPending when an operation is on its way
     */
    void whileIdle(String call, Change change) {
        stepping.lock();
        try {
            synchronized (queue) {
                if (onTheirWay > 0) {
                    throw new OperationPending(call);
                }
            }
            change.run();
        } catch (StreamSourceException e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            throw stop(call + " in " + state.path() + " failed", e);
        } finally {
            stepping.unlock();
        }
    }

    /** Forces the file while no step can be made; when that fails nobody knows what the disk holds. */
    void force() {
        stepping.lock();
        try {
            checkpoints.force();
        } catch (IOException e) {
            throw stop("forcing " + state.path() + " failed", e);
        } finally {
            stepping.unlock();
        }
    }

    /**
     * Puts an operation in the queue; it is dropped at once when it was laid out behind others that were dropped.
     *
     * @param knownFailures the count of failures when the operation began
     */
    void submit(Submission submission, long knownFailures) {
        boolean full;
        StreamSourceException why = null;
        synchronized (queue) {
            onTheirWay++;
            full = queue.size() >= MAX_QUEUE;
            if (failures == knownFailures) {
                queue.add(submission);
            } else {
                why = lastFailure;
            }
        }
        if (why != null) {
            finish(List.of(submission), why);
        } else if (full) {
            step();
        }
    }

    /** Commits until nothing is on its way. */
    void drain() {
        // Also waits for a step that another thread is in.
        boolean more = true;
        while (more) {
            more = step();
        }
    }

    /** Waits, as the committer's own thread, until there is something to do. */
    void awaitWork() throws InterruptedException {
        synchronized (queue) {
            if (queue.isEmpty() && !ending) {
                long millis = checkpoints.millisUntilDue();
                if (millis > 0) {
                    queue.wait(millis);
                }
            }
        }
    }

    /** Lets {@link #awaitWork} return, now and ever after. */
    void end() {
        synchronized (queue) {
            ending = true;
            queue.notifyAll();
        }
    }

    /** Lets {@link #awaitWork} return. */
    void wake() {
        synchronized (queue) {
            queue.notifyAll();
        }
    }

    /**
     * Commits what waits now.
     *
     * @return whether anything did
     */
    boolean step() {
        stepping.lock();
        try {
            List<Submission> batch;
            synchronized (queue) {
                batch = new ArrayList<>(queue);
                queue.clear();
            }
            if (!batch.isEmpty()) {
                commit(batch);
            }
            if (stopped == null) {
                checkpoints.writeIfDue(state.committed());
            }
            return !batch.isEmpty();
        } catch (IOException e) {
            stop("forcing " + state.path() + " failed", e);
            return false;
        } finally {
            stepping.unlock();
        }
    }

    private void commit(List<Submission> batch) {
        Submission last = batch.get(batch.size() - 1);
        Stopped why = stopped;
        if (why != null) {
            drop(batch, why);
            return;
        }
        if (last.endPosition() == state.committed().position()) {
            // Operations without entries: nothing to write, and nothing to tell.
            acknowledge(batch);
            return;
        }
        try {
            bookmarks.requireRoomForMore();
            writeData(batch);
        } catch (Disk.FullException e) {
            drop(batch, new DiskFull(full(e), e));
            return;
        } catch (IOException | RuntimeException | Error e) {
            drop(batch, stop("writing to " + state.path() + " failed", e));
            return;
        }
        try {
            makeDurable(last);
            for (Submission submission : batch) {
                addBookmarks(submission);
            }
            bookmarks.committed(last.endEntries(), last.endPosition());
        } catch (IOException | RuntimeException | Error e) {
            drop(batch, stop("committing to " + state.path() + " failed", e));
            return;
        }
        publish(batch, last);
    }

    String full(IOException e) {
        return "The disk is full, the operation is dropped: " + StorageException.reason(e) + ".";
    }

    /** Writes what is in memory, with one write for neighbours in a page. */
    private void writeData(List<Submission> batch) throws IOException {
        Range pending = null;
        for (Submission submission : batch) {
            for (Range range : submission.ranges()) {
                if (pending != null && pending.segment() == range.segment() && pending.to() == range.from()) {
                    pending = new Range(range.segment(), pending.from(), range.to());
                } else {
                    write(pending);
                    pending = range;
                }
            }
        }
        write(pending);
    }

    private void write(@Nullable Range range) throws IOException {
        if (range != null) {
            writer.write(range.segment().slice(range.from(), range.to()), range.from());
        }
    }

    private void makeDurable(Submission last) throws IOException {
        // The last entry may end where the file does: the byte behind it has to exist.
        writer.makeRoom(last.endPosition());
        if (forceEach) {
            state.file().force();
        }
        HeaderPage.write(state.file(), state.headerAt(last.endPosition(), last.endEntries()));
        if (forceEach) {
            state.file().force();
        }
    }

    /** Finds the bookmarks in the operation's bytes, which are what will be believed later. */
    private void addBookmarks(Submission submission) throws IOException {
        if (!submission.hasBookmarks()) {
            return;
        }
        // What was kept by an earlier process is not in memory at all.
        long memoryStart = submission.ranges().isEmpty()
                ? submission.endPosition()
                : submission.ranges().get(0).from();
        Bookmarks.End added = bookmarks.added();
        boolean isAhead = added.entries() > submission.firstNumber();
        long walkFrom = isAhead ? added.position() : submission.startPosition();
        if (walkFrom < memoryStart) {
            long walkNumber = isAhead ? added.entries() : submission.firstNumber();
            new EntryWalker(state.file(), state.layout())
                    .walk(walkFrom, walkNumber, memoryStart, (position, buffer, index) -> {
                        addBookmark(position, buffer, index);
                        return true;
                    });
        }
        for (Range range : submission.ranges()) {
            ByteBuffer bytes = range.segment().slice(range.from(), range.to());
            int start = bytes.position();
            int index = start;
            while (index < bytes.limit() && EntryFormat.packetType(bytes, index) == EntryFormat.PACKET_ENTRY) {
                long position = range.from() + index - start;
                if (position >= walkFrom) {
                    addBookmark(position, bytes, index);
                }
                index += EntryFormat.length(bytes, index);
            }
        }
    }

    private void addBookmark(long position, ByteBuffer buffer, int index) {
        Bookmark bookmark = BookmarkScan.bookmarkAt(buffer, index);
        if (bookmark != null) {
            Item item = new Item(bookmark, EntryFormat.number(buffer, index));
            bookmarks.add(item, position + EntryFormat.length(buffer, index));
        }
    }

    private void publish(List<Submission> batch, Submission last) {
        state.publish(last.endPosition(), last.endEntries());
        if (checkpoints.committed()) {
            // The committer's thread sleeps until the checkpoint is due; it does not know yet that there is one.
            wake();
        }
        Throwable indexFailure = bookmarks.failure();
        if (indexFailure != null) {
            stop("the bookmark index takes nothing more", indexFailure);
        }
        try {
            state.tellCommitted();
            // As long as the bytes are in memory.
            operations.committed(batch);
        } finally {
            acknowledge(batch);
        }
    }

    private void acknowledge(List<Submission> batch) {
        arrived(batch);
        for (Submission submission : batch) {
            submission.outcome().complete(state.headerAt(submission.endPosition(), submission.endEntries()));
        }
    }

    /** Drops operations, and with them all that were laid out behind. */
    private void drop(List<Submission> batch, StreamSourceException why) {
        List<Submission> dropped = new ArrayList<>(batch);
        synchronized (queue) {
            failures++;
            lastFailure = why;
            dropped.addAll(queue);
            queue.clear();
        }
        finish(dropped, why);
    }

    private void finish(List<Submission> dropped, StreamSourceException why) {
        arrived(dropped);
        for (Submission submission : dropped) {
            submission.outcome().completeExceptionally(why);
        }
    }

    private void arrived(List<Submission> submissions) {
        submissions.forEach(Submission::release);
        synchronized (queue) {
            onTheirWay -= submissions.size();
        }
    }

    /** Takes nothing more, for good. */
    Stopped stop(String what, Throwable cause) {
        Stopped before = stopped;
        if (before != null) {
            return before;
        }
        Stopped why = new Stopped(
                "The stream takes nothing more, since " + what + ": " + StorageException.reason(cause)
                        + ". What is committed is still served; restart when the disk is well again.",
                cause);
        stopped = why;
        LOG.error("{}", why.getMessage());
        return why;
    }
}
