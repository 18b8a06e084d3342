package io.sluice.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** How sockets are done here: epoll where there is one, else NIO, and the options that both have. */
enum Transport {
    /** Linux. */
    EPOLL,

    /** Everywhere. */
    NIO;

    /** A client's commands are at most {@link io.sluice.core.Command#MAX_LENGTH} bytes, so small reads are enough. */
    private static final int RECEIVE_BUFFER_LENGTH = 512;

    private static final int BACKLOG = 1024;

    /** A channel with more than this waiting is not writable, until it is down to the low mark. */
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(32 << 10, 64 << 10);

    /**
     * How much unsent data the kernel takes for a connection beyond what is under way. Without a limit it takes megabytes
     * for a client that does not read, and then asks for more only when a third of them is gone: a slow client would
     * look as if it took nothing for minutes.
     */
    private static final int UNSENT_LOW_WATER_MARK = 256 << 10;

    /** The best one that works on this machine. */
    static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** Event loops on daemon threads. */
    EventLoopGroup newLoops(String threadName, int count) {
        return new MultiThreadIoEventLoopGroup(
                count,
                new DefaultThreadFactory(threadName, true),
                this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** A bootstrap with this transport's options set. Channels are read on demand only. */
    ServerBootstrap newBootstrap() {
        ServerBootstrap bootstrap = new ServerBootstrap();
        if (this == EPOLL) {
            bootstrap.channel(EpollServerSocketChannel.class);
            bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) UNSENT_LOW_WATER_MARK);
        } else {
            bootstrap.channel(NioServerSocketChannel.class);
        }
        return bootstrap
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(RECEIVE_BUFFER_LENGTH).maxMessagesPerRead(1));
    }
}
