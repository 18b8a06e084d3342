package io.sluice.server.relay;

import io.sluice.client.ClientException;
import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.OtherStream;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.ClientException.StreamShorter;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowOptions;
import io.sluice.client.FollowProgress;
import io.sluice.client.FollowerListener;
import io.sluice.client.ResumeToken;
import io.sluice.client.StreamFollower;
import io.sluice.core.StreamSourceException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one upstream after the other, and lets the relay's own stream become what they have.
 *
 * <p><b>Threading:</b> runs on a thread of its own; {@link #close} any.
 */
final class Following implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Following.class);

    /** How often it is looked whether another upstream is better. */
    private static final Duration TICK = Duration.ofMillis(100);

    private static final long REST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long SHORT_REST_NANOS = REST_NANOS / 5;

    /** So long nothing is written after a disk was full: not much is to be logged then, either. */
    private static final long FULL_REST_NANOS = 3 * REST_NANOS;

    /** Of an upstream that is shorter so many entries are compared each time that it is tried. */
    private static final int COMPARED_AT_END = 256;

    private static final long TELL_NANOS = Duration.ofSeconds(5).toNanos();

    private final RelayOptions options;
    private final FollowOptions follow;
    private final Copy copy;
    private final Upstreams upstreams;
    private final HistoryNote note;
    private final Report report;
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile @Nullable StreamFollower follower;
    private volatile boolean closed;

    /** When something came, or there was nothing to come. */
    private long receivedAt;

    private long toldAt = System.nanoTime() - TELL_NANOS;
    private boolean toldBehind;

    /** How often in a row upstreams had less than waits to be published. */
    private int shorter;

    Following(RelayOptions options, Copy copy, Upstreams upstreams, HistoryNote note, Report report) {
        this.options = options;
        this.copy = copy;
        this.upstreams = upstreams;
        this.note = note;
        this.report = report;
        this.follow = FollowOptions.defaults()
                .withClient(options.client().withStreamType(options.streamType()))
                .withWholeOperations(true)
                .withGiveUpAfter(Duration.ZERO)
                .withCheckAfter(options.checkAfter())
                .withListener(new FollowerListener() {
                    @Override
                    public void catchingUp(FollowProgress progress) {
                        tell(progress);
                    }
                });
    }

    /** Ends it; the thread is done soon. */
    void close() {
        closed = true;
        closing.countDown();
        StreamFollower open = follower;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void run() {
        try {
            if (copy.takeUp()) {
                LOG.info(
                        "Goes on with entries {} to {}, which were received before", copy.published(), copy.next() - 1);
            }
            while (!closed) {
                Upstream next = upstreams.choose();
                if (next != null) {
                    tryToFollow(next);
                } else if (closing.await(Math.max(1, upstreams.pauseNanos()), TimeUnit.NANOSECONDS)) {
                    break;
                }
            }
            keepAtEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RelayException e) {
            report.halted(e);
        } catch (RuntimeException | Error e) {
            report.halted(new RelayException("The relay cannot go on: " + e.getMessage(), e));
        }
    }

    private void keepAtEnd() {
        try {
            copy.keep();
        } catch (StreamSourceException.DiskFull e) {
            LOG.warn("What came last will have to come again: {}", e.getMessage());
        }
    }

    private void tryToFollow(Upstream upstream) {
        try {
            note.cut(copy.next());
            followOrGoBack(upstream);
        } catch (StreamSourceException.DiskFull | StreamSourceException.OperationFailed | UncheckedIOException e) {
            // What is published stands. Perhaps somebody makes room.
            copy.backToKept();
            upstreams.all().forEach(each -> each.restFor(FULL_REST_NANOS));
            report.lost(upstream, String.valueOf(e.getMessage()));
        } finally {
            upstreams.lost();
        }
    }

    private void followOrGoBack(Upstream upstream) {
        try {
            follow(upstream);
        } catch (OtherStream e) {
            throw new RelayException("The upstream has another stream than the relay. " + e.getMessage(), e);
        } catch (StreamShorter e) {
            isShorter(upstream, e);
        } catch (HistoryDiffers e) {
            differs(upstream, e);
        } catch (ClientException e) {
            if (!closed) {
                upstream.failed();
                report.lost(upstream, String.valueOf(e.getMessage()));
            }
        }
    }

    private void follow(Upstream upstream) {
        report.connecting();
        try (StreamFollower joined =
                StreamFollower.open(upstream.address(), copy.place(note.generationOf(upstream)), follow)) {
            follower = joined;
            ResumeToken token = joined.resumeToken();
            note.joined(upstream, token == null ? OptionalLong.empty() : token.generation(), copy.next());
            FollowProgress progress = joined.progress();
            if (progress.behindBy() == 0) {
                // All that waits is whole: the upstream ends exactly there.
                copy.publish();
            }
            shorter = 0;
            receivedAt = System.nanoTime();
            report.follows(upstream, progress, copy);
            while (!closed) {
                EntryBatch batch = joined.next(TICK);
                if (batch != null) {
                    copy.add(batch);
                    upstream.works();
                    receivedAt = System.nanoTime();
                }
                FollowProgress now = joined.progress();
                report.follows(upstream, now, copy);
                tellUpToDate(upstream, now);
                if (batch == null && isSurpassed(upstream)) {
                    return;
                }
            }
        } finally {
            follower = null;
        }
    }

    /** Another upstream has had more for a while, and this one sends nothing: it is silent, or behind. */
    private boolean isSurpassed(Upstream upstream) {
        long patience = options.switchAfter().toNanos();
        if (System.nanoTime() - receivedAt < patience) {
            return false;
        }
        Upstream better = upstreams.ahead(upstream, copy.next(), patience);
        if (better == null) {
            return false;
        }
        LOG.warn(
                "{} sends nothing after entry {}, while {} has {} entries",
                upstream,
                copy.next() - 1,
                better,
                better.seen().entries());
        upstream.restFor(REST_NANOS);
        return true;
    }

    /** It has fewer entries than have come already: it is behind, or was truncated, which it may be able to tell. */
    private void isShorter(Upstream upstream, StreamShorter e) {
        report.promise(e.totalEntries());
        if (e.unchangedBefore().isPresent()) {
            differs(upstream, e);
            return;
        }
        waitsToGrow(upstream, e);
        if (copy.published() < e.totalEntries()) {
            upstream.restFor(SHORT_REST_NANOS);
            // Once it may be a server that is behind. If they all have no more, no more can be published.
            if (++shorter > upstreams.all().size()) {
                cut(e.totalEntries(), e);
            }
        } else if (!upstreams.hasOther(upstream)) {
            // The end that it has now tells whether it is merely behind; only if it is not all is compared.
            long near = Math.max(0, e.totalEntries() - COMPARED_AT_END);
            if (fork(upstream, near).isPresent()) {
                cutAtFork(upstream, e);
            }
        }
    }

    private void waitsToGrow(Upstream upstream, PlaceLost e) {
        upstream.restFor(REST_NANOS);
        report.lost(upstream, e.getMessage() + " The relay waits for it to grow.");
    }

    private void differs(Upstream upstream, PlaceLost e) {
        long unchanged = e.unchangedBefore().orElse(0);
        boolean isKnown = e.unchangedBefore().isPresent();
        if (isKnown && Long.compareUnsigned(unchanged, note.entriesOf(upstream)) >= 0) {
            // It has changed what came from others, or nothing: what it has now is compared, at once.
            note.forget(upstream);
        } else if (upstreams.hasOther(upstream)) {
            // Another one may still have what has come.
            upstream.restFor(3 * REST_NANOS);
            report.lost(upstream, String.valueOf(e.getMessage()));
        } else if (!isKnown) {
            cutAtFork(upstream, e);
        } else if (Long.compareUnsigned(unchanged, copy.next()) < 0) {
            goBack(upstream, unchanged, e);
        } else if (e instanceof StreamShorter) {
            waitsToGrow(upstream, e);
        } else {
            cutAtFork(upstream, e);
        }
    }

    /** Back to where both have the same. */
    private void goBack(Upstream upstream, long fork, PlaceLost because) {
        if (fork >= copy.published()) {
            cut(fork, because);
        } else {
            truncate(upstream, fork, because);
        }
        // What was another history may be the same one now.
        upstreams.all().forEach(each -> each.restFor(0));
    }

    /** Drops the end of what was not published: nobody has seen that. */
    private void cut(long entries, PlaceLost because) {
        LOG.warn(
                "{} Entries {} to {} are dropped, which were not published",
                because.getMessage(),
                entries,
                copy.next() - 1);
        note.cut(entries);
        copy.cut(entries);
    }

    private void cutAtFork(Upstream upstream, PlaceLost e) {
        LOG.warn("{} Looking for the fork", e.getMessage());
        OptionalLong fork = fork(upstream, 0);
        if (fork.isPresent()) {
            goBack(upstream, fork.getAsLong(), e);
        } else {
            upstream.failed();
            report.lost(upstream, String.valueOf(e.getMessage()));
        }
    }

    private OptionalLong fork(Upstream upstream, long from) {
        try {
            return Fork.find(copy, from, upstream.address(), follow, () -> closed);
        } catch (ClientException e) {
            upstream.failed();
            report.lost(upstream, String.valueOf(e.getMessage()));
            return OptionalLong.empty();
        }
    }

    private void truncate(Upstream upstream, long fork, PlaceLost because) {
        String what = because.getMessage() + " It has what the relay has up to entry " + (fork - 1) + ".";
        if (options.onDivergence() == DivergencePolicy.HALT) {
            throw new RelayException(
                    what + " The relay was told to halt then, and leaves its own stream as it is.", because);
        }
        // The fork may lie within an operation, which must not be seen by half.
        long end = copy.endUpTo(fork);
        LOG.warn("{} The relay's stream is cut: it had {} entries, and has {} now", what, copy.published(), end);
        report.diverged(what);
        if (because.unchangedBefore().isEmpty()) {
            // What that history was called belongs to entries that are gone.
            note.forget(upstream);
        }
        note.cut(end);
        copy.truncate(end);
    }

    private void tell(FollowProgress progress) {
        long now = System.nanoTime();
        if (now - toldAt >= TELL_NANOS) {
            toldAt = now;
            toldBehind = true;
            LOG.info("Catching up: {}", progress);
        }
    }

    private void tellUpToDate(Upstream upstream, FollowProgress progress) {
        if (toldBehind && progress.behindBy() == 0) {
            toldBehind = false;
            LOG.info("Up to date with {}: {} entries", upstream, copy.next());
        }
    }
}
