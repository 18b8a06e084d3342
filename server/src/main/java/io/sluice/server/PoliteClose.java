package io.sluice.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The end of a connection that leaves the client its last result: closing with unread bytes of the client would be a
 * reset, which can overtake that result.
 *
 * <p><b>Threading:</b> confined to the channel's loop.
 */
// A write or a close that fails closes the channel, and of that its session hears.
@SuppressWarnings("FutureReturnValueIgnored")
final class PoliteClose {
    /** How long a client has to take a last result before the connection is closed. */
    private static final long DRAIN_MILLIS = 1000;

    private PoliteClose() {}

    /** What was written goes out; then comes the end, at once or when the client had the time to take the rest. */
    static void begin(Channel channel, BooleanSupplier inputEnded) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        // With TLS the end is a message too, and nothing can be written behind it.
        ChannelFuture last = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        last.addListener(written -> endOutput(channel, inputEnded.getAsBoolean() || !written.isSuccess()));
    }

    private static void endOutput(Channel channel, boolean atOnce) {
        if (atOnce) {
            channel.close();
            return;
        }
        ((DuplexChannel) channel).shutdownOutput();
        channel.eventLoop().schedule(() -> channel.close(), DRAIN_MILLIS, TimeUnit.MILLISECONDS);
        channel.read();
    }
}
