package io.sluice.client;

import java.time.Duration;

/** Gives what a follower receives to a handler, on a thread of its own. */
final class Delivery {
    private static final Duration LONG = Duration.ofDays(1);

    private Delivery() {}

    static void start(StreamFollower follower, EntryHandler handler) {
        Thread thread = new Thread(() -> run(follower, handler), "sluice-follower");
        thread.setDaemon(true);
        thread.start();
    }

    private static void run(StreamFollower follower, EntryHandler handler) {
        try {
            while (true) {
                EntryBatch batch = follower.take(LONG);
                if (batch != null) {
                    handler.onEntries(batch);
                }
            }
        } catch (Throwable failure) {
            // Another client's, which the handler has closed, is a failure like any other.
            boolean wasClosed = failure instanceof ClientException.Closed && follower.isClosed();
            follower.close();
            if (!wasClosed) {
                handler.onFailure(failure);
            }
        }
    }
}
