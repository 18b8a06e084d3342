package io.sluice.samples;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Receives a stream from an entry on: what is there, then what is committed, over connections that may come and go. */
public final class FollowStream {
    private FollowStream() {}

    /** Takes the host and port of a server, the first entry wanted, and if it should end the entry to end before. */
    public static void main(String[] args) {
        if (args.length < 3 || args.length > 4) {
            throw new IllegalArgumentException("Usage: FollowStream HOST PORT FROM [UNTIL]");
        }
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        long until = args.length == 4 ? Long.parseLong(args[3]) : Long.MAX_VALUE;
        run(server, Long.parseLong(args[2]), until, System.out);
    }

    /** Follows until the entry is due that is not wanted any more. */
    public static void run(InetSocketAddress server, long from, long until, PrintStream out) {
        try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(from), FollowOptions.defaults())) {
            long next = from;
            while (next < until) {
                EntryBatch batch = follower.next(Duration.ofSeconds(1));
                if (batch == null) {
                    continue; // Nothing was committed for a second, which is no fault.
                }
                for (Entry entry : batch) {
                    out.println(entry);
                }
                next = batch.lastNumber() + 1;
            }
        }
    }

    /** The same without an object for each entry. */
    static long countBytes(EntryBatch batch) {
        long bytes = 0;
        while (batch.advance()) {
            bytes += batch.data().remaining();
        }
        return bytes;
    }

    /** What else can be said of how to follow. */
    static FollowOptions options() {
        return FollowOptions.defaults()
                .withWholeOperations(true)
                .withGiveUpAfter(Duration.ofHours(1))
                .withCheckAfter(Duration.ofSeconds(2));
    }
}
