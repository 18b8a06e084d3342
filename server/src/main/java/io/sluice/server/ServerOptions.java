package io.sluice.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How a {@link StreamServer} serves its clients. Begin with {@link #defaults()} and change what differs.
 *
 * @param bindAddress the address to listen on; the loopback address 127.0.0.1 unless told otherwise
 * @param port 0 to 65535; 0 picks a free one
 * @param maxConnections how many connections there can be at a time, at least 1; 10,000 unless told otherwise. One more
 *     makes the longest-idle one that streams nothing be closed, and is closed itself when all stream
 * @param misusePolicy what becomes of a connection after a misuse; {@link MisusePolicy#CLOSE} unless told otherwise
 * @param stallTimeout how long a client may take not a single byte of what waits for it, more than 0; 10 minutes unless
 *     told otherwise. A client that is merely slow, or for which nothing waits, is never closed
 * @param extensions whether the commands of the extension (docs/protocol.md, "The extension") are known; true unless told
 *     otherwise
 */
public record ServerOptions(
        InetAddress bindAddress,
        int port,
        int maxConnections,
        MisusePolicy misusePolicy,
        Duration stallTimeout,
        boolean extensions) {
    private static final Duration MAX_STALL_TIMEOUT = Duration.ofDays(365);
    private static final ServerOptions DEFAULTS =
            new ServerOptions(loopback(), 0, 10_000, MisusePolicy.CLOSE, Duration.ofMinutes(10), true);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when a value is outside of its range
     */
    public ServerOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("A port is 0 to 65535, not " + port + ".");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("At least 1 connection must be allowed, not " + maxConnections + ".");
        }
        if (stallTimeout.isNegative() || stallTimeout.isZero() || stallTimeout.compareTo(MAX_STALL_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "The stall timeout is more than 0 and at most 365 days, not " + stallTimeout + ".");
        }
    }

    /** 127.0.0.1, a free port, 10,000 connections, close after a misuse, 10 minutes, with the extension. */
    public static ServerOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another address. */
    public ServerOptions withBindAddress(InetAddress newBindAddress) {
        return new ServerOptions(newBindAddress, port, maxConnections, misusePolicy, stallTimeout, extensions);
    }

    /** The same with another port. */
    public ServerOptions withPort(int newPort) {
        return new ServerOptions(bindAddress, newPort, maxConnections, misusePolicy, stallTimeout, extensions);
    }

    /** The same with another limit of connections. */
    public ServerOptions withMaxConnections(int newMaxConnections) {
        return new ServerOptions(bindAddress, port, newMaxConnections, misusePolicy, stallTimeout, extensions);
    }

    /** The same with another policy. */
    public ServerOptions withMisusePolicy(MisusePolicy newMisusePolicy) {
        return new ServerOptions(bindAddress, port, maxConnections, newMisusePolicy, stallTimeout, extensions);
    }

    /** The same with another timeout. */
    public ServerOptions withStallTimeout(Duration newStallTimeout) {
        return new ServerOptions(bindAddress, port, maxConnections, misusePolicy, newStallTimeout, extensions);
    }

    /** The same with or without the extension of the protocol. */
    public ServerOptions withExtensions(boolean newExtensions) {
        return new ServerOptions(bindAddress, port, maxConnections, misusePolicy, stallTimeout, newExtensions);
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
