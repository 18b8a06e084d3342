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
    private long waitingBytes;
    private long sinceNanos;
    private long stalledNanos;

    /** A write has gone out as a whole. */
    void written() {
        writesDone++;
    }

    /** Looks what waits for the client, and what it has taken since the last look. */
    void look(Channel channel, long nowNanos) {
        boolean waited = waitingBytes > 0;
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        waitingBytes = outbound == null ? 0 : outbound.totalPendingWriteBytes();
        stalledNanos = 0;
        if (outbound == null || waitingBytes == 0) {
            return;
        }
        long progress = outbound.currentProgress();
        if (!waited || writesDone != writesDoneAtLastLook || progress != progressAtLastLook) {
            writesDoneAtLastLook = writesDone;
            progressAtLastLook = progress;
            sinceNanos = nowNanos;
        } else {
            stalledNanos = nowNanos - sinceNanos;
        }
    }

    /** Bytes that waited at the last look, about: what the channel needs for each write is in it. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** For how long, at the last look, something had been waiting of which not a single byte was taken. */
    long stalledNanos() {
        return stalledNanos;
    }

    /** Whether the kernel has taken all that was written. */
    static boolean nothingWaits(Channel channel) {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return outbound == null || outbound.totalPendingWriteBytes() == 0;
    }
}
