package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.OperationRules;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.EntryNotFound;
import io.sluice.core.StreamSourceException.OperationFailed;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.core.StreamSourceException.WrongEntryType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A stream file, open to be written: the embedded {@link StreamSource}. What it has committed is seen through
 * {@link #view}, which is what a server serves.
 *
 * <p>Beside the file it keeps a folder {@code FILE.sluice} with what can be derived or done without. Only one process at a
 * time can have a file open to write.
 *
 * <p><b>Threading:</b> as {@link StreamSource}: one thread at a time writes, any thread queries. A committer and an indexer
 * have threads of their own. Futures of {@link #commitAtomicOpAsync} complete on a committing thread, which what is chained
 * to them holds up. Interrupts do no harm: they are neither lost nor acted upon.
 *
 * <p><b>Failure:</b> {@link StreamSourceException}, and {@link StorageException} when the disk fails under a query. After a
 * failed write or force the stream takes nothing more, says why with {@link Stopped}, and still answers queries.
 */
public final class DataStream implements StreamSource {
    private final Opening.Parts parts;
    private final CommittedReader reader;
    private final Committer committer;
    private final StreamThreads threads;
    private final OperationBuffer operation;
    private final OperationUpdate update;
    private final HistoryChanges changes;
    private final OperationRules rules;
    private final SourceLeases leases;
    private final OpenOperation open;

    /** The committer's count of failures when the open operation began. */
    private long knownFailures;

    /** Why the open operation cannot be committed any more, or null. */
    private @Nullable StreamSourceException broken;

    private volatile boolean closed;
    private volatile @Nullable Stopped closeFailure;

    private DataStream(Path path, DataStreamOptions options, Seams seams) {
        PageLayout layout = seams.layout();
        parts = new Opening(path, options, seams).open();
        Disk disk = seams.disk();
        StreamState state = parts.state();
        committer = new Committer(parts, options.forcePolicy());
        reader = new CommittedReader(state, parts.bookmarks(), parts.operations()::lastEnd);
        int segments = options.operationMemoryBytes() / EntryFormat.PAGE_LENGTH;
        operation = new OperationBuffer(
                layout, parts.writer(), new SegmentPool(layout.pageLength(), 2 * segments), segments, committer::drain);
        operation.reset(state.committed().position());
        update = new OperationUpdate(
                operation,
                parts.writer(),
                state.file(),
                layout,
                disk,
                parts.folder().relayout());
        changes = new HistoryChanges(parts, reader, disk);
        rules = new OperationRules(layout.maxDataLength(), state.committed().entries());
        leases = SourceLeases.open(disk, parts.folder(), seams.random());
        open = new OpenOperation(this, parts, committer, operation, update, rules, disk);
        threads = new StreamThreads(committer, parts, String.valueOf(path.getFileName()));
        if (seams.threads()) {
            threads.start();
        }
    }

    /** Opens a stream file, or creates it (never a folder above it). Forces each commit. */
    public static DataStream open(Path file) {
        return open(file, DataStreamOptions.defaults());
    }

    /**
     * Opens a stream file, or creates it (never a folder above it).
     *
     * @throws StorageException.Locked when another process has it open to write
     * @throws StorageException.Corrupt when it is no stream file, or a damaged one
     * @throws StorageException.Mismatch when its header has other fields than the options want
     */
    public static DataStream open(Path file, DataStreamOptions options) {
        return open(file, options, Seams.REAL);
    }

    static DataStream open(Path file, DataStreamOptions options, Seams seams) {
        return new DataStream(file, options, seams);
    }

    /** Opens a stream file to read; see {@link ReadOnlyStream}. */
    public static ReadOnlyStream openReadOnly(Path file) {
        return ReadOnlyStream.open(file, Seams.REAL);
    }

    /** Does once what the committer's and the indexer's threads do over and over; for streams that have no threads. */
    void step() {
        committer.step();
        parts.bookmarks().storeBatch();
        parts.operations().storeBatch();
    }

    /** What is committed. */
    public StreamView view() {
        return reader;
    }

    /** Which source outside of this process may write; for a server that lets one. */
    public SourceLeases leases() {
        return leases;
    }

    /** The open operation, for whoever copies another stream. */
    public OpenOperation openOperation() {
        return open;
    }

    /** The folder beside the file, for notes that belong to the stream and can be done without. */
    public Path folder() {
        return parts.folder().path();
    }

    /** The number that the next entry of the open operation gets. The writing thread's to ask, while one is open. */
    public long nextEntryNumber() {
        return rules.nextNumber();
    }

    /**
     * An entry of the open operation, as it is now. The writing thread's to ask.
     *
     * @throws StreamSourceException as {@link #updateEntryData} does
     */
    public Entry openEntry(long entryNumber) {
        checkRunning();
        rules.checkInOperation("getOpenEntry", entryNumber);
        checkNotBroken();
        try {
            return update.read(entryNumber);
        } catch (IOException | RuntimeException | Error e) {
            throw failOperation(e);
        }
    }

    @Override
    public void startAtomicOp() {
        checkRunning();
        long failures = committer.failures();
        if (!rules.isOpen() && failures != knownFailures) {
            // Operations that were numbered before this one were dropped: it takes their numbers.
            committer.drain();
            forgetUncommitted();
            knownFailures = failures;
        }
        leases.writing(committer);
        if (!rules.isOpen()) {
            open.forget();
        }
        rules.start();
        operation.begin();
        broken = null;
    }

    /** The open operation is whole, and follows what is committed. */
    void canGoOn() {
        knownFailures = committer.failures();
        broken = null;
    }

    @Override
    public long addStreamEntry(int entryType, byte[] data) {
        checkRunning();
        rules.checkAdd(entryType, data);
        return add(entryType, data);
    }

    @Override
    public long addStreamBookmark(Bookmark bookmark) {
        checkRunning();
        rules.checkOpen("addStreamBookmark");
        return add(EntryFormat.TYPE_BOOKMARK, bookmark.toBytes());
    }

    private long add(int entryType, byte[] data) {
        checkNotBroken();
        try {
            operation.append(entryType, rules.nextNumber(), data);
        } catch (IOException | RuntimeException | Error e) {
            throw failOperation(e);
        }
        return rules.added();
    }

    @Override
    public void updateEntryData(long entryNumber, int entryType, byte[] newData) {
        checkRunning();
        rules.checkUpdate(entryNumber, entryType, newData);
        checkNotBroken();
        open.forget();
        try {
            update.update(entryNumber, entryType, newData, rules.nextNumber());
        } catch (WrongEntryType e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            throw failOperation(e);
        }
    }

    @Override
    public StreamHeader commitAtomicOp() {
        CompletableFuture<StreamHeader> outcome = commitAtomicOpLater();
        // Whoever waits helps: mostly this thread finds its own operation, alone, and no thread has to wake.
        while (!outcome.isDone()) {
            committer.step();
        }
        try {
            return outcome.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StreamSourceException failure ? failure : e;
        }
    }

    @Override
    public CompletableFuture<StreamHeader> commitAtomicOpAsync() {
        CompletableFuture<StreamHeader> outcome = commitAtomicOpLater();
        wakeCommitter();
        return outcome;
    }

    /** As {@link #commitAtomicOpAsync}, but nobody is told: {@link #wakeCommitter} or {@link #commitNow} has to follow. */
    public CompletableFuture<StreamHeader> commitAtomicOpLater() {
        checkRunning();
        rules.checkOpen("commitAtomicOp");
        StreamSourceException failure = broken;
        if (failure != null) {
            rollBack();
            return CompletableFuture.failedFuture(failure);
        }
        Submission submission = operation.submit(rules.firstNumber(), rules.nextNumber());
        rules.submitted();
        operation.begin();
        committer.submit(submission, knownFailures);
        return submission.outcome();
    }

    /** Lets the committer's thread commit what was submitted. */
    public void wakeCommitter() {
        committer.wake();
    }

    /** Commits what was submitted, on this thread, which saves waking another one. */
    public void commitNow() {
        committer.step();
    }

    @Override
    public void rollbackAtomicOp() {
        checkRunning();
        rules.checkOpen("rollbackAtomicOp");
        rollBack();
    }

    private void rollBack() {
        open.forget();
        operation.rewind(operation.startPosition());
        rules.rolledBack();
        broken = null;
    }

    @Override
    public void truncate(long entryNumber) {
        change("truncate", () -> changes.truncate(entryNumber));
        forgetUncommitted();
    }

    @Override
    public void rewriteCommittedEntry(long entryNumber, int entryType, byte[] newData) {
        change("rewriteCommittedEntry", () -> changes.rewrite(entryNumber, entryType, newData));
    }

    private void change(String call, Committer.Change change) {
        checkRunning();
        rules.checkNotOpen(call);
        leases.writing(committer);
        open.forget();
        committer.whileIdle(call, change);
    }

    void forgetUncommitted() {
        Committed now = state().committed();
        operation.reset(now.position());
        rules.reset(now.entries());
    }

    @Override
    public StreamHeader getHeader() {
        checkOpen();
        return state().header();
    }

    @Override
    public Entry getEntry(long entryNumber) {
        checkOpen();
        Entry entry = reader.entry(entryNumber);
        if (entry == null) {
            throw EntryNotFound.beyondEnd(entryNumber, state().committed().entries());
        }
        return entry;
    }

    @Override
    public long getBookmark(Bookmark bookmark) {
        checkOpen();
        return BookmarkQueries.numberOf(reader, bookmark);
    }

    @Override
    public Entry getFirstEventAfterBookmark(Bookmark bookmark) {
        checkOpen();
        return BookmarkQueries.firstEventAfter(reader, bookmark);
    }

    @Override
    public Iterable<byte[]> getDataBetweenBookmarks(Bookmark from, Bookmark to) {
        checkOpen();
        return BookmarkQueries.dataBetween(reader, from, to);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        committer.drain();
        threads.stop();
        closeFailure = parts.close(committer.stopped() == null);
    }

    /**
     * Why the stream takes nothing more, if nobody wanted that: a write or a force has failed, or else its {@link #close}.
     * Any thread asks, also after the close.
     */
    public Optional<Stopped> failure() {
        Stopped why = committer.stopped();
        return Optional.ofNullable(why != null ? why : closeFailure);
    }

    private StreamState state() {
        return parts.state();
    }

    private void checkOpen() {
        if (closed) {
            throw new Stopped("The stream " + state().path() + " is closed.");
        }
    }

    void checkRunning() {
        checkOpen();
        Stopped why = committer.stopped();
        if (why != null) {
            throw why;
        }
    }

    void checkNotBroken() {
        if (broken != null) {
            throw broken;
        }
    }

    /** The open operation is laid out in part only: it can only be rolled back. */
    StreamSourceException failOperation(Throwable cause) {
        StreamSourceException failure;
        if (cause instanceof Disk.FullException full) {
            failure = new DiskFull(committer.full(full), full);
        } else if (cause instanceof IOException) {
            failure = committer.stop("writing to " + state().path() + " failed", cause);
        } else {
            failure = new OperationFailed(
                    "The open operation cannot be committed any more, roll it back: " + cause, cause);
        }
        broken = failure;
        return failure;
    }
}
