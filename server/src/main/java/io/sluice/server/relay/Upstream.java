package io.sluice.server.relay;

import io.sluice.client.ClientException;
import io.sluice.client.ClientOptions;
import io.sluice.client.StreamClient;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server that a relay can follow: whether it is there, how far it is, and when it may be tried again.
 *
 * <p><b>Threading:</b> {@link #watch} and {@link #letGo} are for the thread that watches, {@link #close} for any, the rest
 * for the thread that follows.
 */
final class Upstream {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MAX_DOUBLINGS = 8;

    private final InetSocketAddress address;
    private final ClientOptions options;

    private int failures;
    private long tryAt = System.nanoTime();

    /** What the header showed, and since when it has shown at least that. Written whole by the thread that watches. */
    private volatile Seen seen = Seen.NOTHING;

    /** Of the thread that watches; any thread closes. */
    private volatile @Nullable StreamClient watching;

    private volatile boolean closed;

    /**
     * What a header has shown.
     *
     * @param entries -1 when the server does not answer
     * @param at when that was
     */
    record Seen(long entries, long at) {
        static final Seen NOTHING = new Seen(-1, System.nanoTime());

        boolean isThere() {
            return entries >= 0;
        }
    }

    Upstream(InetSocketAddress address, ClientOptions options) {
        this.address = address;
        this.options = options;
    }

    InetSocketAddress address() {
        return address;
    }

    /** What its header showed the last time. */
    Seen seen() {
        return seen;
    }

    /** Asks for the header. A total that is the same as before keeps its time: for so long it has been there at least. */
    void watch() {
        try {
            StreamClient client = watching;
            if (client == null) {
                client = StreamClient.connect(address, options);
                watching = client;
                if (closed) {
                    client.close();
                }
            }
            long entries = client.header().totalEntries();
            if (entries != seen.entries()) {
                seen = new Seen(entries, System.nanoTime());
            }
        } catch (ClientException e) {
            letGo();
            seen = new Seen(-1, System.nanoTime());
        }
    }

    /** The one that is followed needs not be watched. */
    void letGo() {
        StreamClient client = watching;
        watching = null;
        if (client != null) {
            client.close();
        }
    }

    void close() {
        closed = true;
        letGo();
    }

    /** Not to be tried for a while: longer each time, until it has worked. */
    void failed() {
        long longest = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, MAX_DOUBLINGS));
        failures++;
        tryAt = System.nanoTime() + longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
    }

    /** Not to be tried for exactly this time. */
    void restFor(long nanos) {
        tryAt = System.nanoTime() + nanos;
    }

    /** It works. */
    void works() {
        failures = 0;
    }

    /** How long until it may be tried again; not above 0 when it may. */
    long pauseNanos() {
        return tryAt - System.nanoTime();
    }

    @Override
    public String toString() {
        return address.getHostString() + ":" + address.getPort();
    }
}
