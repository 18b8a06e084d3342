package io.sluice.client;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.time.Duration;

/**
 * How a {@link StreamClient} behaves. Begin with {@link #defaults()} and change what should differ:
 * {@code ClientOptions.defaults().withStreamType(2)}.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param streamType the stream that is wanted, among those the server hosts; 1 is a zkEVM sequencer; unsigned
 * @param connectTimeout how long to wait for the connection, more than zero
 * @param replyTimeout how long to wait for the whole answer to a command, and for the next entries of a range; more
 *     than zero
 * @param receiveBufferBytes the client's own buffer, outside the heap: the most that one batch holds; at least
 *     1,048,576, which is the longest entry
 */
public record ClientOptions(long streamType, Duration connectTimeout, Duration replyTimeout, int receiveBufferBytes) {
    private static final ClientOptions DEFAULTS =
            new ClientOptions(StreamHeader.SEQUENCER, Duration.ofSeconds(10), Duration.ofSeconds(10), 1 << 20);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when a value is out of its range
     */
    public ClientOptions {
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("replyTimeout", replyTimeout);
        if (receiveBufferBytes < EntryFormat.PAGE_LENGTH) {
            throw new IllegalArgumentException("receiveBufferBytes is " + receiveBufferBytes + ", but the longest entry"
                    + " must fit: at least " + EntryFormat.PAGE_LENGTH + ".");
        }
    }

    /** Stream type 1, 10 seconds for the connection and for an answer, a buffer of 1 MiB. */
    public static ClientOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another stream type. */
    public ClientOptions withStreamType(long newStreamType) {
        return new ClientOptions(newStreamType, connectTimeout, replyTimeout, receiveBufferBytes);
    }

    /** The same with another time for the connection. */
    public ClientOptions withConnectTimeout(Duration newConnectTimeout) {
        return new ClientOptions(streamType, newConnectTimeout, replyTimeout, receiveBufferBytes);
    }

    /** The same with another time for an answer. */
    public ClientOptions withReplyTimeout(Duration newReplyTimeout) {
        return new ClientOptions(streamType, connectTimeout, newReplyTimeout, receiveBufferBytes);
    }

    /** The same with another receive buffer. */
    public ClientOptions withReceiveBufferBytes(int newReceiveBufferBytes) {
        return new ClientOptions(streamType, connectTimeout, replyTimeout, newReceiveBufferBytes);
    }

    private static void requirePositive(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " is " + duration + ", but must be more than zero.");
        }
    }
}
