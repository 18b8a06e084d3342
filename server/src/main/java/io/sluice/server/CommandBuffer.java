package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.sluice.core.Command;
import io.sluice.core.CommandDecoder;
import io.sluice.core.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Received bytes that are not carried out yet. It holds no memory while there are none, which is how thousands of idle
 * sessions are.
 *
 * <p><b>Threading:</b> confined to the session's loop.
 */
final class CommandBuffer {
    /**
     * The most that is held. A session reads one small buffer at a time and nothing while it is busy, so that only a
     * peer who sends a flood and then ends its output gets that far: what the kernel holds comes at once then.
     */
    static final int MAX_HELD = 64 << 10;

    private @Nullable ByteBuffer held;

    /**
     * Takes over what was received; the bytes stay the caller's to release.
     *
     * @throws ProtocolException when it is too much
     */
    void add(ByteBuf received) {
        int before = held == null ? 0 : held.remaining();
        if (before + received.readableBytes() > MAX_HELD) {
            throw new ProtocolException("More than " + MAX_HELD + " bytes of commands wait for their turn.");
        }
        ByteBuffer joined = ByteBuffer.allocate(before + received.readableBytes());
        if (held != null) {
            joined.put(held);
        }
        received.readBytes(joined);
        held = joined.flip();
    }

    /**
     * The next whole command.
     *
     * @return null when bytes are missing
     * @throws ProtocolException when the bytes cannot be a command
     */
    @Nullable
    Command next() {
        if (held == null) {
            return null;
        }
        Command command = CommandDecoder.read(held);
        if (!held.hasRemaining()) {
            held = null;
        }
        return command;
    }

    void clear() {
        held = null;
    }
}
