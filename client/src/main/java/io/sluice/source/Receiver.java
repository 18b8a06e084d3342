package io.sluice.source;

import io.sluice.core.LeaseHolder;
import io.sluice.core.ProtocolException;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.SourceResult;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.LeaseHeld;
import io.sluice.core.StreamSourceException.OperationFailed;
import io.sluice.core.StreamSourceException.Refused;
import io.sluice.core.StreamSourceException.Stopped;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connects, finds out what became of what an earlier connection left open, and receives replies until the connection
 * breaks; then again.
 *
 * <p><b>Threading:</b> a thread of its own; {@link #look} and {@link #stop} are called by others.
 */
final class Receiver implements Runnable {
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final int MAX_DOUBLINGS = 7;
    private static final Duration LONGEST_JOIN = Duration.ofSeconds(10);

    /** A part of the caller's patience, so that one server that says nothing leaves time for another attempt. */
    private static final int JOINS_WITHIN_TIMEOUT = 3;

    private final InetSocketAddress server;
    private final SourceOptions options;
    private final SourceMessage.Claim firstClaim;
    private final long instance = SourceOptions.randomId();
    private final Delivery delivery;
    private final Duration joinTimeout;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** The connection that is being made, or null; set by the own thread. */
    private volatile @Nullable SourceLink joining;

    private int attempts;

    /** Whether there was a connection before: what does not speak the protocol then is trouble that may pass. */
    private boolean wasJoined;

    Receiver(InetSocketAddress server, SourceOptions options, SourceMessage.Claim firstClaim, Delivery delivery) {
        this.server = server;
        this.options = options;
        this.firstClaim = firstClaim;
        this.delivery = delivery;
        Duration part = options.timeout().dividedBy(JOINS_WITHIN_TIMEOUT);
        joinTimeout = part.compareTo(LONGEST_JOIN) < 0 ? part : LONGEST_JOIN;
    }

    @Override
    public void run() {
        while (stopped.getCount() > 0 && !delivery.hasEnded()) {
            SourceLink link = new SourceLink(server, options.tls());
            try {
                SourceGrant grant = join(link);
                attempts = 0;
                tell(() -> options.listener().connected(grant));
                receive(link);
            } catch (StreamSourceException e) {
                link.close();
                delivery.end(e, false);
                return;
            } catch (IOException | RuntimeException e) {
                broken(link, e);
            } catch (Error e) {
                // Of memory, say. Nobody else would connect again.
                broken(link, new IOException("receiving failed: " + e, e));
            }
        }
        delivery.end(new Stopped("The source is closed."), true);
    }

    private void broken(SourceLink link, Exception why) {
        delivery.lost(link, why);
        if (stopped.getCount() > 0) {
            tell(() -> options.listener().disconnected(Wording.reason(why)));
            pause();
        }
    }

    private void receive(SourceLink link) throws IOException {
        try {
            while (true) {
                delivery.received(link.receive());
            }
        } catch (StreamSourceException e) {
            // The server has answered everything that it had committed before it said so.
            delivery.end(e, true);
        }
    }

    private SourceGrant join(SourceLink link) throws IOException {
        joining = link;
        try {
            if (stopped.getCount() == 0) {
                throw new IOException("the source is closed");
            }
            link.connect(joinTimeout);
            SourceReply reply = link.exchange(delivery.greeting(instance, firstClaim));
            if (!reply.result().isOk()) {
                throw refusal(reply);
            }
            SourceGrant grant = SourceGrant.of(reply.contentBuffer());
            Pipeline.Doubt doubt = delivery.doubt(grant);
            long sum = doubt == null ? 0 : checksum(link, doubt);
            delivery.joined(link, grant, sum);
            wasJoined = true;
            return grant;
        } catch (SSLException e) {
            if (wasJoined || !isAboutCertificates(e)) {
                throw e;
            }
            throw new Refused("There is no trust between " + server + " and this source: " + e.getMessage());
        } catch (ProtocolException e) {
            if (wasJoined) {
                throw new IOException(e.getMessage(), e);
            }
            throw new Refused(server + " does not speak the source protocol: " + e.getMessage());
        } finally {
            joining = null;
        }
    }

    /** Trying again would not help: a certificate is not what the other side wants. */
    private static boolean isAboutCertificates(SSLException failure) {
        return failure.getCause() instanceof GeneralSecurityException
                || String.valueOf(failure.getMessage()).startsWith("Received fatal alert");
    }

    private long checksum(SourceLink link, Pipeline.Doubt doubt) throws IOException {
        SourceReply reply = link.exchange(
                new SourceRequest.GetChecksum(options.streamType(), instance, doubt.fromNumber(), doubt.toNumber()));
        if (!reply.result().isOk()) {
            throw new IOException("the server does not tell what is committed: "
                    + reply.result().text());
        }
        return reply.contentBuffer().getLong();
    }

    /** What a refused greeting means: for good, or to try again. */
    private static StreamSourceException refusal(SourceReply reply) throws IOException {
        if (reply.result().code() == SourceResult.LEASE_HELD) {
            return new LeaseHeld(LeaseHolder.of(reply.contentBuffer()));
        }
        StreamSourceException why = SourceResult.error(reply.result());
        if (why instanceof DiskFull || why instanceof OperationFailed || why instanceof Stopped) {
            throw new IOException("the server cannot give the lease: " + why.getMessage(), why);
        }
        return why;
    }

    private void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException | Error ignored) {
            // The listener's affair; what is to be delivered does not depend on it.
        }
    }

    private void pause() {
        long longest = FIRST_PAUSE_MILLIS << Math.min(attempts++, MAX_DOUBLINGS);
        try {
            if (stopped.await(ThreadLocalRandom.current().nextLong(longest + 1), TimeUnit.MILLISECONDS)) {
                attempts = 0;
            }
        } catch (InterruptedException ignored) {
            // Nobody else knows this thread, and it is stopped in another way.
        }
    }

    /** Ends an attempt to connect that takes too long; any thread. */
    void look(long nowNanos) {
        SourceLink link = joining;
        if (link != null && nowNanos - link.receivedNanos() > joinTimeout.toNanos()) {
            link.close();
        }
    }

    /** No other connection is made; any thread. */
    void stop() {
        stopped.countDown();
        SourceLink link = joining;
        if (link != null) {
            link.close();
        }
    }
}
