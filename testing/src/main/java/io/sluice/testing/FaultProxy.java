package io.sluice.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bad network: a proxy on loopback between clients and one server. Every connection meets one fault (or, if
 * it outlives that, perhaps more), after a number of bytes from the server that is drawn for it, so that faults fall anywhere: inside results, entry headers,
 * data and marks. Plans are drawn in the order in which connections are accepted, and the same seed gives the same plans;
 * print the proxy when a test fails. Without a fault the proxy hands on bytes, half-closes and resets as they come.
 *
 * <p><b>Threading:</b> all methods are safe for any thread. Inside, one daemon thread accepts, and two small ones serve
 * each connection. {@link #close()} closes the listener and both sides of every connection, and nothing else.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final FaultSettings settings;
    private final ServerSocket listener;
    private final FaultCounts<Fault> counts = new FaultCounts<>(Fault.class);
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();

    /**
     * Only the accepting thread draws. Not a java.util.Random, whose first numbers are nearly equal for neighbouring
     * seeds; this one mixes its seed.
     */
    private final SplittableRandom random;

    private volatile @Nullable InetSocketAddress target;
    private volatile boolean faultsStopped;
    private volatile boolean closed;

    /** What can happen to a connection. */
    public enum Fault {
        /** Both sides are closed in an orderly way, as by a server that goes down. */
        CUT,
        /** The client's side is reset, as by a middlebox that has forgotten the connection. */
        RESET,
        /** Nothing is forwarded any more in either direction. It ends when the client closes. */
        STALL,
        /** Nothing is forwarded for a while, then all that was held back, as by a network that comes back. */
        STALL_THEN_GO_ON,
        /** The server's side is closed, and the client hears nothing of it. */
        HALF_OPEN,
        /** The connection is accepted and closed without a byte. */
        REFUSE,
        /** For a while single bytes come with pauses between them. Then all is well. */
        SLOW
    }

    private FaultProxy(FaultSettings settings, @Nullable InetSocketAddress target) {
        this.settings = settings;
        this.target = target;
        this.random = new SplittableRandom(settings.seed());
        try {
            listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError("The proxy cannot listen on loopback.", e);
        }
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    /**
     * Where connections lead that are accepted from now on; those that stand stay where they are. With null, as with a
     * server that cannot be reached, they are closed without a byte, which counts as no fault.
     */
    public void setTarget(@Nullable InetSocketAddress newTarget) {
        target = newTarget;
    }

    /**
     * Everything passes from now on. Healthy connections go on; those that are stalled or half open, and would be for
     * good or for a while, are closed.
     */
    public void stopFaults() {
        faultsStopped = true;
        connections.forEach(ProxiedConnection::closeIfStalled);
    }

    /** How often this fault has really happened; connections that end before theirs do not count. */
    public long count(Fault fault) {
        return counts.of(fault);
    }

    /** The faults that have happened, and how often. */
    public Map<Fault, Long> counts() {
        return counts.happened();
    }

    /** How many connections have been accepted so far, those that were refused included. */
    public long accepted() {
        return accepted.get();
    }

    /** How many connections are open now, stalled ones included. */
    public int open() {
        return connections.size();
    }

    @Override
    public void close() {
        closed = true;
        closeQuietly(listener);
        connections.forEach(ProxiedConnection::close);
    }

    @Override
    public String toString() {
        return "FaultProxy[seed=" + settings.seed() + ", port=" + listener.getLocalPort() + ", target=" + target
                + ", accepted=" + accepted + ", open=" + open() + ", faults=" + counts()
                + (faultsStopped ? ", stopped" : "") + "]";
    }

    FaultSettings settings() {
        return settings;
    }

    boolean faultsStopped() {
        return faultsStopped;
    }

    /** Counts a fault that is about to happen; false when it must not happen any more. */
    boolean strikes(Fault fault) {
        if (faultsStopped) {
            return false;
        }
        counts.add(fault);
        return true;
    }

    void forget(ProxiedConnection connection) {
        connections.remove(connection);
    }

    static void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // Closing is all that can be done with it.
        }
    }

    private void acceptAll() {
        while (!closed) {
            try {
                accept(listener.accept());
            } catch (IOException e) {
                // Either the proxy is closed, or the machine is short of something for a moment.
                LockSupport.parkNanos(closed ? 0 : ACCEPT_PAUSE_NANOS);
            }
        }
    }

    private void accept(Socket client) {
        accepted.incrementAndGet();
        FaultSettings.Plan plan = settings.draw(random);
        InetSocketAddress server = target;
        if (server == null || (plan.fault() == Fault.REFUSE && strikes(Fault.REFUSE))) {
            closeQuietly(client);
            return;
        }
        ProxiedConnection connection = new ProxiedConnection(this, client, plan, random.split());
        connections.add(connection);
        connection.start(server);
        if (closed) {
            connection.close();
        }
    }

    /**
     * How a proxy is to behave. All faults are on unless some are named.
     *
     * <p><b>Threading:</b> for one thread.
     */
    public static final class Builder {
        private final long seed;
        private List<Fault> faults = List.of(Fault.values());
        private long maxBytes = 4096;
        private double healthyShare = 0.2;
        private long healthyBytes = 1 << 20;
        private Duration stall = Duration.ofMillis(200);
        private boolean again;
        private int slowBytes = 200;
        private Duration slowPause = Duration.ofMillis(1);
        private boolean mirrored;

        /** Any number is a good seed. */
        public Builder(long seed) {
            this.seed = seed;
        }

        /** The faults that may happen, each as likely as the others; none for a proxy that only forwards. */
        public Builder faults(Fault... newFaults) {
            faults = List.copyOf(
                    newFaults.length == 0 ? EnumSet.noneOf(Fault.class) : EnumSet.copyOf(Arrays.asList(newFaults)));
            return this;
        }

        /** A fault happens after 0 to this many bytes from the server; 4096 unless told otherwise. */
        public Builder maxBytes(long newMaxBytes) {
            require(newMaxBytes >= 0, "maxBytes is " + newMaxBytes + ", but must not be negative.");
            maxBytes = newMaxBytes;
            healthyBytes = Math.max(healthyBytes, newMaxBytes);
            return this;
        }

        /**
         * This share of the connections, 0 to 1, meets its fault later: after maxBytes to this many bytes. A fifth and
         * 1 MiB unless told otherwise.
         */
        public Builder healthy(double share, long newHealthyBytes) {
            require(share >= 0 && share <= 1, "The healthy share is " + share + ", but must be 0 to 1.");
            require(
                    newHealthyBytes >= maxBytes,
                    "healthyBytes is " + newHealthyBytes + ", but maxBytes is " + maxBytes);
            healthyShare = share;
            healthyBytes = newHealthyBytes;
            return this;
        }

        /** How long a {@link Fault#STALL_THEN_GO_ON} lasts; 200 ms unless told otherwise. */
        public Builder stall(Duration newStall) {
            stall = newStall;
            return this;
        }

        /** A connection that outlives its fault meets another one after as many bytes; otherwise it is healthy for good. */
        public Builder again() {
            again = true;
            return this;
        }

        /** How many bytes come singly in a {@link Fault#SLOW}, and the pause after each; 200 and 1 ms by default. */
        public Builder slow(int bytes, Duration pause) {
            slowBytes = bytes;
            slowPause = pause;
            return this;
        }

        /**
         * Server and client change places: the client's bytes are counted, and it is the server that is reset, or hears
         * nothing of a connection that is half open.
         */
        public Builder mirrored() {
            mirrored = true;
            return this;
        }

        /** Starts a proxy to this server, or to none yet. */
        public FaultProxy start(@Nullable InetSocketAddress target) {
            FaultProxy proxy = new FaultProxy(
                    new FaultSettings(
                            seed,
                            faults,
                            maxBytes,
                            healthyShare,
                            healthyBytes,
                            stall,
                            again,
                            slowBytes,
                            slowPause,
                            mirrored),
                    target);
            Thread thread = new Thread(proxy::acceptAll, "fault-proxy-accept");
            thread.setDaemon(true);
            thread.start();
            return proxy;
        }

        private static void require(boolean good, String otherwise) {
            if (!good) {
                throw new IllegalArgumentException(otherwise);
            }
        }
    }
}
