package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.core.ProtocolException;
import io.sluice.core.Result;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of a source: takes its bytes apart and hands the messages to the stream's {@link SourceWriter}
 * (docs/protocol.md, "The source protocol"). A keepAlive is answered here, so that it is answered while the disk is busy. Nothing
 * is read while too much waits to be executed, or while the source does not take its replies.
 *
 * <p><b>Threading:</b> confined to the channel's loop, but for what says otherwise.
 */
// A write or a close that fails closes the channel, and of that this hears.
@SuppressWarnings("FutureReturnValueIgnored")
final class SourceSession extends ChannelInboundHandlerAdapter {
    /** How long a connection has for its greeting. */
    static final long GREETING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger LOG = LoggerFactory.getLogger(SourceSession.class);

    /** With more than this not handed to the channel yet nothing is executed. */
    private static final int MAX_OUTBOX_LENGTH = 256 << 10;

    /** After this the connection is closed, whether the source has taken its last replies or not. */
    private static final long MAX_CLOSE_MILLIS = 3000;

    private final Channel channel;
    private final SourcePort port;
    private final String address;
    private final MessageBuffer received = new MessageBuffer();
    private final Outbox outbox;
    private final SourceInbox inbox;
    private final CommitAnswers commits;

    private final long beganNanos;

    private SourceBatch batch = new SourceBatch();
    private long streamType;
    private boolean inputEnded;

    /** What is said last, when the input is at fault. */
    private @Nullable Farewell farewell;

    /** Set with the greeting. */
    private volatile @Nullable SourceWriter writer;

    /** Written by the loop. */
    private volatile SourceState state = SourceState.NEW;

    /** When bytes came last; written by the loop. */
    private volatile long heardNanos;

    SourceSession(Channel channel, SourcePort port) {
        this.channel = channel;
        this.port = port;
        this.address = StreamServer.text((InetSocketAddress) channel.remoteAddress());
        this.outbox = new Outbox(channel.alloc(), () -> onLoop(this::flush));
        this.inbox = new SourceInbox(() -> onLoop(this::readMore));
        this.commits = new CommitAnswers(outbox, this::wakeWriter);
        this.beganNanos = port.clock().nanoTime();
        this.heardNanos = beganNanos;
    }

    /** Where it connects from; any thread. */
    String address() {
        return address;
    }

    /** The writer's. */
    SourceInbox inbox() {
        return inbox;
    }

    /** Its commits that are not answered yet; any thread. */
    CommitAnswers commits() {
        return commits;
    }

    /** When bytes came last; any thread. */
    long heardNanos() {
        return heardNanos;
    }

    /** Whether it has greeted as one that may be wanted here: it knows the secret, and names a stream. */
    boolean hasGreeted() {
        return writer != null;
    }

    /** Whether it has greeted, and is still there; any thread. */
    boolean awaitsLease() {
        return state == SourceState.GREETED;
    }

    /** Any thread. */
    boolean isConnected() {
        return channel.isActive();
    }

