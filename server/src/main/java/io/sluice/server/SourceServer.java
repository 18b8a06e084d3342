package io.sluice.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.sluice.storage.DataStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets sources in other processes write streams over TCP (docs/protocol.md, "The source protocol"). One source at a time has
 * the lease of a stream. It has a port of its own, apart from that of a {@link StreamServer}.
 *
 * <p>While it runs nobody else may write the streams.
 *
 * <p><b>Threading:</b> any thread. It has daemon threads of its own: one for all connections, and one for each stream, which
 * writes it.
 *
 * <p><b>Failure:</b> what a source sends, and how its connection ends, ends its connection alone. When a stream takes nothing
 * more, its source is told so.
 *
 * <p><b>Limits:</b> 64 connections. Of a source that has the lease about 4 MiB of messages wait to be executed, and one
 * message more; of one that has none, a greeting. About 2 MiB of replies wait for a source that does not take them.
 */
public final class SourceServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceServer.class);

    /** A source sends much and fast, and there are few of them. */
    private static final int RECEIVE_BUFFER_LENGTH = 64 << 10;

    /** How long sources have to take what waits for them when the server is closed. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final EventLoopGroup loops;
    private final SourcePort port;
    private final Channel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SourceServer(EventLoopGroup loops, SourcePort port, Channel channel) {
        this.loops = loops;
        this.port = port;
        this.channel = channel;
    }

    /**
     * Starts a server. It takes sources in as soon as this returns.
     *
     * @param streamsByType the streams that sources may write, by the stream type that they name; they stay the caller's to
     *     close, after the server
     * @throws StreamServerException when the address cannot be listened on, or TLS cannot be set up
     * @throws IllegalArgumentException when there is no stream, or when others than this computer could write without a
     *     token or a certificate
     */
    public static SourceServer start(SourceServerOptions options, Map<Long, DataStream> streamsByType) {
        return start(
                options,
                streamsByType,
                Transport.best(),
                PooledByteBufAllocator.DEFAULT,
                Sweeps.every(options.leaseTime()));
    }

    static SourceServer start(
            SourceServerOptions options,
            Map<Long, DataStream> streamsByType,
            Transport transport,
            ByteBufAllocator allocator,
            Sweeps clock) {
        if (streamsByType.isEmpty()) {
            throw new IllegalArgumentException("A server needs at least one stream that sources may write.");
        }
        if (!options.bindAddress().isLoopbackAddress() && options.token() == null && options.tls() == null) {
            throw new IllegalArgumentException("Sources that connect to "
                    + options.bindAddress().getHostAddress()
                    + " need a token or TLS: else everybody who reaches the port could write. Without them use a loopback"
                    + " address.");
        }
        SslContext tls = options.tls() == null ? null : options.tls().context();
        Map<Long, SourceWriter> writers = new HashMap<>();
        streamsByType.forEach((type, stream) -> writers.put(type, new SourceWriter(type, stream, options, clock)));
        SourcePort port =
                new SourcePort(options, writers, new SourceConnections(), new Refusals(clock.nanoClock()), clock);
        EventLoopGroup loops = transport.newLoops("sluice-source-loop", 1);
        writers.values().forEach(SourceWriter::start);
        InetSocketAddress address = new InetSocketAddress(options.bindAddress(), options.port());
        ChannelFuture bound = transport
                .newBootstrap()
                .group(loops)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(RECEIVE_BUFFER_LENGTH).maxMessagesPerRead(1))
                .childHandler(admission(port, tls))
                .bind(address)
                .awaitUninterruptibly();
        SourceServer server = new SourceServer(loops, port, bound.channel());
        if (!bound.isSuccess()) {
            server.close();
            throw new StreamServerException(
                    "Cannot listen for sources on " + StreamServer.text(address) + ": "
                            + StreamServer.reason(bound.cause()),
                    bound.cause());
        }
        server.sweep();
        LOG.info(
                "Sources may write {} on {}{}",
                writers.size() == 1 ? "1 stream" : writers.size() + " streams",
                StreamServer.text(server.address()),
                tls == null ? "" : " with TLS");
        return server;
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static ChannelInitializer<Channel> admission(SourcePort port, @Nullable SslContext tls) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel accepted) {
                SourceSession session = new SourceSession(accepted, port);
                if (!port.connections().admit(session)) {
                    LOG.debug("source {} is refused: the limit of connections is reached", accepted.remoteAddress());
                    accepted.close();
                    return;
                }
                if (tls != null) {
                    accepted.pipeline().addLast(tls.newHandler(accepted.alloc()));
                }
                accepted.pipeline().addLast(session);
            }
        };
    }

    // It goes on for as long as the loop.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void sweep() {
        long interval = port.clock().intervalNanos();
        loops.next().scheduleWithFixedDelay(this::look, interval, interval, TimeUnit.NANOSECONDS);
    }

    private void look() {
        long now = port.clock().nanoTime();
        for (SourceSession session : port.connections().all()) {
            session.look(now, port.options().leaseTime().toNanos());
        }
        port.refusals().sweep();
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /** How many connections there are. */
    int connectionCount() {
        return port.connections().count();
    }

    /**
     * Stops accepting, rolls open operations back, commits and answers those on their way, and closes the connections. Who has
     * a lease keeps it, and can come back when there is a server again. When this returns nothing writes the streams any
     * more.
     */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        channel.close().awaitUninterruptibly();
        port.writers().values().forEach(SourceWriter::close);
        loops.next().execute(() -> {
            for (SourceSession session : port.connections().all()) {
                session.finish(null);
            }
        });
        long deadline = System.nanoTime() + CLOSE_PATIENCE.toNanos();
        while (connectionCount() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        loops.shutdownGracefully(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
        port.refusals().close();
    }
}
