package io.sluice.samples;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Flow.Subscription;

/** Subscribes to a stream: the batches are its own, and come as many as it asks for. */
public final class FollowAsSubscriber implements Flow.Subscriber<EntryBatch> {
    private final long until;
    private final PrintStream out;
    private final CompletableFuture<Long> reached = new CompletableFuture<>();
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();

    private FollowAsSubscriber(long until, PrintStream out) {
        this.until = until;
        this.out = out;
    }

    /** Takes the host and port of a server, and the entry to end before. */
    public static void main(String[] args) {
        if (args.length != 3) {
            throw new IllegalArgumentException("Usage: FollowAsSubscriber HOST PORT UNTIL");
        }
        run(new InetSocketAddress(args[0], Integer.parseInt(args[1])), Long.parseLong(args[2]), System.out);
    }

    /** Prints each batch until the last wanted entry has come. */
    public static void run(InetSocketAddress server, long until, PrintStream out) {
        FollowAsSubscriber subscriber = new FollowAsSubscriber(until, out);
        try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(0), FollowOptions.defaults())) {
            follower.publisher().subscribe(subscriber);
            subscriber.reached.join();
        }
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription.complete(newSubscription);
        newSubscription.request(1);
    }

    @Override
    public void onNext(EntryBatch batch) {
        out.println("entries " + batch.firstNumber() + " to " + batch.lastNumber());
        if (batch.lastNumber() + 1 >= until) {
            subscription.join().cancel();
            reached.complete(batch.lastNumber());
        } else {
            subscription.join().request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        reached.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        reached.cancel(false);
    }
}
