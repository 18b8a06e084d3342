package io.sluice.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.sluice.storage.StreamView;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves streams to clients over TCP: history first, then each operation as it commits (docs/protocol.md). A slow client
 * delays neither the source nor another client.
 *
 * <p><b>Threading:</b> any thread. Clients are served on the server's own daemon threads: one that accepts, an event loop
 * per processor, and a few that read the streams.
 *
 * <p><b>Failure:</b> what a client sends, and how its connection ends, ends its session alone. When a stream cannot be
 * read, the sessions that wanted to are closed, and the reason is logged.
 */
public final class StreamServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamServer.class);

    /** How long clients have to take what waits for them when the server is closed. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final EventLoopGroup acceptor;
    private final EventLoopGroup loops;
    private final ServerState state;
    private final Channel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private StreamServer(EventLoopGroup acceptor, EventLoopGroup loops, ServerState state, Channel channel) {
        this.acceptor = acceptor;
        this.loops = loops;
        this.state = state;
        this.channel = channel;
    }

    /**
     * Starts a server. It serves as soon as this returns.
     *
     * @param streamsByType the streams to serve, by the stream type that clients name; they stay the caller's to close,
     *     after the server
     * @throws StreamServerException when the address cannot be listened on
     * @throws IllegalArgumentException when there is no stream
     */
    public static StreamServer start(ServerOptions options, Map<Long, StreamView> streamsByType) {
        return start(options, streamsByType, () -> 0);
    }

    /**
     * Starts a server of streams that are known to go on: a relay's, whose upstream has entries that it has not. A client may
     * begin with an entry that is not there yet, and waits for it.
     *
     * @param promised how many entries the streams will have; asked by any thread, answers at once
     * @throws StreamServerException when the address cannot be listened on
     */
    public static StreamServer start(
            ServerOptions options, Map<Long, StreamView> streamsByType, LongSupplier promised) {
        return start(
                options,
                streamsByType,
                promised,
                Transport.best(),
                ChunkBuffers.ALIGNED,
                Sweeps.every(options.stallTimeout()));
    }

    static StreamServer start(
            ServerOptions options,
            Map<Long, StreamView> streamsByType,
            Transport transport,
            ByteBufAllocator allocator,
            Sweeps sweeps) {
        return start(options, streamsByType, () -> 0, transport, allocator, sweeps);
    }

    private static StreamServer start(
            ServerOptions options,
            Map<Long, StreamView> streamsByType,
            LongSupplier promised,
            Transport transport,
            ByteBufAllocator allocator,
            Sweeps sweeps) {
        if (streamsByType.isEmpty()) {
            throw new IllegalArgumentException("A server needs at least one stream to serve.");
        }
        EventLoopGroup acceptor = transport.newLoops("sluice-acceptor", 1);
        EventLoopGroup loops =
                transport.newLoops("sluice-loop", Runtime.getRuntime().availableProcessors());
        ReaderPool readers = new ReaderPool();
        SlowClients slowClients = new SlowClients(sweeps.nanoClock(), options.stallTimeout());
        Map<EventLoop, ServerLoop> serverLoops = new HashMap<>();
        for (EventExecutor executor : loops) {
            EventLoop loop = (EventLoop) executor;
            serverLoops.put(loop, new ServerLoop(loop, options.stallTimeout().toNanos(), sweeps, slowClients));
        }
        ChunkBuffers buffers = new ChunkBuffers(allocator);
        Map<Long, HostedStream> streams = new HashMap<>();
        streamsByType.forEach(
                (type, view) -> streams.put(type, new HostedStream(view, promised, loops, readers, buffers)));
        ServerState state = new ServerState(
                options,
                streams,
                serverLoops,
                new Connections(options.maxConnections()),
                readers,
                buffers,
                slowClients);

        InetSocketAddress address = new InetSocketAddress(options.bindAddress(), options.port());
        streams.values().forEach(HostedStream::listen);
        serverLoops.values().forEach(ServerLoop::start);
        ChannelFuture bound = transport
                .newBootstrap()
                .group(acceptor, loops)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(admission(state))
                .bind(address)
                .awaitUninterruptibly();
        StreamServer server = new StreamServer(acceptor, loops, state, bound.channel());
        if (!bound.isSuccess()) {
            server.close();
            throw new StreamServerException(
                    "Cannot listen on " + text(address) + ": " + reason(bound.cause()), bound.cause());
        }
        LOG.info(
                "Serving {} on {} with {}",
                streams.size() == 1 ? "1 stream" : streams.size() + " streams",
                text(server.address()),
                transport.toString().toLowerCase(Locale.ROOT));
        return server;
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static ChannelInitializer<Channel> admission(ServerState state) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel accepted) {
                ClientSession session = new ClientSession(accepted, state);
                if (state.connections().admit(session)) {
                    accepted.pipeline().addLast(session);
                } else {
                    LOG.debug("{} is refused: the limit is reached, and all stream", accepted.remoteAddress());
                    accepted.close();
                }
            }
        };
    }

    /** What the operating system says, without the name of the call that Netty puts before it. */
    static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return message.substring(message.lastIndexOf(": ") < 0 ? 0 : message.lastIndexOf(": ") + 2);
    }

    /** An address as people write it; IPv6 in brackets. */
    static String text(InetSocketAddress address) {
        String host = NetUtil.toAddressString(address.getAddress());
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** How many clients are connected. */
    int connectionCount() {
        return state.connections().count();
    }

    /** Bytes of streams that are held for clients, beside the newest bytes that are kept for all of them. */
    long heldBytes() {
        return state.streamsByType().values().stream()
                .mapToLong(HostedStream::heldBytes)
                .sum();
    }

    /** How many streams and ranges are being sent. */
    int cursorCount() {
        return state.streamsByType().values().stream()
                .mapToInt(HostedStream::cursorCount)
                .sum();
    }

    /**
     * Stops accepting, lets what is on its way to clients go out for up to two seconds, then closes the connections.
     * Nothing is sent that no command asked for. When this returns nothing reads the streams any more.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        channel.close().awaitUninterruptibly();
        state.loops().values().forEach(loop -> loop.forEachSoon(ClientSession::finishForShutdown));
        boolean interrupted = false;
        try {
            state.connections().awaitNone(CLOSE_PATIENCE.toNanos());
            state.readers().close(CLOSE_PATIENCE);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        state.loops().values().forEach(loop -> loop.forEachSoon(session -> session.close("the server is closed")));
        state.streamsByType().values().forEach(HostedStream::close);
        Future<?> acceptorEnd = acceptor.shutdownGracefully(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        Future<?> loopsEnd = loops.shutdownGracefully(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        acceptorEnd.awaitUninterruptibly();
        loopsEnd.awaitUninterruptibly();
        state.buffers().close();
        state.slowClients().close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
