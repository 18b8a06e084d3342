package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessageDecoder;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Received bytes of a source that are no whole message yet: at most those of one message. Before the greeting that is little,
 * since nothing else is allowed then.
 *
 * <p><b>Threading:</b> confined to the session's loop.
 */
final class MessageBuffer {
    /** More than this is given back when it is empty: long entries are rare. */
    private static final int KEPT_LENGTH = 256 << 10;

    private ByteBuffer held = ByteBuffer.allocate(0);

    /** Takes over what was received; the bytes stay the caller's to release. */
    void add(ByteBuf received) {
        int length = held.remaining() + received.readableBytes();
        if (length > held.capacity()) {
            held = ByteBuffer.allocate(capacityFor(length)).put(held);
        } else {
            held.compact();
        }
        held.limit(length);
        received.readBytes(held);
        held.flip();
    }

    /** Room for the whole message that has begun, if its length was checked already, so that it is not copied twice. */
    private int capacityFor(int length) {
        return Math.max(length, Math.min(2 * held.capacity(), KEPT_LENGTH));
    }

    /**
     * The next whole message.
     *
     * @param greeted whether the greeting is over
     * @return null when bytes are missing
     * @throws io.sluice.core.ProtocolException when the bytes cannot be a message
     */
    @Nullable
    SourceMessage next(boolean greeted) {
        SourceMessage message = SourceMessageDecoder.read(held, greeted);
        if (message == null) {
            reserve(SourceMessageDecoder.lengthOf(held, greeted));
        }
        return message;
    }

    /** Makes room for a message of this length, which was checked; without any for nothing. */
    private void reserve(int length) {
        if (!held.hasRemaining()) {
            if (held.capacity() > KEPT_LENGTH) {
                held = ByteBuffer.allocate(0);
            }
        } else if (length > held.capacity()) {
            held = ByteBuffer.allocate(length).put(held).flip();
        }
    }

    /** The number of the message that begins here, if that much of it is there, else 0. */
    long code() {
        return held.remaining() < Long.BYTES ? 0 : held.getLong(held.position());
    }

    boolean isEmpty() {
        return !held.hasRemaining();
    }

    void clear() {
        held = ByteBuffer.allocate(0);
    }
}
