package io.sluice.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Who has the lease of a stream, as the source is told that asked for it in vain (docs/protocol.md, "Greet").
 *
 * @param address where it connected from, as {@code host:port}, in ASCII; at most {@link #MAX_ADDRESS_LENGTH} characters
 * @param sinceMillis when it got the lease, in milliseconds since 1970
 * @param endsInMillis 0 while it is connected; otherwise after how many milliseconds anybody can have the lease
 */
public record LeaseHolder(String address, long sinceMillis, long endsInMillis) {
    /** The longest address. */
    public static final int MAX_ADDRESS_LENGTH = 255;

    /** Checks the length. */
    public LeaseHolder {
        if (address.length() > MAX_ADDRESS_LENGTH) {
            throw new IllegalArgumentException(
                    "An address has at most " + MAX_ADDRESS_LENGTH + " characters, not " + address.length() + ".");
        }
    }

    /** When it got the lease. */
    public Instant since() {
        return Instant.ofEpochMilli(sinceMillis);
    }

    /** Whether it is connected. */
    public boolean isConnected() {
        return endsInMillis == 0;
    }

    /** The content of the reply. */
    public byte[] toBytes() {
        byte[] ascii = address.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(2 * Long.BYTES + ascii.length)
                .putLong(sinceMillis)
                .putLong(endsInMillis)
                .put(ascii)
                .array();
    }

    /**
     * Reads the content of the reply.
     *
     * @throws ProtocolException when it is something else
     */
    public static LeaseHolder of(ByteBuffer content) {
        int length = content.remaining() - 2 * Long.BYTES;
        if (length < 0 || length > MAX_ADDRESS_LENGTH) {
            throw new ProtocolException(
                    "The holder of a lease is told in 16 to 271 bytes, not in " + content.remaining() + ".");
        }
        long since = content.getLong();
        long endsIn = content.getLong();
        byte[] ascii = new byte[length];
        content.get(ascii);
        return new LeaseHolder(new String(ascii, StandardCharsets.US_ASCII), since, endsIn);
    }
}
