package io.sluice.server;

import io.sluice.core.Result;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.SourceResult;
import io.sluice.storage.DataStream;
import io.sluice.storage.SourceLease;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes a stream for sources. It executes the messages of the source that has the lease, in order, and
 * between two of them makes every change of the lease: so nothing of a source is executed after it has lost it.
 *
 * <p><b>Threading:</b> {@link #greet}, {@link #deliver}, {@link #ended}, {@link #wake} and {@link #close} any thread; the rest
 * is the writer's own thread, which is never interrupted, since it is inside files.
 */
final class SourceWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SourceWriter.class);

    /** Operations that are committed together, if so many come without a pause. */
    private static final int MAX_SUBMITTED = 128;

    private final long streamType;
    private final DataStream stream;
    private final StreamLease lease;
    private final SourceOperation operation;
    private final SourceRequests requests;
    private final int leaseMillis;
    private final Thread thread;

    private final Object lock = new Object();

    /** Guarded by the lock. */
    private final Deque<Runnable> changes = new ArrayDeque<>();

    /** Whether there are changes; written under the lock. */
    private volatile boolean changesWait;

    /** The connection of the source that has the lease. */
    private @Nullable SourceSession holder;

    private boolean closed;

    /** Operations that were submitted, and nobody has been told to commit them. */
    private int submitted;

    SourceWriter(long streamType, DataStream stream, SourceServerOptions options, Sweeps clock) {
        this.streamType = streamType;
        this.stream = stream;
        this.lease = new StreamLease(stream.leases(), clock, options.leaseTime().toNanos());
        this.operation = new SourceOperation(stream);
        this.requests = new SourceRequests(stream);
        this.leaseMillis = (int) options.leaseTime().toMillis();
        this.thread = new Thread(this::run, "sluice-source-" + Long.toUnsignedString(streamType));
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Somebody wants the lease. */
    void greet(SourceSession session, SourceMessage.Greet greet) {
        change(() -> admit(session, greet));
    }

    /** Messages of a session have arrived. */
    void deliver(SourceSession session, SourceBatch batch) {
        synchronized (lock) {
            session.inbox().add(batch);
            lock.notifyAll();
        }
    }

    /** No more messages of this session come. */
    void ended(SourceSession session) {
        synchronized (lock) {
            session.inbox().end();
            lock.notifyAll();
        }
    }

    /** A session takes replies again. */
    void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    /** Ends the thread, after what is on its way was committed and answered. The lease stays whose it is. */
    void close() {
        change(() -> {
            closed = true;
            SourceSession last = holder;
            if (last != null) {
                end(last, null);
            }
            lease.left();
        });
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void change(Runnable change) {
        synchronized (lock) {
            changes.add(change);
            changesWait = true;
            lock.notifyAll();
        }
    }

    private void run() {
        while (!closed) {
            Runnable change = awaitWork();
            try {
                if (change != null) {
                    change.run();
                } else if (holder != null) {
                    work(holder);
                }
            } catch (RuntimeException | Error e) {
                // A change takes care of its session by itself; nothing may end this thread.
                LOG.error("Writing for a source failed.", e);
            }
        }
    }

    /** Waits for a change, or, returning null, for something to do for the source that has the lease. */
    private @Nullable Runnable awaitWork() {
        boolean interrupted = false;
        try {
            synchronized (lock) {
                while (changes.isEmpty() && !hasWork()) {
                    try {
                        lock.wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                Runnable change = changes.pollFirst();
                changesWait = !changes.isEmpty();
                return change;
            }
        } finally {
            if (interrupted) {
                LOG.debug("nobody should interrupt the writer");
            }
        }
    }

    private boolean hasWork() {
        SourceSession session = holder;
        return session != null
                && session.takesReplies()
                && (requests.isBusy() || !session.inbox().isQuiet());
    }

    /** Executes what has arrived, until something else is to be done. */
    private void work(SourceSession session) {
        SourceInbox inbox = session.inbox();
        SourceMessage current = null;
        try {
            while (session == holder && !changesWait && session.takesReplies()) {
                if (requests.isBusy()) {
                    answer(session, requests.goOn());
                    continue;
                }
                current = inbox.next(lock);
                if (current != null) {
                    execute(session, current);
                } else {
                    if (inbox.isOver(lock)) {
                        lost(session);
                    }
                    return;
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("A message of source {} failed, its connection is closed.", session.address(), e);
            fail(session, current, e);
        } finally {
            commitSubmitted();
        }
    }

    /** Nothing else is to be done at once: so this thread commits, and none has to be woken. */
    private void commitSubmitted() {
        if (submitted > 0) {
            submitted = 0;
            stream.commitNow();
        }
    }

    private void execute(SourceSession session, SourceMessage message) {
        if (message instanceof SourceMessage.AddEntry entry) {
            tell(session, message, operation.add(entry));
        } else if (message instanceof SourceMessage.AddBookmark entry) {
            tell(session, message, operation.add(entry));
        } else if (message instanceof SourceMessage.Start start) {
            tell(session, message, operation.start(start));
        } else if (message instanceof SourceMessage.Commit commit) {
            operation.commit(commit, session.commits());
            if (++submitted >= MAX_SUBMITTED) {
                // There is more to execute: let another thread commit meanwhile.
                submitted = 0;
                stream.wakeCommitter();
            }
        } else if (message instanceof SourceMessage.UpdateEntry entry) {
            tell(session, message, operation.update(entry));
        } else if (message instanceof SourceMessage.Rollback rollback) {
            tell(session, message, operation.rollBack(rollback));
        } else if (message instanceof SourceRequest.Close close) {
            release(session, close);
        } else if (message instanceof SourceRequest request) {
            commitSubmitted();
            answer(session, requests.answer(request));
        }
    }

    /** Tells of a misuse that belongs to no answer. */
    private static void tell(SourceSession session, SourceMessage message, @Nullable Result error) {
        if (error != null) {
            session.reply(new SourceReply(message.code(), 0, error));
        }
    }

    private static void answer(SourceSession session, @Nullable SourceReply reply) {
        if (reply != null) {
            session.reply(reply);
        }
    }

    private void admit(SourceSession session, SourceMessage.Greet greet) {
        if (!session.awaitsLease()) {
            // It has left by now: nobody has to make room for it.
            return;
        }
        try {
            SourceSession before = holder;
            if (before != null && !before.isConnected()) {
                // Its end is known already, although its turn has not come.
                lost(before);
            }
            SourceReply refusal = lease.refusal(greet);
            if (refusal == null) {
                grant(session, greet);
            } else {
                LOG.debug("source {} does not get the lease: {}", session.address(), refusal.result());
                session.finish(refusal);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The lease of stream {} cannot be given: {}", Long.toUnsignedString(streamType), e.toString());
            session.finish(StreamLease.refusal(SourceResult.FAILED, "The lease cannot be given: " + e, new byte[0]));
        }
    }

    private void grant(SourceSession session, SourceMessage.Greet greet) {
        boolean goesOn = lease.isOfThisRun(greet);
        boolean continued = lease.isOfThisSource(greet);
        SourceSession before = holder;
        if (before != null) {
            end(before, goesOn ? null : lost(session.address()));
        }
        SourceLease given = lease.give(greet, session.address());
        holder = session;
        long unchangedBefore = greet.generation() == 0
                ? 0
                : stream.view().unchangedBefore(greet.generation()).orElse(0);
        session.granted(new SourceGrant(
                given.epoch(),
                continued,
                stream.view().committed().generation(),
                unchangedBefore,
                leaseMillis,
                stream.view().header()));
        LOG.info(
                "Source {} {} the lease of stream {}, epoch {}{}",
                session.address(),
                goesOn ? "goes on with" : "has",
                Long.toUnsignedString(streamType),
                given.epoch(),
                before == null || goesOn ? "" : ", taken over from " + before.address());
    }

    private static SourceReply lost(String address) {
        return new SourceReply(
                SourceReply.LEASE_LOST,
                0,
                SourceResult.of(SourceResult.FENCED, "Another source has taken the lease over: " + address + "."));
    }

    /** Drops what the source has open, and answers what of it is on its way. It executes nothing more. */
    private void letGo(SourceSession session) {
        holder = null;
        try {
            requests.drop();
            operation.rollBack();
            commitSubmitted();
            session.inbox().drop(lock);
            session.commits().awaitNone();
        } finally {
            // Whatever fails before: nobody is connected, and another source can have the lease in time.
            lease.disconnected(session.heardNanos());
        }
    }

    /** Lets go of a source, and ends its connection with this reply, or with none. */
    private void end(SourceSession session, @Nullable SourceReply last) {
        try {
            letGo(session);
        } finally {
            session.finish(last);
        }
    }

    private void lost(SourceSession session) {
        end(session, null);
        LOG.info(
                "Source {} of stream {} is not connected any more; it can come back",
                session.address(),
                Long.toUnsignedString(streamType));
    }

    private void release(SourceSession session, SourceRequest.Close close) {
        letGo(session);
        lease.release();
        session.finish(new SourceReply(close.code(), close.request(), Result.OK));
        LOG.info("Source {} has given the lease of stream {} back", session.address(), streamType);
    }

    private void fail(SourceSession session, @Nullable SourceMessage message, Throwable error) {
        long code = message == null ? 0 : message.code();
        SourceReply last = new SourceReply(
                code,
                message == null ? 0 : numberOf(message),
                SourceResult.of(SourceResult.FAILED, "The message failed at the server: " + error));
        if (session == holder) {
            end(session, last);
        } else {
            session.finish(last);
        }
    }

    private static long numberOf(SourceMessage message) {
        if (message instanceof SourceRequest request) {
            return request.request();
        }
        // Whether a commit that failed so is on its way is not known here: its source finds it out when it comes back.
        return 0;
    }
}