    /** Whether something more can be executed for it: what is not taken waits in its kernel and ours; any thread. */
    boolean takesReplies() {
        return !isConnected()
                || (channel.isWritable()
                        && outbox.length() < MAX_OUTBOX_LENGTH
                        && commits.count() < CommitAnswers.MAX_WAITING);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel.closeFuture().addListener(closed -> left());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        LOG.debug("source {} connected", address);
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (state == SourceState.NEW || state == SourceState.GREETED || state == SourceState.OPEN) {
                heardNanos = port.clock().nanoTime();
                received.add((ByteBuf) message);
                takeMessages();
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flush();
        readMore();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            wakeWriter();
            readMore();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            inputEnded = true;
            if (state == SourceState.CLOSING) {
                channel.close();
            } else {
                endInput();
            }
        } else if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            port.refusals().tell(address, SourceTls.handshakeFailure(handshake.cause()));
            close("it showed no certificate that is good here");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof IOException) {
            // Its message can hold what the source has sent.
            close(cause.getClass().getSimpleName());
        } else {
            LOG.error("The session of source {} failed.", address, cause);
            close("failed");
        }
    }

    /** Takes what has arrived apart, and hands it on at once. */
    private void takeMessages() {
        SourceMessage message = null;
        try {
            message = nextMessage();
            while (message != null) {
                take(message);
                message = null;
                message = nextMessage();
            }
            if (state == SourceState.GREETED && !received.isEmpty()) {
                throw new ProtocolException("Nothing may be sent before the greeting is answered.");
            }
            deliver();
        } catch (ProtocolException e) {
            part(Farewell.to(e, message == null ? received.code() : message.code()));
        }
    }

    private @Nullable SourceMessage nextMessage() {
        return state == SourceState.NEW || state == SourceState.OPEN ? received.next(state == SourceState.OPEN) : null;
    }

    private void take(SourceMessage message) {
        if (message instanceof SourceMessage.Greet greet) {
            greet(greet);
        } else if (message.streamType() != streamType) {
            throw new ProtocolException("This source writes the stream of type " + Long.toUnsignedString(streamType)
                    + ", not that of type " + Long.toUnsignedString(message.streamType()) + ".");
        } else if (message instanceof SourceRequest.KeepAlive keepAlive) {
            outbox.add(new SourceReply(keepAlive.code(), keepAlive.request(), Result.OK));
        } else {
            batch.add(message);
        }
    }

    private void greet(SourceMessage.Greet greet) {
        if (state != SourceState.NEW) {
            throw new ProtocolException("A source greets once.");
        }
        Farewell refusal = port.refusal(greet, address);
        SourceWriter found = port.writers().get(greet.streamType());
        if (refusal != null || found == null) {
            part(refusal);
        } else {
            state = SourceState.GREETED;
            streamType = greet.streamType();
            writer = found;
            found.greet(this, greet);
        }
    }

    private void deliver() {
        SourceWriter to = writer;
        if (to != null && !batch.messages().isEmpty()) {
            to.deliver(this, batch);
            batch = new SourceBatch();
        }
    }

    /** What follows cannot be understood, or is not allowed. */
    private void part(@Nullable Farewell last) {
        LOG.debug("source {}: {}", address, last);
        farewell = last;
        endInput();
    }

    /** Nothing more is taken. What has arrived is executed, then the connection ends. */
    private void endInput() {
        deliver();
        received.clear();
        SourceWriter at = writer;
        if (state == SourceState.OPEN && at != null) {
            state = SourceState.ENDING;
            at.ended(this);
        } else if (state == SourceState.NEW || state == SourceState.GREETED) {
            beginClose();
        }
    }

    private void readMore() {
        boolean wanted = switch (state) {
            case NEW, GREETED, OPEN -> channel.isWritable() && !inbox.isFull();
            case ENDING -> false;
            case CLOSING -> true;
        };
        if (wanted && channel.isActive() && !inputEnded) {
            channel.read();
        }
    }

    /** Sends a reply, soon; any thread. */
    void reply(SourceReply reply) {
        outbox.add(reply);
    }

    /** It has the lease; any thread. */
    void granted(SourceGrant grant) {
        onLoop(() -> {
            if (state == SourceState.GREETED) {
                heardNanos = port.clock().nanoTime();
                state = SourceState.OPEN;
                reply(new SourceReply(SourceMessage.Greet.CODE, 0, Result.OK, grant.toBytes()));
                readMore();
            }
        });
    }

    /** Sends what waits, and this, and ends the connection politely; any thread. */
    void finish(@Nullable SourceReply last) {
        // Behind the answer to the greeting, which the loop gives.
        onLoop(() -> {
            if (last != null) {
                reply(last);
            }
            beginClose();
        });
    }

    private void beginClose() {
        if (state == SourceState.CLOSING) {
            return;
        }
        state = SourceState.CLOSING;
        received.clear();
        tellWriter();
        if (farewell != null) {
            farewell.putInto(outbox);
        }
        flush();
        channel.eventLoop().schedule(() -> channel.close(), MAX_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        PoliteClose.begin(channel, () -> inputEnded);
    }

    /** Closes the connection. What waits for the source is dropped. */
    void close(String why) {
        if (state != SourceState.CLOSING) {
            LOG.debug("source {} is closed: {}", address, why);
        }
        state = SourceState.CLOSING;
        received.clear();
        channel.close();
    }

    private void left() {
        state = SourceState.CLOSING;
        received.clear();
        outbox.close();
        port.connections().leave(this);
        tellWriter();
    }

    private void tellWriter() {
        SourceWriter at = writer;
        if (at != null) {
            at.ended(this);
        }
    }

    private void wakeWriter() {
        SourceWriter at = writer;
        if (at != null) {
            at.wake();
        }
    }

    private void flush() {
        ByteBuf bytes = outbox.take();
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        boolean wasFull = bytes.readableBytes() >= MAX_OUTBOX_LENGTH;
        channel.writeAndFlush(bytes);
        if (wasFull) {
            wakeWriter();
        }
    }

    /** Looks whether it is still heard of; now and then. */
    void look(long nowNanos, long leaseNanos) {
        switch (state) {
            case NEW -> {
                if (nowNanos - beganNanos >= GREETING_NANOS) {
                    close("it has not greeted");
                }
            }
            case OPEN, ENDING -> {
                if (takesReplies() && (state == SourceState.ENDING || inbox.isFull())) {
                    // It is we who are slow.
                    heardNanos = nowNanos;
                } else if (nowNanos - heardNanos >= leaseNanos) {
                    close("it was silent");
                }
            }
            case GREETED, CLOSING -> {
                // The writer answers the one, a timer ends the other.
            }
        }
    }

    private void onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("source {}: the server was closed before", address);
        }
    }
}
