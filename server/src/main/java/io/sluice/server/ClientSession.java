package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.core.Command;
import io.sluice.core.ProtocolException;
import io.sluice.core.Result;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connected client: its commands, one after the other, and their replies (docs/protocol.md). Nothing is read from the
 * client while a command is being answered or while it does not take what it asked for, so that a flood of commands
 * waits in its own kernel. While it streams commands are read at once: a stop counts in the middle of history too.
 *
 * <p><b>Threading:</b> confined to the channel's loop, but for {@link #evict}.
 */
// A write or a close that fails closes the channel, and of that this hears.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientSession extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);

    /** How many results of misuse, and marks that were asked for, may wait for a client that streams and takes nothing. */
    private static final int MAX_RESULTS_WAITING = 64;

    private enum State {
        /** Waits for a command. */
        IDLE,
        /** Looks something up for a command. */
        ANSWERING,
        STREAMING,
        /** Sends a range; its next command waits. */
        RANGE,
        /** Carries out nothing any more. */
        CLOSING
    }

    private final Channel channel;
    private final ServerState server;
    private final ServerLoop home;
    private final CommandBuffer received = new CommandBuffer();
    private final StallWatch stallWatch = new StallWatch();
    private final Answers answers;

    private State state = State.IDLE;
    private @Nullable StreamCursor cursor;

    /** Of a stream that lasts, from the first look at it on. */
    private @Nullable SlowWatch slowWatch;

    private long streamType;
    private int resultsWaiting;
    private boolean inputEnded;
    private boolean processing;

    ClientSession(Channel channel, ServerState server) {
        this.channel = channel;
        this.server = server;
        this.home = server.loopOf(channel);
        this.answers = new Answers(this, channel);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        home.add(this);
        channel.closeFuture().addListener(closed -> leave());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        LOG.debug("{} connected", channel.remoteAddress());
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (state != State.CLOSING) {
                received.add((ByteBuf) message);
            }
        } catch (ProtocolException e) {
            close(String.valueOf(e.getMessage()));
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        process();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            resultsWaiting = 0;
            if (cursor != null) {
                cursor.advance();
            }
            process();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (state == State.CLOSING) {
                channel.close();
            } else {
                process();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            close(String.valueOf(cause.getMessage()));
        } else {
            LOG.error("The session of {} failed.", channel.remoteAddress(), cause);
            close("failed");
        }
    }

    /** Carries out the commands that are there, as far as their turn has come. */
    private void process() {
        if (processing) {
            // Called back from something below, which looks again by itself.
            return;
        }
        processing = true;
        try {
            boolean carriedOut = true;
            while (carriedOut) {
                carriedOut = carryOutWhatIsThere();
            }
            if (inputEnded) {
                endWithInput();
            } else if (channel.isActive() && (state == State.CLOSING || takesCommands())) {
                channel.read();
            }
        } catch (ProtocolException e) {
            closeAfterFlush(String.valueOf(e.getMessage()));
        } finally {
            processing = false;
        }
    }

    private boolean carryOutWhatIsThere() {
        boolean carriedOut = false;
        while (takesCommands()) {
            Command command = received.next();
            if (command == null) {
                break;
            }
            carryOut(command);
            carriedOut = true;
        }
        if (carriedOut) {
            channel.flush();
        }
        return carriedOut;
    }

    private boolean takesCommands() {
        return switch (state) {
            case IDLE -> channel.isWritable();
            case STREAMING -> channel.isWritable() || resultsWaiting < MAX_RESULTS_WAITING;
            case ANSWERING, RANGE, CLOSING -> false;
        };
    }

    /** The client sends nothing any more. It gets its answers, but no stream that never ends. */
    private void endWithInput() {
        if (state == State.STREAMING) {
            close("the client left");
        } else if (state == State.IDLE && channel.isWritable()) {
            finish();
        }
    }

    private void carryOut(Command command) {
        HostedStream stream = server.stream(command.streamType());
        if (stream == null) {
            closeAfterFlush("there is no stream of type " + Long.toUnsignedString(command.streamType()));
        } else if (!Answers.isKnown(command, server.options())) {
            reply(Result.INVALID_COMMAND);
            finish();
        } else if (state == State.STREAMING && cursor != null) {
            carryOutWhileStreaming(cursor, command);
        } else if (command instanceof Command.Stop || command instanceof Command.Mark) {
            misuse(Result.ALREADY_STOPPED);
        } else {
            server.connections().idle(this);
            answers.answer(stream, command);
        }
    }

    private void carryOutWhileStreaming(StreamCursor streaming, Command command) {
        boolean mark = command instanceof Command.Mark && answers.extended();
        if (!mark && !(command instanceof Command.Stop)) {
            misuse(Result.ALREADY_STARTED);
        } else if (command.streamType() != streamType) {
            misuse(Result.ALREADY_STOPPED);
        } else if (mark) {
            streaming.mark();
            countWaitingResult();
        } else {
            stopCursor("it stopped");
            state = State.IDLE;
            server.connections().idle(this);
            reply(Result.OK);
        }
    }

    private void misuse(Result result) {
        reply(result);
        if (server.options().misusePolicy() == MisusePolicy.CLOSE) {
            finish();
            return;
        }
        if (state != State.STREAMING) {
            server.connections().idle(this);
        } else {
            countWaitingResult();
        }
    }

    private void countWaitingResult() {
        if (!channel.isWritable()) {
            resultsWaiting++;
        }
    }

    /** Asks a reader thread, and goes on here with what it found. Until then no further command is looked at. */
    <T extends @Nullable Object> void lookUp(Supplier<T> lookup, Consumer<T> then) {
        state = State.ANSWERING;
        lookUpBeside(lookup, found -> answered(found, then));
    }

    /** Asks a reader thread for a stream that has begun; commands are looked at meanwhile. */
    <T extends @Nullable Object> void lookUpBeside(Supplier<T> lookup, Consumer<T> then) {
        server.readers()
                .lookUp(
                        channel.eventLoop(),
                        lookup,
                        found -> SessionStep.run(this, () -> then.accept(found)),
                        () -> close("the stream cannot be read"));
    }

    private <T extends @Nullable Object> void answered(T found, Consumer<T> then) {
        if (state == State.ANSWERING) {
            state = State.IDLE;
            then.accept(found);
            channel.flush();
            process();
        }
    }

    /** Streams from here on, after this reply. */
    void stream(long type, StreamCursor from, ByteBuf reply) {
        move(State.STREAMING, type, from, reply);
    }

    /** Sends a range after this reply, and is idle again then. */
    void sendRange(long type, StreamCursor from, ByteBuf reply) {
        move(State.RANGE, type, from, reply);
    }

    private void move(State next, long type, StreamCursor from, ByteBuf reply) {
        state = next;
        streamType = type;
        cursor = from;
        server.connections().streaming(this);
        reply(reply);
        from.advance();
    }

    /** The cursor has come to the end of its range. */
    void rangeSent() {
        cursor = null;
        state = State.IDLE;
        server.connections().idle(this);
        process();
    }

    private void reply(Result result) {
        reply(Replies.result(channel.alloc(), result));
    }

    /** Writes without flushing. That it fails shows in the channel, which is closed then. */
    void reply(ByteBuf bytes) {
        write(bytes);
    }

    /** As {@link #reply}, for who wants to know when it is done. */
    ChannelFuture write(ByteBuf bytes) {
        return channel.write(bytes).addListener(written -> stallWatch.written());
    }

    private void stopCursor(String why) {
        if (cursor != null) {
            cursor.stop();
            cursor = null;
        }
        if (slowWatch != null) {
            slowWatch.ended(why);
            slowWatch = null;
        }
    }

    /** What waits for the client goes out, then the connection is closed, politely. */
    void finish() {
        if (state == State.CLOSING) {
            return;
        }
        state = State.CLOSING;
        stopCursor("the server ends it");
        received.clear();
        server.connections().idle(this);
        PoliteClose.begin(channel, () -> inputEnded);
    }

    /** Closes the connection. What waits for the client is dropped. */
    void close(String why) {
        if (state != State.CLOSING) {
            LOG.debug("{} is closed: {}", channel.remoteAddress(), why);
        }
        state = State.CLOSING;
        stopCursor(why);
        received.clear();
        channel.close();
    }

    /** Closes the connection; answers to earlier commands go out, if the client takes them at once. */
    private void closeAfterFlush(String why) {
        channel.flush();
        close(why);
    }

    /** Makes room for another one; any thread. */
    void evict() {
        try {
            channel.eventLoop().execute(() -> close("it was idle for the longest time, and the limit is reached"));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} was closed before it had to go", channel.remoteAddress());
        }
    }

    /** The server is closed: who waits for nothing goes at once. */
    void finishForShutdown() {
        if (state == State.IDLE && StallWatch.nothingWaits(channel)) {
            close("the server is closed");
        } else {
            finish();
        }
    }

    /** Looks whether the client takes what waits for it; now and then. */
    void look(long nowNanos, long stallTimeoutNanos) {
        stallWatch.look(channel, nowNanos);
        StreamCursor sending = cursor;
        if (sending != null && stallWatch.stalledNanos() > 0) {
            sending.dropReadAhead();
        }
        if (sending != null && state == State.STREAMING) {
            if (slowWatch == null) {
                slowWatch = new SlowWatch(server.slowClients(), channel.remoteAddress());
            }
            slowWatch.look(nowNanos, sending.backlog(stallWatch));
        }
        if (stallWatch.stalledNanos() >= stallTimeoutNanos) {
            close("it took nothing for too long");
        }
    }

    private void leave() {
        LOG.debug("{} left", channel.remoteAddress());
        state = State.CLOSING;
        stopCursor("the client left");
        received.clear();
        home.remove(this);
        server.connections().leave(this);
    }
}
