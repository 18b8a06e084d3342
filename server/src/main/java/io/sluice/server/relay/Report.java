package io.sluice.server.relay;

import io.sluice.client.FollowProgress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be known of a relay from outside: its status, and how many entries it will have.
 *
 * <p><b>Threading:</b> the thread that follows writes, any thread reads.
 */
final class Report {
    private static final Logger LOG = LoggerFactory.getLogger(Report.class);

    private final CompletableFuture<RelayException> halted = new CompletableFuture<>();
    private final Copy copy;

    private volatile RelayState state = RelayState.CONNECTING;
    private volatile @Nullable InetSocketAddress upstream;
    private volatile Instant since = Instant.now();
    private volatile long received;
    private volatile long behindBy;
    private volatile @Nullable Instant upToDate;

    /** The same by the clock that nobody sets; when it was started before that. */
    private volatile long upToDateNanos = System.nanoTime();

    private volatile @Nullable String divergence;
    private volatile @Nullable String problem;
    private volatile long promised;

    Report(Copy copy) {
        this.copy = copy;
    }

    RelayStatus status() {
        long published = copy.published();
        return new RelayStatus(
                state,
                upstream,
                since,
                published,
                Math.max(published, received),
                behindBy,
                behindFor(),
                upToDate,
                divergence,
                problem);
    }

    private Duration behindFor() {
        long last = upToDateNanos;
        boolean isUpToDate = upToDate != null && upstream != null && behindBy == 0;
        return isUpToDate ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - last);
    }

    /** How many entries the upstream in use has had, as far as is known. */
    long promised() {
        return promised;
    }

    /** Completes when the relay halts, with why. */
    CompletableFuture<RelayException> whenHalted() {
        return halted;
    }

    void connecting() {
        if (state != RelayState.WAITING) {
            state = RelayState.CONNECTING;
        }
    }

    void follows(Upstream followed, FollowProgress progress, Copy ours) {
        received = ours.next();
        behindBy = progress.behindBy();
        promised = received + behindBy;
        if (behindBy == 0) {
            upToDate = Instant.now();
            upToDateNanos = System.nanoTime();
        }
        if (!followed.address().equals(upstream)) {
            since = Instant.now();
            upstream = followed.address();
            problem = null;
            LOG.info("Follows {} from entry {} on, behind by {}", followed, received, behindBy);
        }
        state = behindBy == 0 ? RelayState.FOLLOWING : RelayState.CATCHING_UP;
    }

    /** There is no upstream now; said once, until there is one again or the reason is another one. */
    void lost(Upstream lost, String why) {
        if (upstream != null) {
            since = Instant.now();
            upstream = null;
        }
        if (!why.equals(problem)) {
            LOG.warn("Does not follow {}: {}", lost, why);
        }
        problem = why;
        state = RelayState.WAITING;
    }

    void promise(long entries) {
        promised = entries;
    }

    void diverged(String what) {
        divergence = Instant.now() + " " + what;
        promised = 0;
    }

    void halted(RelayException why) {
        LOG.error("Halted. {}", why.getMessage());
        state = RelayState.HALTED;
        upstream = null;
        problem = why.getMessage();
        halted.complete(why);
    }

    void closed() {
        state = RelayState.CLOSED;
        upstream = null;
    }
}
