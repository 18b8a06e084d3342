package io.sluice.server;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.sluice.storage.Committed;
import io.sluice.storage.StreamListener;
import io.sluice.storage.StreamView;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * A stream that the server serves.
 *
 * <p><b>Threading:</b> any thread. As a listener it is called by the thread that commits, and does no work per client.
 */
final class HostedStream implements StreamListener, AutoCloseable {
    private final StreamView view;
    private final SharedTail tail;
    private final LongSupplier promised;
    private final Map<EventLoop, StreamLoop> loops = new HashMap<>();

    HostedStream(
            StreamView view, LongSupplier promised, EventLoopGroup group, ReaderPool readers, ChunkBuffers buffers) {
        this.view = view;
        this.promised = promised;
        this.tail = new SharedTail(view, readers, buffers);
        for (EventExecutor executor : group) {
            EventLoop loop = (EventLoop) executor;
            loops.put(loop, new StreamLoop(this, loop));
        }
    }

    /** To be called once, before the first session. */
    void listen() {
        view.addListener(this);
    }

    StreamView view() {
        return view;
    }

    /** How many entries there will be, as far as is known; fewer than are committed promises nothing. */
    long promised() {
        return promised.getAsLong();
    }

    SharedTail tail() {
        return tail;
    }

    StreamLoop on(EventLoop loop) {
        return Objects.requireNonNull(loops.get(loop));
    }

    /** Bytes that cursors hold. */
    long heldBytes() {
        return loops.values().stream().mapToLong(StreamLoop::held).sum();
    }

    /** Cursors there are. */
    int cursorCount() {
        return loops.values().stream().mapToInt(StreamLoop::count).sum();
    }

    @Override
    public void committed(Committed now) {
        for (StreamLoop loop : loops.values()) {
            loop.wake();
        }
    }

    @Override
    public void historyChanged(Committed now) {
        tail.historyChanged(now);
        for (StreamLoop loop : loops.values()) {
            loop.historyChanged(now);
        }
    }

    /** Hears nothing any more, and lets go of its memory. The stream itself stays open. */
    @Override
    public void close() {
        view.removeListener(this);
        tail.close();
    }
}
