package io.sluice.source;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.OperationRules;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.Fenced;
import io.sluice.core.StreamSourceException.LeaseHeld;
import io.sluice.core.StreamSourceException.OutcomeUnknown;
import io.sluice.core.StreamSourceException.Refused;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.core.StreamSourceException.Unreachable;
import io.sluice.core.StreamSourceException.WrongEntryType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StreamSource} that writes into a server over TCP (docs/protocol.md, "The source protocol"). The code that calls
 * it is that of the embedded one.
 *
 * <p>Adding an entry waits for nothing. When the connection breaks, another one is made, what was open is sent again, and
 * what was on its way is found in the stream, or sent again: each operation is committed once. Only a caller who looks at
 * the {@link SourceListener} notices. One source at a time has the lease of a stream, and keeps it across connections.
 *
 * <p><b>Threading:</b> as {@link StreamSource}: one thread at a time writes, any thread queries. It has four daemon threads
 * of its own. Futures of {@link #commitAtomicOpAsync} complete on one of them, in order; what is chained to them may call the
 * source.
 * Interrupts do no harm: they are neither lost nor acted upon.
 *
 * <p><b>Failure:</b> {@link StreamSourceException}. A misuse is found at the call. Nothing waits for longer than
 * {@link SourceOptions#timeout}: {@link Unreachable} tells that something has not happened and will not, and
 * {@link OutcomeUnknown} that an operation may be committed. The source can be used after both. After {@link Fenced}, and
 * after {@link StreamSourceException.HistoryChanged} of a call that writes, it cannot.
 */
public final class RemoteStreamSource implements StreamSource {
    private final SourceOptions options;
    private final SourceMonitor monitor;
    private final Teller teller;
    private final Delivery delivery;
    private final Receiver receiver;
    private final Watch watch;
    private final SourceGrant grant;
    private final OperationRules rules;
    private final EntrySums sums = new EntrySums();
    private final RemoteOperations operations;
    private final RemoteQueries queries;

    /** Null when none is open. */
    private @Nullable RemoteOperation open;

    private long knownFailures;
    private boolean closed;

    private RemoteStreamSource(InetSocketAddress server, SourceOptions options, SourceMessage.Claim claim) {
        this.options = options;
        monitor = new SourceMonitor(server.getHostString() + ":" + server.getPort(), options.timeout());
        teller = new Teller("sluice-source-teller-" + server.getPort());
        delivery = new Delivery(options, monitor, teller);
        receiver = new Receiver(server, options, claim, delivery);
        watch = new Watch(delivery, receiver, options.timeout());
        operations = new RemoteOperations(options.streamType(), monitor, delivery);
        queries = new RemoteQueries(options.streamType(), delivery);
        start(receiver, "receiver", server);
        start(new Sender(delivery), "sender", server);
        start(watch, "watch", server);
        try {
            grant = delivery.awaitGrant();
        } catch (StreamSourceException e) {
            end("No connection could be made.");
            throw e;
        }
        rules = new OperationRules(EntryFormat.MAX_DATA_LENGTH, grant.header().totalEntries());
    }

    private static void start(Runnable task, String name, InetSocketAddress server) {
        Thread thread = new Thread(task, "sluice-source-" + name + "-" + server.getPort());
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Connects with a server, and takes the lease of the stream. Tries again until the timeout.
     *
     * @param server its source port
     * @throws LeaseHeld when another source has the lease
     * @throws Refused when the server does not want this source
     * @throws Unreachable when there is no such server until the timeout
     */
    public static RemoteStreamSource connect(InetSocketAddress server, SourceOptions options) {
        return new RemoteStreamSource(server, options, SourceMessage.Claim.NEW);
    }

    /**
     * As {@link #connect}, and takes the lease from whoever has it. That source can change nothing any more: what it had on
     * its way is committed before this returns, what it had open is dropped.
     */
    public static RemoteStreamSource takeOver(InetSocketAddress server, SourceOptions options) {
        return new RemoteStreamSource(server, options, SourceMessage.Claim.TAKE_OVER);
    }

    /** What the server granted over the first connection: the lease, and where the stream stood. */
    public SourceGrant grant() {
        return grant;
    }

    @Override
    public void startAtomicOp() {
        monitor.checkRunning();
        if (!rules.isOpen()) {
            long failures = operations.failures();
            if (failures != knownFailures) {
                // Operations that were numbered before this one were dropped: it takes their numbers.
                rules.reset(operations.settledEnd());
                knownFailures = failures;
            }
        }
        rules.start();
        open = operations.begin(rules.firstNumber(), knownFailures);
        sums.begin(rules.firstNumber());
    }

    @Override
    public long addStreamEntry(int entryType, byte[] data) {
        monitor.checkRunning();
        rules.checkAdd(entryType, data);
        long number = rules.nextNumber();
        added(operations.addEntry(open(), number, entryType, data), number, entryType, data);
        return rules.added();
    }

    @Override
    public long addStreamBookmark(Bookmark bookmark) {
        monitor.checkRunning();
        rules.checkOpen("addStreamBookmark");
        long number = rules.nextNumber();
        boolean isKept =
                operations.append(open(), new SourceMessage.AddBookmark(options.streamType(), number, bookmark));
        added(isKept, number, EntryFormat.TYPE_BOOKMARK, bookmark.toBytes());
        return rules.added();
    }

    private void added(boolean isKept, long number, int type, byte[] data) {
        if (!isKept && sums.isComplete()) {
            sums.forgetEntries();
        }
        sums.added(number, type, data);
    }

    private RemoteOperation open() {
        return Objects.requireNonNull(open);
    }

    @Override
    public void updateEntryData(long entryNumber, int entryType, byte[] newData) {
        monitor.checkRunning();
        rules.checkUpdate(entryNumber, entryType, newData);
        if (sums.isComplete()) {
            checkType(entryNumber, entryType, sums.type(entryNumber));
            appendUpdate(entryNumber, entryType, newData);
            sums.updated(entryNumber, entryType, newData);
        } else if (!operations.hasFailed(open())) {
            updateForgotten(entryNumber, entryType, newData);
        }
    }

    /** The server knows what the entry was. */
    private void updateForgotten(long number, int type, byte[] newData) {
        operations.handOver(open());
        SourceReply reply;
        try {
            reply = delivery.request(id -> new SourceRequest.GetOpenEntry(options.streamType(), id, number));
        } catch (StreamSourceException e) {
            if (operations.hasFailed(open())) {
                // The commit tells.
                return;
            }
            throw e;
        }
        Entry old = RemoteQueries.entry(reply);
        checkType(number, type, old.type());
        appendUpdate(number, type, newData);
        sums.updated(number, type, old.data(), newData);
    }

    private void appendUpdate(long number, int type, byte[] newData) {
        operations.append(open(), new SourceMessage.UpdateEntry(options.streamType(), number, type, newData));
    }

    private static void checkType(long number, int type, int actualType) {
        if (type != actualType) {
            throw new WrongEntryType(number, type, actualType);
        }
    }

    @Override
    public StreamHeader commitAtomicOp() {
        return Waiting.join(commit(true));
    }

    @Override
    public CompletableFuture<StreamHeader> commitAtomicOpAsync() {
        return commit(false);
    }

    private CompletableFuture<StreamHeader> commit(boolean isAwaited) {
        monitor.checkRunning();
        rules.checkOpen("commitAtomicOp");
        RemoteOperation operation = open();
        open = null;
        StreamSourceException failure = operations.submit(operation, rules.nextNumber(), sums.total(), isAwaited);
        if (failure == null) {
            rules.submitted();
            return operation.outcome;
        }
        operations.rollBack(operation);
        rules.rolledBack();
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public void rollbackAtomicOp() {
        monitor.checkRunning();
        rules.checkOpen("rollbackAtomicOp");
        operations.rollBack(open());
        open = null;
        rules.rolledBack();
    }

    @Override
    public void truncate(long entryNumber) {
        change("truncate");
        SourceReply reply = delivery.request(id -> new SourceRequest.Truncate(options.streamType(), id, entryNumber));
        ByteBuffer content = reply.contentBuffer().position(Long.BYTES);
        rules.reset(StreamHeader.read(content).totalEntries());
    }

    @Override
    public void rewriteCommittedEntry(long entryNumber, int entryType, byte[] newData) {
        change("rewriteCommittedEntry");
        rules.checkNewData(entryType, newData);
        delivery.request(id -> new SourceRequest.Rewrite(options.streamType(), id, entryNumber, entryType, newData));
    }

    private void change(String call) {
        monitor.checkRunning();
        rules.checkNotOpen(call);
        operations.checkNoneOnTheirWay(call);
    }

    @Override
    public StreamHeader getHeader() {
        return queries.header();
    }

    @Override
    public Entry getEntry(long entryNumber) {
        return queries.entry(entryNumber);
    }

    @Override
    public long getBookmark(Bookmark bookmark) {
        return queries.bookmark(bookmark);
    }

    @Override
    public Entry getFirstEventAfterBookmark(Bookmark bookmark) {
        return queries.firstEventAfter(bookmark);
    }

    @Override
    public Iterable<byte[]> getDataBetweenBookmarks(Bookmark from, Bookmark to) {
        return queries.dataBetween(from, to);
    }

    /**
     * Rolls an open operation back, waits for those on their way, and gives the lease back. When there is no connection the
     * lease ends with its time.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (open != null) {
            operations.rollBack(open);
            open = null;
        }
        operations.awaitAnswers();
        // From here on no connection is made any more: the lease must not be taken again.
        receiver.stop();
        delivery.giveLeaseBack();
        end("The source is closed.");
    }

    private void end(String why) {
        receiver.stop();
        delivery.end(new Stopped(why), true);
        watch.stop();
        teller.close();
    }
}
