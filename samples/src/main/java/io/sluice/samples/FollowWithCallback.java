package io.sluice.samples;

import io.sluice.client.ClientException;
import io.sluice.client.EntryBatch;
import io.sluice.client.EntryHandler;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.FollowProgress;
import io.sluice.client.FollowerListener;
import io.sluice.client.FollowerState;
import io.sluice.client.StreamFollower;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Has the entries of a stream delivered to a callback, and hears what becomes of the connection. */
public final class FollowWithCallback {
    private FollowWithCallback() {}

    /** Takes the host and port of a server, and the entry to end before. */
    public static void main(String[] args) {
        if (args.length != 3) {
            throw new IllegalArgumentException("Usage: FollowWithCallback HOST PORT UNTIL");
        }
        run(new InetSocketAddress(args[0], Integer.parseInt(args[1])), Long.parseLong(args[2]), System.out);
    }

    /** Prints each batch until the last wanted entry has come. */
    public static void run(InetSocketAddress server, long until, PrintStream out) {
        FollowOptions options = FollowOptions.defaults().withListener(listener(out));
        CompletableFuture<Long> reached = new CompletableFuture<>();
        try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(0), options)) {
            follower.deliverTo(new EntryHandler() {
                @Override
                public void onEntries(EntryBatch batch) {
                    out.println("entries " + batch.firstNumber() + " to " + batch.lastNumber());
                    if (batch.lastNumber() + 1 >= until) {
                        reached.complete(batch.lastNumber());
                    }
                }

                @Override
                public void onFailure(Throwable failure) {
                    reached.completeExceptionally(failure);
                }
            });
            reached.join();
        }
    }

    private static FollowerListener listener(PrintStream out) {
        return new FollowerListener() {
            @Override
            public void stateChanged(FollowerState state, @Nullable ClientException because) {
                out.println(state + (because == null ? "" : ": " + because.getMessage()));
            }

            @Override
            public void catchingUp(FollowProgress progress) {
                out.println(progress);
            }
        };
    }
}
