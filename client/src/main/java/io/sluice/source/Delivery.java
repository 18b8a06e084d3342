package io.sluice.source;

import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.SourceResult;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.Fenced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a remote source has to deliver, from the call to the answer, across connections: the operations of a
 * {@link Pipeline}, and {@link Requests}.
 *
 * <p><b>Threading:</b> any thread, under the {@link SourceMonitor}; futures are completed without it. The {@link Sender}
 * takes what is to be sent, the {@link Receiver} brings connections and replies, {@link Watch} looks at the clock.
 */
final class Delivery {
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** Nothing is on its way any more then, and the lease ends by itself. */
    private static final long CLOSE_PATIENCE_NANOS = 2_000 * NANOS_PER_MILLI;

    private static final long NO_LEASE_NANOS = 1_000 * NANOS_PER_MILLI;

    private final SourceOptions options;
    private final SourceMonitor monitor;
    private final Teller teller;
    private final Requests requests = new Requests();

    /** Null before the first connection. */
    private @Nullable Pipeline pipeline;

    /** The connection that has the lease, or null. */
    private @Nullable SourceLink link;

    private @Nullable SourceGrant firstGrant;

    /** How long the server of now lets the source be silent; 0 before the first connection. */
    private long leaseMillis;

    private final AtomicLong lastId = new AtomicLong();

    /** When a sign of life was asked for. */
    private long askedNanos = System.nanoTime();

    Delivery(SourceOptions options, SourceMonitor monitor, Teller teller) {
        this.options = options;
        this.monitor = monitor;
        this.teller = teller;
    }

    /** What the sender sends next: requests, then messages of operations. */
    record Load(SourceLink link, List<SourceRequest> requests, List<SendLog.Slice> slices) {
        private boolean isEmpty() {
            return requests.isEmpty() && slices.isEmpty();
        }
    }

    /** The operations; with the lock held, and after the first connection. */
    Pipeline pipeline() {
        return Objects.requireNonNull(pipeline);
    }

    /** A number for another operation or request; any thread. */
    long nextId() {
        return lastId.incrementAndGet();
    }

    /** Whether nothing more is delivered; any thread. */
    boolean hasEnded() {
        return monitor.end() != null;
    }

    /** Whether there is a connection; with the lock held. */
    boolean isConnected() {
        return link != null;
    }

