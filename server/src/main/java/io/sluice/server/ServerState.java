package io.sluice.server;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of a server share.
 *
 * <p><b>Threading:</b> immutable; any thread.
 */
record ServerState(
        ServerOptions options,
        Map<Long, HostedStream> streamsByType,
        Map<EventLoop, ServerLoop> loops,
        Connections connections,
        ReaderPool readers,
        ChunkBuffers buffers,
        SlowClients slowClients) {
    /** The stream of this type, null when none is served. */
    @Nullable
    HostedStream stream(long streamType) {
        return streamsByType.get(streamType);
    }

    ServerLoop loopOf(Channel channel) {
        return Objects.requireNonNull(loops.get(channel.eventLoop()));
    }
}
