package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.ClientException;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import io.sluice.server.Await;
import io.sluice.storage.StreamView;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clients that follow a relay all the time, from the first entry on, and again from there when the history has changed. */
final class Watchers implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(50);

    private final List<Watcher> all = new ArrayList<>();
    private volatile boolean closed;

    Watchers(InetSocketAddress relay, int count) {
        for (int i = 0; i < count; i++) {
            Watcher watcher = new Watcher(relay);
            all.add(watcher);
            watcher.setDaemon(true);
            watcher.start();
        }
    }

    /** Until each has exactly what the stream has. */
    void awaitSame(StreamView source) {
        List<Integer> expected = new ArrayList<>();
        for (Entry entry : Upstreaming.entries(source)) {
            expected.add(entry.hashCode());
        }
        for (Watcher each : all) {
            Await.until(() -> each.count() == expected.size() || each.wrong != null);
            assertThat(each.wrong).isNull();
            assertThat(each.received()).isEqualTo(expected);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Watcher extends Thread {
        private final InetSocketAddress relay;

        // Guarded by this.
        private final List<Integer> received = new ArrayList<>();

        private volatile @Nullable Throwable wrong;

        Watcher(InetSocketAddress relay) {
            super("watcher");
            this.relay = relay;
        }

        synchronized int count() {
            return received.size();
        }

        synchronized List<Integer> received() {
            return List.copyOf(received);
        }

        private synchronized void startOver() {
            received.clear();
        }

        @Override
        public void run() {
            try {
                while (!closed) {
                    startOver();
                    follow();
                }
            } catch (Throwable t) {
                wrong = t;
            }
        }

        private void follow() {
            try (StreamFollower follower = StreamFollower.open(relay, FollowFrom.entry(0), FollowOptions.defaults())) {
                while (!closed) {
                    EntryBatch batch = follower.next(TICK);
                    if (batch != null) {
                        add(batch);
                    }
                }
            } catch (ClientException.PlaceLost e) {
                // The relay was truncated before what this one had.
            } catch (ClientException e) {
                if (!closed) {
                    throw e;
                }
            }
        }

        private synchronized void add(EntryBatch batch) {
            assertThat(batch.firstNumber()).isEqualTo(received.size());
            batch.forEach(entry -> received.add(entry.hashCode()));
        }
    }
}
