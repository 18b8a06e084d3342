package io.sluice.server.relay;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The servers that a relay can follow. One is followed; if there are others, a thread asks them for their headers.
 *
 * <p><b>Threading:</b> the thread that follows; {@link #close} any.
 */
final class Upstreams implements AutoCloseable {
    private static final long WATCH_MILLIS = 250;

    private final List<Upstream> all;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Upstream current;

    Upstreams(List<Upstream> all) {
        this.all = List.copyOf(all);
    }

    /** Begins to watch, if there is anything to watch. */
    void start() {
        if (all.size() < 2) {
            return;
        }
        // One thread each: one that does not answer must not hide what has become of another.
        for (Upstream upstream : all) {
            Thread thread = new Thread(() -> watch(upstream), "sluice-relay-watch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void watch(Upstream upstream) {
        try {
            while (!closed.await(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                if (upstream == current) {
                    upstream.letGo();
                } else {
                    upstream.watch();
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it but a virtual machine that ends.
            Thread.currentThread().interrupt();
        }
    }

    List<Upstream> all() {
        return all;
    }

    /**
     * The one to follow now: of those that may be tried the one that has the most, as far as is known, and of equals the one
     * that was not tried last.
     *
     * @return null when none may be tried yet
     */
    @Nullable
    Upstream choose() {
        int begin = current == null ? 0 : all.indexOf(current) + 1;
        Upstream best = null;
        for (int i = 0; i < all.size(); i++) {
            Upstream next = all.get((begin + i) % all.size());
            boolean better = best == null || next.seen().entries() > best.seen().entries();
            if (next.pauseNanos() <= 0 && better) {
                best = next;
            }
        }
        if (best != null) {
            current = best;
        }
        return best;
    }

    /** How long until one may be tried. */
    long pauseNanos() {
        return all.stream().mapToLong(Upstream::pauseNanos).min().orElse(0);
    }

    /** None is followed: all are watched. */
    void lost() {
        current = null;
    }

    /** Another one that may be tried, and for this long at least has had more entries than these; null when there is none. */
    @Nullable
    Upstream ahead(Upstream followed, long entries, long nanos) {
        long now = System.nanoTime();
        for (Upstream other : all) {
            Upstream.Seen seen = other.seen();
            if (other != followed && seen.entries() > entries && now - seen.at() >= nanos && other.pauseNanos() <= 0) {
                return other;
            }
        }
        return null;
    }

    /** Whether another one is there that may be tried soon and has not gone another way. */
    boolean hasOther(Upstream but) {
        return all.stream().anyMatch(other -> other != but && other.seen().isThere() && other.pauseNanos() <= 0);
    }

    @Override
    public void close() {
        closed.countDown();
        all.forEach(Upstream::close);
    }
}
