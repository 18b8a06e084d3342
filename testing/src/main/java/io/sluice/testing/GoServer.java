package io.sluice.testing;

import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * An imitation of the Go data stream servers, faults included, for clients under test: over real sockets, with a stream
 * in memory. Without faults it says what the Go server v0.2.12 was recorded to say: misuse is answered and the connection
 * goes on. It knows the commands Start, Stop, Header, StartBookmark, Entry and Bookmark; any other gets result 9 and,
 * after {@link GoServerBuilder#errorDelay}, the end of the connection.
 *
 * <p>Faults are switched on one by one. Some happen by chance, at moments that the seed decides, and every session has
 * draws of its own; the others are what the server is like. Each is counted when it really happens. {@code
 * docs/protocol.md} has the commands.
 *
 * <p><b>Threading:</b> all methods are safe for any thread. Inside, daemon threads: one accepts, one is the clock, one
 * reads each connection and one more sends each stream. An operation is counted by the header first and sent to the live
 * sessions after that, as Go servers do it.
 */
public final class GoServer implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final GoSettings settings;
    private final ServerSocket listener;
    private final GoHistory history = new GoHistory();
    private final FaultCounts<Fault> counts = new FaultCounts<>(Fault.class);
    private final Set<GoSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final ScheduledExecutorService clock;

    /** Only the accepting thread draws; the sessions get generators of their own. It mixes its seed. */
    private final SplittableRandom random;

    /** Held while an operation is committed and its turn to be sent is given, so that both have the same order. */
    private final Object appending = new Object();

    /** Guards {@link #live}, {@link #operations}, and the history against growing. */
    private final Object handover = new Object();

    private final List<GoStream> live = new ArrayList<>();
    private long operations;

    private volatile boolean faultsStopped;
    private volatile boolean closed;

    /** What Go servers do wrong, or differently. */
    public enum Fault {
        /** By chance, at the handover from history to live: entries or the whole operation before it come again. */
        REPEAT,
        /**
         * By chance, at the handover: the next operation, or some neighbouring entries of it, is left out. Never together
         * with BEYOND_END, because no client could notice that the bytes it has were never committed.
         */
        LOSE,
        /** By chance, at the end of history: one entry that is not committed; its number comes again with other data. */
        BEYOND_END,
        /**
         * By chance: after 0 to 3 live operations the session gets no more, and is stuck as after an error. It counts
         * when there was something to send.
         */
        SILENT,
        /** By chance: up to three entries follow the OK of Stop, until the next command; they may be newly committed. */
        ENTRIES_AFTER_STOP,
        /** Always: no command is read while history is sent. It counts when one had to wait. */
        NO_COMMANDS_IN_HISTORY,
        /**
         * Always: after result 3 or 4 the session believes that it streams. Every command gives result 1, save that Stop
         * gives 2. It counts for each such answer.
         */
        STUCK_AFTER_ERROR,
        /** Always, as up to v0.2.3: every error result ends the connection, after the error delay. */
        CLOSE_AFTER_ERROR,
        /** Always, as since v0.2.4: result 9 leaves the connection open, and the next bytes are taken for a command. */
        OPEN_AFTER_INVALID,
        /** Always: a reader that takes nothing for the write timeout is cut off. */
        WRITE_TIMEOUT,
        /** Always: a connection on which nothing was read or written for the inactivity timeout is cut off. */
        INACTIVITY,
        /** Always: over the connection limit connections are accepted and closed without a byte. */
        CONNECTION_LIMIT,
        /**
         * Always: the parameters of a misused command are not read, so that they are taken for the next command, and
         * neither is a bookmark of impossible length, which is not answered at all.
         */
        PARAMETERS_UNREAD,
        /** Always: Bookmark with nothing but bookmarks after it gives the last of them. */
        BOOKMARK_OF_BOOKMARK,
        /** Always, as before 2024: the header has 29 bytes. */
        OLD_HEADER
    }

    GoServer(GoSettings settings) {
        this.settings = settings;
        this.random = new SplittableRandom(settings.seed());
        // What is still to be sent when the server closes is dropped without a word.
        this.clock = new ScheduledThreadPoolExecutor(
                1, task -> daemon("go-server-clock", task), new ThreadPoolExecutor.DiscardPolicy());
        try {
            listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError("The server cannot listen on loopback.", e);
        }
    }

    void start() {
        daemon("go-server-accept", this::acceptAll).start();
        long tick = LONGEST_TICK_NANOS;
        if (settings.has(Fault.WRITE_TIMEOUT)) {
            tick = Math.min(tick, settings.writeTimeout().toNanos() / 8 + 1);
        }
        if (settings.has(Fault.INACTIVITY)) {
            tick = Math.min(tick, settings.inactivityTimeout().toNanos() / 8 + 1);
        }
        var unused = clock.scheduleAtFixedRate(this::cutOff, tick, tick, TimeUnit.NANOSECONDS);
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    /**
     * Commits an operation. The entries get the next numbers, whatever numbers they have.
     *
     * @return the number of the operation's first entry
     */
    public long append(List<Entry> operation) {
        synchronized (appending) {
            List<Entry> entries;
            GoStream.Operation committed;
            synchronized (handover) {
                entries = history.append(operation);
                committed = new GoStream.Operation(operations++, entries);
            }
            if (entries.isEmpty()) {
                return history.totalEntries();
            }
            Duration delay = settings.broadcastDelay();
            if (delay.isZero()) {
                broadcast(committed);
            } else {
                var unused = clock.schedule(() -> broadcast(committed), delay.toNanos(), TimeUnit.NANOSECONDS);
            }
            return entries.get(0).number();
        }
    }

    /**
     * Removes this entry and all after it. As in Go nobody is told: live sessions stay, and get the numbers again as
     * they come again.
     */
    public void truncate(long number) {
        synchronized (handover) {
            history.truncate(number);
        }
    }

    /** How many streams have sent all history and get what is committed next. */
    public int live() {
        synchronized (handover) {
            return live.size();
        }
    }

    /** The header, as the Header command gives it now. */
    public StreamHeader header() {
        synchronized (handover) {
            return new StreamHeader(
                    settings.version(),
                    settings.systemId(),
                    settings.streamType(),
                    history.totalLength(),
                    history.totalEntries());
        }
    }

    /** What is committed now, to compare with what a client got. */
    public List<Entry> entries() {
        return history.all();
    }

    /** From now on no fault of chance begins. Sessions that are silent stay so, and the server stays what it is like. */
    public void stopFaults() {
        faultsStopped = true;
    }

    /** How often this fault has really happened. */
    public long count(Fault fault) {
        return counts.of(fault);
    }

    /** The faults that have happened, and how often. */
    public Map<Fault, Long> counts() {
        return counts.happened();
    }

    /** How many connections have been accepted so far, those over the limit included. */
    public long accepted() {
        return accepted.get();
    }

    /** How many connections are open. */
    public int open() {
        return sessions.size();
    }

    @Override
    public void close() {
        closed = true;
        FaultProxy.closeQuietly(listener);
        clock.shutdownNow();
        sessions.forEach(GoSession::close);
    }

    @Override
    public String toString() {
        return "GoServer[seed=" + settings.seed() + ", port=" + listener.getLocalPort() + ", entries="
                + history.totalEntries() + ", accepted=" + accepted + ", open=" + open() + ", faults=" + counts()
                + (faultsStopped ? ", stopped" : "") + "]";
    }

    GoSettings settings() {
        return settings;
    }

    GoHistory history() {
        return history;
    }

    /** Whether a fault of chance is to happen. It is not counted before it {@link #strikes}. */
    boolean draws(Fault fault, SplittableRandom draws) {
        return settings.has(fault) && !faultsStopped && draws.nextDouble() < settings.chance();
    }

    /** Counts a fault of chance that is about to happen; false when it must not happen any more. */
    boolean strikes(Fault fault) {
        if (faultsStopped) {
            return false;
        }
        counts.add(fault);
        return true;
    }

    /** Whether the server is like that; it is counted if so. */
    boolean shows(Fault fault) {
        if (settings.has(fault)) {
            counts.add(fault);
        }
        return settings.has(fault);
    }

    /** Makes a stream live that has sent the entries before this one, if these are all. */
    boolean goLive(GoStream stream, long next) {
        synchronized (handover) {
            if (next < history.totalEntries()) {
                return false;
            }
            stream.handOver(operations);
            live.add(stream);
            return true;
        }
    }

    void forget(GoStream stream) {
        synchronized (handover) {
            live.remove(stream);
        }
    }

    void forget(GoSession session) {
        sessions.remove(session);
    }

    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void broadcast(GoStream.Operation operation) {
        synchronized (handover) {
            live.forEach(stream -> stream.offer(operation));
        }
    }

    private void acceptAll() {
        while (!closed) {
            try {
                accept(listener.accept());
            } catch (IOException e) {
                // Either the server is closed, or the machine is short of something for a moment.
                LockSupport.parkNanos(closed ? 0 : ACCEPT_PAUSE_NANOS);
            }
        }
    }

    private void accept(Socket socket) throws IOException {
        accepted.incrementAndGet();
        if (sessions.size() >= settings.connectionLimit() && shows(Fault.CONNECTION_LIMIT)) {
            FaultProxy.closeQuietly(socket);
            return;
        }
        if (settings.sendBufferBytes() > 0) {
            socket.setSendBufferSize(settings.sendBufferBytes());
        }
        socket.setTcpNoDelay(true);
        GoSession session = new GoSession(this, socket, random.split());
        sessions.add(session);
        daemon("go-server-session", session::run).start();
        if (closed) {
            session.close();
        }
    }

    private void cutOff() {
        long now = System.nanoTime();
        for (GoSession session : sessions) {
            if (settings.has(Fault.WRITE_TIMEOUT)
                    && session.writesSince(now, settings.writeTimeout().toNanos())) {
                counts.add(Fault.WRITE_TIMEOUT);
                session.close();
            } else if (settings.has(Fault.INACTIVITY)
                    && session.quietSince(now, settings.inactivityTimeout().toNanos())) {
                counts.add(Fault.INACTIVITY);
                session.close();
            }
        }
    }
}
