package io.sluice.source;

import io.sluice.core.EntryFormat;
import io.sluice.core.SourceMessage;
import io.sluice.core.StreamHeader;
import java.security.SecureRandom;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link RemoteStreamSource} writes. Begin with {@link #defaults()} and change what should differ.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param streamType the stream that is written, among those the server has; 1 is a zkEVM sequencer; unsigned
 * @param sourceId what the source calls itself; not 0. Random unless told otherwise. A source that is to go on after its
 *     process was started again keeps its id, and no two processes may use one at a time
 * @param timeout how long any call waits for the server, more than zero; 30 seconds unless told otherwise. A commit that was
 *     not answered by then ends with {@link io.sluice.core.StreamSourceException.OutcomeUnknown}
 * @param memoryBytes how much of what is not committed yet is kept in memory, to be sent again over another connection; at
 *     least 2 MiB; 64 MiB unless told otherwise. When it is full the source waits for commits. A single operation that is
 *     larger is not kept: it fails when the connection breaks
 * @param token the secret that the server wants to see, or nothing; at most 1024 bytes
 * @param tls how to connect with TLS; null for plain TCP
 * @param listener hears of connections
 */
public record SourceOptions(
        long streamType,
        long sourceId,
        Duration timeout,
        int memoryBytes,
        byte[] token,
        @Nullable SSLContext tls,
        SourceListener listener) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(365);
    private static final int MEMORY_BYTES = 64 << 20;
    private static final int MIN_MEMORY_BYTES = 2 * EntryFormat.PAGE_LENGTH;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when a value is out of its range
     */
    public SourceOptions {
        if (sourceId == 0) {
            throw new IllegalArgumentException("A source's id cannot be 0.");
        }
        if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException("The timeout is more than 0 and at most 365 days, not " + timeout + ".");
        }
        if (memoryBytes < MIN_MEMORY_BYTES) {
            throw new IllegalArgumentException("memoryBytes is " + memoryBytes + ", but the longest entries must fit:"
                    + " at least " + MIN_MEMORY_BYTES + ".");
        }
        if (token.length > SourceMessage.MAX_TOKEN_LENGTH) {
            throw new IllegalArgumentException(
                    "A token has at most " + SourceMessage.MAX_TOKEN_LENGTH + " bytes, not " + token.length + ".");
        }
        token = token.clone();
    }

    /** Stream type 1, a new random id, 30 seconds, 64 MiB, plain TCP without a token. */
    public static SourceOptions defaults() {
        return new SourceOptions(
                StreamHeader.SEQUENCER, randomId(), TIMEOUT, MEMORY_BYTES, new byte[0], null, SourceListener.NONE);
    }

    /** A number that nobody else has. */
    static long randomId() {
        long id = RANDOM.nextLong();
        return id == 0 ? 1 : id;
    }

    /** The same with another stream type. */
    public SourceOptions withStreamType(long newStreamType) {
        return new SourceOptions(newStreamType, sourceId, timeout, memoryBytes, token, tls, listener);
    }

    /** The same with another id. */
    public SourceOptions withSourceId(long newSourceId) {
        return new SourceOptions(streamType, newSourceId, timeout, memoryBytes, token, tls, listener);
    }

    /** The same with another timeout. */
    public SourceOptions withTimeout(Duration newTimeout) {
        return new SourceOptions(streamType, sourceId, newTimeout, memoryBytes, token, tls, listener);
    }

    /** The same with another limit of memory. */
    public SourceOptions withMemoryBytes(int newMemoryBytes) {
        return new SourceOptions(streamType, sourceId, timeout, newMemoryBytes, token, tls, listener);
    }

    /** The same with another token. */
    public SourceOptions withToken(byte[] newToken) {
        return new SourceOptions(streamType, sourceId, timeout, memoryBytes, newToken, tls, listener);
    }

    /** The same with TLS. */
    public SourceOptions withTls(SSLContext newTls) {
        return new SourceOptions(streamType, sourceId, timeout, memoryBytes, token, newTls, listener);
    }

    /** The same with a listener. */
    public SourceOptions withListener(SourceListener newListener) {
        return new SourceOptions(streamType, sourceId, timeout, memoryBytes, token, tls, newListener);
    }
}
