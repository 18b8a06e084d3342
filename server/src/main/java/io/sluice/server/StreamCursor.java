package io.sluice.server;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sluice.core.StreamMark;
import io.sluice.storage.Committed;
import io.sluice.storage.StreamView;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's place in a stream, and what moves it on: history and live are the same to it. It asks for its next chunk
 * while the one before is being sent, so that reading and sending overlap, and holds at most one chunk beside what the
 * channel holds: the channel's high-water mark, and one chunk on top of that. For a client that takes nothing for a while
 * it holds no chunk of its own. All this is counted at its loop, which sets the bounds ({@link StreamLoop#allowed}).
 *
 * <p><b>Threading:</b> confined to the session's loop, but for {@link #isStopped}.
 */
final class StreamCursor {
    /** What is asked for at first, in bytes. */
    static final int MIN_CHUNK_LENGTH = 64 << 10;

    /** What is asked for at most, in bytes. */
    static final int MAX_CHUNK_LENGTH = 1 << 20;

    /** The end of a stream that lasts. */
    static final long NO_END = Long.MAX_VALUE;

    /** The position of what is not there yet. */
    static final long LATER = -1;

    private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ClientSession session;
    private final Channel channel;
    private final StreamLoop home;
    private final long end;
    private final boolean marked;

    /** What this cursor believes to be committed: always of the generation that its position belongs to. */
    private Committed known;

    /** Up to here the channel has been given what the stream holds. */
    private long position;

    /** The entry to begin with while it is not there yet, else {@link #LATER}; until then the position means nothing. */
    private long awaited;

    private int chunkLength = MIN_CHUNK_LENGTH;
    private @Nullable Chunk ready;

    private boolean reading;

    /** What is set aside of the budget for the read that is under way. */
    private int reserved;

    /** Whether to read the next chunk before the channel wants it. */
    private boolean readsAhead = true;

    /** The first entry of what was sent last. */
    private long lastSentNumber;

    private boolean advancing;

    /** Written by the loop; read by any thread. */
    private volatile boolean stopped;

    /**
     * Begins where a lookup has found the start.
     *
     * @param marked whether a mark stands before each chunk
     */
    StreamCursor(ClientSession session, Channel channel, StreamLoop home, StartPoint from, boolean marked) {
        this.session = session;
        this.channel = channel;
        this.home = home;
        this.known = from.committed();
        this.awaited = from.position() == LATER ? from.endNumber() : LATER;
        this.position = from.position() == LATER ? known.position() : from.position();
        this.end = from.endPosition();
        this.marked = marked;
        this.lastSentNumber = known.entries();
    }

    EventLoop loop() {
        return home.loop();
    }

    /**
     * Takes its place at its loop, so that it hears of changes from now on; {@link #advance} begins.
     *
     * @return false when the stream's history has changed since the start point was looked up: then it has to be looked
     *     up again, and this cursor is of no use
     */
    boolean join() {
        home.add(this);
        if (home.stream().view().committed().generation() == known.generation()) {
            return true;
        }
        stop();
        return false;
    }

    /** Whether it wants nothing any more, for good; any thread. */
    boolean isStopped() {
        return stopped;
    }

    ClientSession session() {
        return session;
    }

    /** Nothing more is sent. */
    void stop() {
        stopped = true;
        home.remove(this);
        dropReady();
    }

    /** Sends what can be sent now, and sees to it that more is read. */
    void advance() {
        if (advancing) {
            // Called back from a flush below, which looks again by itself.
            return;
        }
        advancing = true;
        try {
            boolean sent = true;
            while (sent && !stopped) {
                sent = sendWhatIsReady();
            }
        } finally {
            advancing = false;
        }
        if (!stopped && position >= end) {
            stop();
            session.rangeSent();
        }
    }

    private boolean sendWhatIsReady() {
        boolean sent = false;
        while (!stopped) {
            fetch();
            Chunk chunk = ready;
            if (chunk == null || !channel.isWritable()) {
                break;
            }
            if (marked && chunk.length() > 0) {
                mark(chunk.operationEnd());
            }
            ready = null;
            position = chunk.next();
            readsAhead = true;
            send(chunk);
            sent = true;
        }
        if (sent) {
            channel.flush();
        }
        return sent;
    }

    private void fetch() {
        boolean ahead = !channel.isWritable();
        if (reading || ready != null || (ahead && !readsAhead)) {
            return;
        }
        refresh();
        if (awaited != LATER) {
            lookForAwaited();
            return;
        }
        long limit = Math.min(end, known.position());
        if (position >= limit) {
            return;
        }
        int length = (int) Math.min(home.allowed(chunkLength, ahead), limit - position);
        if (length == 0) {
            return;
        }
        Chunk chunk = home.stream().tail().fetch(new ChunkRequest(position, limit, known, length, marked), this);
        if (chunk != null) {
            hold(chunk);
        } else {
            reading = true;
            reserved = length;
            home.take(length);
        }
    }

    /** Begins as soon as the stream has come to the entry that the client wants to begin with. */
    private void lookForAwaited() {
        if (Long.compareUnsigned(awaited, known.entries()) > 0) {
            return;
        }
        reading = true;
        StreamView view = home.stream().view();
        session.lookUpBeside(() -> Lookups.start(view, awaited, 0), this::begin);
    }

    private void begin(StartPoint found) {
        reading = false;
        if (!stopped && found.committed().generation() == known.generation()) {
            awaited = LATER;
            position = found.position();
            advance();
        }
        // Otherwise the notification of the truncation is on its way to this loop, and ends the session.
    }

    private void hold(Chunk chunk) {
        ready = chunk;
        home.take(chunk.memory());
    }

    private void readDone() {
        reading = false;
        home.giveBack(reserved);
        reserved = 0;
    }

    private void refresh() {
        Committed now = home.stream().view().committed();
        if (now.generation() == known.generation()) {
            known = now;
        }
    }

    /**
     * Writes a mark, without flushing: what is known to be committed of the history that this cursor is in. That is never
     * less than what a chunk holds that is ready.
     */
    void mark() {
        mark(0);
    }

    /** Says also where an operation ends in the chunk that follows: when much follows, only that tells before its end. */
    private void mark(long operationEnd) {
        refresh();
        long earlier = operationEnd < known.entries() ? operationEnd : 0;
        session.reply(Replies.mark(channel.alloc(), new StreamMark(known.entries(), known.generation(), earlier)));
    }

    static StreamMark markOf(Committed committed) {
        return new StreamMark(committed.entries(), committed.generation());
    }

    private void send(Chunk chunk) {
        int length = chunk.length();
        int memory = chunk.memory();
        if (length == 0) {
            chunk.release();
            home.giveBack(memory);
            return;
        }
        lastSentNumber = chunk.firstNumber();
        long began = System.nanoTime();
        // Also when the write fails, as that of each chunk does which still waits when the channel is closed.
        session.write(chunk.bytes()).addListener(written -> {
            home.giveBack(memory);
            adapt(length, System.nanoTime() - began);
        });
    }

    /** Larger chunks while the client takes them promptly, smaller ones when it does not. */
    private void adapt(int length, long nanos) {
        if (nanos > SLOW_NANOS) {
            chunkLength = Math.max(MIN_CHUNK_LENGTH, chunkLength / 2);
        } else if (nanos < PROMPT_NANOS && length > chunkLength / 2) {
            chunkLength = Math.min(MAX_CHUNK_LENGTH, chunkLength * 2);
        }
    }

    /**
     * What this cursor asked for, or somebody else who wanted the same. The chunk is the caller's: what is needed of it
     * is retained.
     *
     * @param committed what whoever asked believed to be committed, up to where the chunk may reach
     */
    void arrived(Committed committed, Chunk chunk) {
        readDone();
        if (stopped) {
            return;
        }
        if (committed.generation() == known.generation()) {
            if (committed.position() > known.position()) {
                // Another loop has seen a commit that this one has not seen yet.
                known = committed;
            }
            hold(chunk.slice(position, end));
        }
        advance();
    }

    /** What it asked for belongs to a history that has passed. */
    void historyPassed(long generation) {
        readDone();
        if (generation != known.generation()) {
            advance();
        }
        // Otherwise the notification is on its way to this loop, and goes on from there.
    }

    /** What it asked for cannot be read. The reader has logged why. */
    void failed() {
        readDone();
        if (!stopped) {
            session.close("the stream cannot be read");
        }
    }

    /** The stream was truncated or rewritten. */
    void historyChanged(Committed now) {
        if (stopped || now.generation() <= known.generation()) {
            return;
        }
        if (awaited != LATER || position > now.position() || (end != NO_END && end > now.position())) {
            session.close("the stream was truncated before what the client has or wants");
            return;
        }
        known = now;
        // What is read ahead may have been rewritten.
        dropReady();
        advance();
    }

    private void dropReady() {
        if (ready != null) {
            ready.release();
            home.giveBack(ready.memory());
            ready = null;
        }
    }

    /** The client takes nothing: what it may want some day can be read anew then. */
    void dropReadAhead() {
        readsAhead = false;
        dropReady();
    }

    /** How far the client is behind. */
    Backlog backlog(StallWatch watch) {
        refresh();
        return new Backlog(
                watch.waitingBytes(),
                watch.stalledNanos(),
                known.position() - position + watch.waitingBytes(),
                Math.max(0, known.entries() - lastSentNumber));
    }
}