    /** Waits for the first connection, and tells what it was granted. */
    SourceGrant awaitGrant() {
        monitor.lock();
        try {
            long deadline = monitor.deadline();
            while (firstGrant == null) {
                monitor.checkRunning();
                if (!monitor.awaitChange(deadline)) {
                    throw monitor.unreachable("No connection could be made with");
                }
            }
            return firstGrant;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @param newRequest makes the request with this number
     * @throws StreamSourceException that the server answers, or when it does not answer
     */
    SourceReply request(LongFunction<SourceRequest> newRequest) {
        return request(newRequest, monitor.deadline());
    }

    private SourceReply request(LongFunction<SourceRequest> newRequest, long deadlineNanos) {
        PendingRequest request;
        monitor.lock();
        try {
            monitor.checkRunning();
            request = requests.add(
                    newRequest.apply(nextId()), deadlineNanos, pipeline().logEnd());
            monitor.wakeSender();
        } finally {
            monitor.unlock();
        }
        SourceReply reply = Waiting.join(request.reply);
        if (!reply.result().isOk()) {
            throw SourceResult.error(reply.result());
        }
        return reply;
    }

    /** Tells the server that this source is done, and waits for its answer, if there is a connection that holds. */
    void giveLeaseBack() {
        monitor.lock();
        SourceLink to = link;
        monitor.unlock();
        if (to == null) {
            return;
        }
        try {
            long patience = Math.min(CLOSE_PATIENCE_NANOS, options.timeout().toNanos());
            request(id -> new SourceRequest.Close(options.streamType(), id), System.nanoTime() + patience);
        } catch (StreamSourceException e) {
            // The lease ends with its time then. Nothing is lost.
            lost(to, e);
        }
    }

    /**
     * For the sender: waits for something to send.
     *
     * @return null when nothing is delivered any more
     */
    @Nullable
    Load take() {
        monitor.lock();
        try {
            while (monitor.end() == null) {
                SourceLink to = link;
                if (to != null) {
                    Load load = new Load(
                            to,
                            requests.take(keepAliveIfDue(), pipeline().logSent()),
                            pipeline().take());
                    if (!load.isEmpty()) {
                        // What is not kept has made room.
                        monitor.signalChange();
                        return load;
                    }
                }
                monitor.awaitLoad(System.nanoTime() + keepAliveNanos());
            }
            return null;
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Asks for a sign of life now and then, also while much is sent or received: the server wants to hear of a source that
     * only waits for answers, and the source of a server that only takes.
     */
    private List<SourceRequest> keepAliveIfDue() {
        long now = System.nanoTime();
        if (now - askedNanos < keepAliveNanos()) {
            return List.of();
        }
        askedNanos = now;
        // Nobody waits for the answer; that it comes is enough.
        return List.of(new SourceRequest.KeepAlive(options.streamType(), nextId()));
    }

    /** So often that the lease holds even if some are late. */
    private long keepAliveNanos() {
        return leaseMillis == 0 ? NO_LEASE_NANOS : Math.max(1, leaseMillis / 4) * NANOS_PER_MILLI;
    }

    /** For the receiver: how to greet over the next connection. */
    SourceMessage.Greet greeting(long instance, SourceMessage.Claim firstClaim) {
        monitor.lock();
        try {
            boolean isFirst = pipeline == null;
            return new SourceMessage.Greet(
                    options.streamType(),
                    SourceMessage.VERSION,
                    isFirst ? firstClaim : SourceMessage.Claim.CONTINUE,
                    options.sourceId(),
                    instance,
                    isFirst ? 0 : pipeline().generation(),
                    options.token());
        } finally {
            monitor.unlock();
        }
    }

    /** For the receiver: what to ask the server before {@link #joined}; null for nothing. */
    Pipeline.@Nullable Doubt doubt(SourceGrant grant) {
        monitor.lock();
        try {
            return pipeline == null ? null : pipeline.doubt(grant);
        } finally {
            monitor.unlock();
        }
    }

    /**
     * For the receiver: there is a connection with the lease.
     *
     * @param sum the checksum of what was in {@link #doubt}
     * @throws StreamSourceException when the source cannot go on
     */
    void joined(SourceLink newLink, SourceGrant grant, long sum) {
        News news = new News();
        monitor.lock();
        try {
            monitor.checkRunning();
            if (pipeline == null) {
                pipeline = new Pipeline(options.memoryBytes(), grant);
                firstGrant = grant;
            } else {
                pipeline.resume(grant, sum, requests.change()).forEach(news::add);
            }
            requests.sendAgain();
            leaseMillis = grant.leaseMillis();
            link = newLink;
            monitor.wakeSender();
            monitor.signalChange();
        } finally {
            monitor.unlock();
        }
        news.tell(teller);
    }

    /** The connection is of no use any more; any thread. */
    void lost(SourceLink brokenLink, Exception why) {
        brokenLink.close();
        monitor.lock();
        try {
            if (link == null || link == brokenLink) {
                monitor.trouble(why);
            }
            if (link == brokenLink) {
                link = null;
                pipeline().disconnected();
                monitor.signalChange();
            }
            if (link == null) {
                monitor.trouble(why);
            }
        } finally {
            monitor.unlock();
        }
    }

    /** For the receiver: replies came. */
    void received(List<SourceReply> replies) {
        News news = new News();
        monitor.lock();
        try {
            for (SourceReply reply : replies) {
                if (reply.command() == SourceMessage.Commit.CODE) {
                    committed(reply, news);
                } else if (reply.command() == SourceReply.LEASE_LOST) {
                    throw new Fenced(reply.result().text());
                } else {
                    answered(reply, news);
                }
            }
            pipeline().release();
            monitor.signalChange();
        } finally {
            monitor.unlock();
            news.tell(teller);
        }
    }

    private void committed(SourceReply reply, News news) {
        if (reply.result().isOk()) {
            Pipeline.Outcome outcome = pipeline().committed(reply.request(), StreamHeader.read(reply.contentBuffer()));
            if (outcome != null) {
                news.add(outcome);
            }
            return;
        }
        List<Pipeline.Outcome> outcomes = pipeline()
                .dropped(
                        reply.request(),
                        SourceResult.error(reply.result()),
                        id -> Messages.bytes(new SourceMessage.Rollback(options.streamType(), id)));
        outcomes.forEach(news::add);
        monitor.wakeSender();
    }

    private void answered(SourceReply reply, News news) {
        PendingRequest request = requests.answered(reply);
        if (request == null) {
            return;
        }
        if (request.isChange() && reply.result().isOk()) {
            ByteBuffer content = reply.contentBuffer();
            long generation = content.getLong();
            pipeline().changed(StreamHeader.read(content), generation);
        }
        requests.done(request);
        news.add(new Requests.Outcome(request, reply, null));
    }

    /**
     * Nothing more is delivered.
     *
     * @param isKnown whether the server has said, over a connection that held, that what is not answered is not in
     */
    void end(StreamSourceException why, boolean isKnown) {
        News news = new News();
        monitor.lock();
        try {
            if (monitor.end() != null) {
                return;
            }
            monitor.end(why);
            if (pipeline != null) {
                pipeline.giveUp(operation -> isKnown ? why : pipeline().verdict(operation, why), why, false)
                        .forEach(news::add);
            }
            requests.endAll(request ->
                            !isKnown && request.isChange() && request.wasSent ? Requests.unknown(request, why) : why)
                    .forEach(news::add);
            if (link != null) {
                link.close();
                link = null;
            }
        } finally {
            monitor.unlock();
        }
        news.tell(teller);
    }

    /** For the watch: gives up what has waited for too long, and a server that is silent. */
    void look(long nowNanos) {
        News news = new News();
        monitor.lock();
        try {
            SourceLink now = link;
            if (now != null && nowNanos - now.receivedNanos() > leaseMillis * NANOS_PER_MILLI) {
                lost(now, new IOException("the server was silent for " + leaseMillis + " ms"));
            }
            StreamSourceException why = monitor.unreachable("No answer came from");
            requests.expire(nowNanos, why).forEach(news::add);
            PendingRequest change = requests.change();
            RemoteOperation oldest = pipeline == null ? null : pipeline.oldest();
            boolean isChangeOver = change != null && nowNanos - change.deadlineNanos >= 0;
            if (isChangeOver || (oldest != null && nowNanos - oldest.deadlineNanos >= 0)) {
                giveUp(why, isChangeOver ? change : null, news);
            }
        } finally {
            monitor.unlock();
        }
        news.tell(teller);
    }

    /** What was sent and not answered shows over the next connection, so this one has to go. */
    private void giveUp(StreamSourceException why, @Nullable PendingRequest change, News news) {
        if (link != null) {
            lost(link, new IOException("the server did not answer in time"));
        }
        pipeline()
                .giveUp(operation -> pipeline().verdict(operation, why), why, change != null)
                .forEach(news::add);
        if (change != null) {
            news.add(requests.abandon(change, why));
        }
        monitor.signalChange();
    }
}
