package io.sluice.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Tells a client that takes nothing at all from one that is merely slow, and from one for which nothing waits.
 *
 * <p><b>Threading:</b> confined to the session's loop.
 */
final class StallWatch {
    private long writesDone;
    private long writesDoneAtLastLook;
    private long progressAtLastLook;
    private boolean waiting;
    private long sinceNanos;

    /** A write has gone out as a whole. */
    void written() {
        writesDone++;
    }

    /** Looks, and tells whether something has been waiting for this long without a single byte of it being taken. */
    boolean isStalled(Channel channel, long nowNanos, long timeoutNanos) {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        if (outbound == null || nothingWaits(channel)) {
            waiting = false;
            return false;
        }
        long progress = outbound.currentProgress();
        if (!waiting || writesDone != writesDoneAtLastLook || progress != progressAtLastLook) {
            waiting = true;
            writesDoneAtLastLook = writesDone;
            progressAtLastLook = progress;
            sinceNanos = nowNanos;
            return false;
        }
        return nowNanos - sinceNanos >= timeoutNanos;
    }

    /** Whether the kernel has taken all that was written. */
    static boolean nothingWaits(Channel channel) {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return outbound == null || outbound.totalPendingWriteBytes() == 0;
    }
}
