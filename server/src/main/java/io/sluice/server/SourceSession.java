package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.core.ProtocolException;
import io.sluice.core.Result;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessageDecoder.UnknownMessage;
import io.sluice.core.SourceMessageDecoder.UnknownVersion;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.SourceResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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

    /** What a message costs beside its bytes, about. */
    private static final int MESSAGE_COST = 64;

    /** With more than this not handed to the channel yet nothing is executed. */
    private static final int MAX_OUTBOX_LENGTH = 256 << 10;

    /** After this the connection is closed, whether the source has taken its last replies or not. */
    private static final long MAX_CLOSE_MILLIS = 3000;

    private static final byte[] NOTHING = {};

    private enum State {
        /** Waits for the greeting. */
        NEW,
        /** Waits for the lease. */
        GREETED,
        /** Has the lease. */
        OPEN,
        /** Reads nothing more; what has arrived is executed. */
        ENDING,
        /** What was written goes out. */
        CLOSING
    }

    private final Channel channel;
    private final SourcePort port;
    private final String address;
    private final MessageBuffer received = new MessageBuffer();
    private final Outbox outbox;
    private final SourceInbox inbox;
    private final CommitAnswers commits;

    private final long beganNanos;

    private List<SourceMessage> batch = new ArrayList<>();
    private int batchBytes;
    private long streamType;
    private boolean inputEnded;

    /** What is said last, when the input is at fault; a bare result for what is no message. */
    private @Nullable SourceReply lastReply;

    private boolean unknownMessage;

    /** Set with the greeting. */
    private volatile @Nullable SourceWriter writer;

    /** Written by the loop. */
    private volatile State state = State.NEW;

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

    boolean hasGreeted() {
        return state != State.NEW;
    }

    /** Whether it has greeted, and is still there; any thread. */
    boolean awaitsLease() {
        return state == State.GREETED;
    }

    /** Whether something more can be executed for it: what is not taken waits in its kernel and ours; any thread. */
    boolean takesReplies() {
        return !channel.isActive()
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
            if (state == State.NEW || state == State.GREETED || state == State.OPEN) {
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
            if (state == State.CLOSING) {
                channel.close();
            } else {
                endInput();
            }
        } else if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            LOG.warn("Source {} is refused, the TLS handshake failed: {}", address, reason(handshake.cause()));
            close("it showed no certificate that is good here");
        }
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof IOException) {
            close(String.valueOf(cause.getMessage()));
        } else {
            LOG.error("The session of source {} failed.", address, cause);
            close("failed");
        }
    }

    /** Takes what has arrived apart, and hands it on at once. */
    private void takeMessages() {
        try {
            SourceMessage message = nextMessage();
            while (message != null) {
                take(message);
                message = nextMessage();
            }
            if (state == State.GREETED && !received.isEmpty()) {
                throw new ProtocolException("Nothing may be sent before the greeting is answered.");
            }
            deliver();
        } catch (UnknownVersion e) {
            ByteBuffer known = ByteBuffer.allocate(Integer.BYTES).putInt(SourceMessage.VERSION);
            fault(StreamLease.refusal(SourceResult.UNKNOWN_VERSION, String.valueOf(e.getMessage()), known.array()));
        } catch (UnknownMessage e) {
            LOG.debug("source {}: {}", address, e.getMessage());
            unknownMessage = true;
            endInput();
        } catch (ProtocolException e) {
            Result bad = SourceResult.of(SourceResult.BAD_MESSAGE, String.valueOf(e.getMessage()));
            fault(new SourceReply(received.code(), 0, bad));
        }
    }

    private @Nullable SourceMessage nextMessage() {
        return state == State.NEW || state == State.OPEN ? received.next(state == State.OPEN) : null;
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
            batchBytes += message.length() + MESSAGE_COST;
        }
    }

    private void greet(SourceMessage.Greet greet) {
        if (state != State.NEW) {
            throw new ProtocolException("A source greets once.");
        }
        SourceWriter found = port.writer(greet.streamType());
        if (!port.accepts(greet.token())) {
            LOG.warn("Source {} is refused: it has another token, or none.", address);
            fault(StreamLease.refusal(
                    SourceResult.BAD_CREDENTIALS, "The token is not the one that is wanted here.", NOTHING));
        } else if (found == null) {
            fault(StreamLease.refusal(
                    SourceResult.UNKNOWN_STREAM,
                    "There is no stream of type " + Long.toUnsignedString(greet.streamType()) + " for sources here.",
                    NOTHING));
        } else {
            state = State.GREETED;
            streamType = greet.streamType();
            writer = found;
            found.greet(this, greet);
        }
    }

    private void deliver() {
        SourceWriter to = writer;
        if (to != null && !batch.isEmpty()) {
            to.deliver(this, new SourceBatch(batch, batchBytes));
            batch = new ArrayList<>();
            batchBytes = 0;
        }
    }

    /** What follows cannot be understood, or is not allowed; this reply is the last one. */
    private void fault(SourceReply reply) {
        LOG.debug("source {}: {}", address, reply.result());
        lastReply = reply;
        endInput();
    }

    /** Nothing more is taken. What has arrived is executed, then the connection ends. */
    private void endInput() {
        deliver();
        received.clear();
        SourceWriter at = writer;
        if (state == State.OPEN && at != null) {
            state = State.ENDING;
            at.ended(this);
        } else if (state == State.NEW || state == State.GREETED) {
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
            if (state == State.GREETED) {
                heardNanos = port.clock().nanoTime();
                state = State.OPEN;
                reply(new SourceReply(SourceMessage.Greet.CODE, 0, Result.OK, grant.toBytes()));
                readMore();
            }
        });
    }

    /** Sends what waits, and this, and ends the connection politely; any thread. */
    void finish(@Nullable SourceReply last) {
        if (last != null) {
            reply(last);
        }
        onLoop(this::beginClose);
    }

    private void beginClose() {
        if (state == State.CLOSING) {
            return;
        }
        state = State.CLOSING;
        received.clear();
        tellWriter();
        if (lastReply != null) {
            outbox.add(lastReply);
        } else if (unknownMessage) {
            outbox.add(Result.INVALID_COMMAND);
        }
        flush();
        channel.eventLoop().schedule(() -> channel.close(), MAX_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            PoliteClose.begin(channel, () -> inputEnded);
        } else {
            tls.closeOutbound().addListener(sent -> PoliteClose.endOutput(channel, inputEnded || !sent.isSuccess()));
        }
    }

    /** Closes the connection. What waits for the source is dropped. */
    void close(String why) {
        if (state != State.CLOSING) {
            LOG.debug("source {} is closed: {}", address, why);
        }
        state = State.CLOSING;
        received.clear();
        channel.close();
    }

    private void left() {
        LOG.debug("source {} left", address);
        state = State.CLOSING;
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
                if (takesReplies() && (state == State.ENDING || inbox.isFull())) {
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
