package io.sluice.server;

import io.sluice.core.SourceMessage;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link SourceServer} takes sources in. Begin with {@link #defaults()} and change what differs.
 *
 * @param bindAddress the address to listen on; the loopback address 127.0.0.1 unless told otherwise
 * @param port 0 to 65535; 0 picks a free one
 * @param leaseTime how long a source may be silent before another one can have its lease, 100 ms to 1 hour; 10 seconds
 *     unless told otherwise
 * @param token the secret that sources have to know, 1 to 1024 bytes; null when they need none
 * @param tls how sources and server show who they are; null for plain TCP
 */
public record SourceServerOptions(
        InetAddress bindAddress,
        int port,
        Duration leaseTime,
        byte @Nullable [] token,
        @Nullable SourceTls tls) {
    private static final Duration MIN_LEASE_TIME = Duration.ofMillis(100);
    private static final Duration MAX_LEASE_TIME = Duration.ofHours(1);
    private static final SourceServerOptions DEFAULTS =
            new SourceServerOptions(ServerOptions.defaults().bindAddress(), 0, Duration.ofSeconds(10), null, null);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when a value is outside of its range
     */
    public SourceServerOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("A port is 0 to 65535, not " + port + ".");
        }
        if (leaseTime.compareTo(MIN_LEASE_TIME) < 0 || leaseTime.compareTo(MAX_LEASE_TIME) > 0) {
            throw new IllegalArgumentException("A lease time is 100 ms to 1 hour, not " + leaseTime + ".");
        }
        if (token != null) {
            if (token.length < 1 || token.length > SourceMessage.MAX_TOKEN_LENGTH) {
                throw new IllegalArgumentException(
                        "A token has 1 to " + SourceMessage.MAX_TOKEN_LENGTH + " bytes, not " + token.length + ".");
            }
            token = token.clone();
        }
    }

    /** 127.0.0.1, a free port, 10 seconds, plain TCP without a token. */
    public static SourceServerOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another address. */
    public SourceServerOptions withBindAddress(InetAddress newBindAddress) {
        return new SourceServerOptions(newBindAddress, port, leaseTime, token, tls);
    }

    /** The same with another port. */
    public SourceServerOptions withPort(int newPort) {
        return new SourceServerOptions(bindAddress, newPort, leaseTime, token, tls);
    }

    /** The same with another lease time. */
    public SourceServerOptions withLeaseTime(Duration newLeaseTime) {
        return new SourceServerOptions(bindAddress, port, newLeaseTime, token, tls);
    }

    /** The same with a token that sources have to know. */
    public SourceServerOptions withToken(byte[] newToken) {
        return new SourceServerOptions(bindAddress, port, leaseTime, newToken, tls);
    }

    /** The same with TLS. */
    public SourceServerOptions withTls(SourceTls newTls) {
        return new SourceServerOptions(bindAddress, port, leaseTime, token, newTls);
    }

    /** Without the token's bytes. */
    @Override
    public String toString() {
        return "SourceServerOptions[bindAddress=" + bindAddress + ", port=" + port + ", leaseTime=" + leaseTime
                + ", token=" + (token == null ? "none" : "set") + ", tls=" + tls + "]";
    }
}
