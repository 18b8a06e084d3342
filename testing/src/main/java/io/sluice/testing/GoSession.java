package io.sluice.testing;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.testing.GoServer.Fault;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link GoServer}.
 *
 * <p><b>Threading:</b> {@link #run()} is for a thread of its own, which reads the commands and answers. The threads of
 * its streams send entries. {@link #close()} is for any thread.
 */
final class GoSession {
    private static final int MOST_AFTER_STOP = 3;

    private final GoServer server;
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final SplittableRandom random;
    private final CountDownLatch gone = new CountDownLatch(1);

    /** One packet at a time. The fields down to {@link #afterStopLeft} are written with this lock only. */
    private final Object wire = new Object();

    private volatile @Nullable GoStream stream;

    /** The session believes that it streams, and nothing does. */
    private boolean stuck;

    /** That is so because of an error result, not because the session has fallen silent. */
    private boolean stuckAfterError;

    /** The stream that was stopped, while entries of it may still come. */
    private volatile @Nullable GoStream afterStop;

    private int afterStopLeft;

    /** Nanoseconds; 0 while nothing is being written. */
    private volatile long writingSince;

    private volatile long lastActivity = System.nanoTime();

    GoSession(GoServer server, Socket socket, SplittableRandom random) throws IOException {
        this.server = server;
        this.socket = socket;
        this.random = random;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 256));
        this.out = socket.getOutputStream();
    }

    void run() {
        try {
            boolean open = true;
            while (open) {
                long code = in.readLong();
                open = in.readLong() == server.settings().streamType() && answer(code);
                lastActivity = System.nanoTime();
            }
        } catch (IOException e) {
            // The client has left, or was cut off.
        } catch (InterruptedException e) {
            throw new AssertionError("Nobody interrupts a session's thread.", e);
        } finally {
            close();
        }
    }

    void close() {
        gone.countDown();
        FaultProxy.closeQuietly(socket);
        server.forget(this);
        // Without the lock, because a write may hold that for long; a writer finds the socket closed.
        end(stream);
        end(afterStop);
    }

    /** Whether one write has lasted for so long. */
    boolean writesSince(long now, long nanos) {
        long since = writingSince;
        return since != 0 && now - since > nanos;
    }

    /** Whether nothing was read or written for so long. */
    boolean quietSince(long now, long nanos) {
        return now - lastActivity > nanos;
    }

    /** Sends an entry of a stream; false when the stream is over. */
    boolean send(GoStream from, Entry entry) {
        synchronized (wire) {
            if (stream != from && !comesAfterStop(from)) {
                return false;
            }
            try {
                write(GoStream.packet(EntryFormat.PACKET_ENTRY, entry));
                return true;
            } catch (IOException e) {
                return false; // The reading thread notices it too, and closes.
            }
        }
    }

    /** Nothing comes from this stream any more, and the session does not know it. */
    void fallSilent(GoStream from) {
        synchronized (wire) {
            if (stream == from) {
                stream = null;
                stuck = true;
            }
        }
    }

    /** Returns whether the connection goes on. */
    private boolean answer(long code) throws IOException, InterruptedException {
        synchronized (wire) {
            end(afterStop);
            afterStop = null;
        }
        if (code == Command.Stop.CODE) {
            return stop();
        }
        boolean known = code >= Command.Start.CODE && code <= Command.FirstAfterBookmark.CODE;
        if (!known) {
            write(Result.INVALID_COMMAND);
            if (server.shows(Fault.OPEN_AFTER_INVALID)) {
                return true;
            }
            var unused = server.shows(Fault.CLOSE_AFTER_ERROR);
            return closeAfterDelay();
        }
        if (streams()) {
            return misused(code);
        }
        if (code == Command.Start.CODE) {
            return start(in.readLong(), Result.BAD_FROM_ENTRY);
        }
        if (code == Command.StartBookmark.CODE) {
            Bookmark bookmark = readBookmark();
            if (bookmark == null) {
                becomeStuck();
                return server.settings().has(Fault.PARAMETERS_UNREAD);
            }
            Long number = server.history().bookmark(bookmark);
            return start(number == null ? -1 : number, Result.BAD_FROM_BOOKMARK);
        }
        return query(code);
    }

    private boolean streams() {
        synchronized (wire) {
            return stuck || stream != null;
        }
    }

    /** A number of -1 is beyond any end. */
    private boolean start(long number, Result otherwise) throws IOException, InterruptedException {
        if (Long.compareUnsigned(number, server.history().totalEntries()) > 0) {
            becomeStuck();
            return error(otherwise);
        }
        GoStream started = new GoStream(server, this, random.split(), number);
        synchronized (wire) {
            write(Result.OK);
            stream = started;
        }
        GoServer.daemon("go-server-stream", started::run).start();
        if (gone.getCount() == 0) {
            started.end(); // The session was closed before it had a stream to end.
        }
        if (server.settings().has(Fault.NO_COMMANDS_IN_HISTORY)) {
            started.awaitHistory();
            if (in.available() > 0) {
                server.shows(Fault.NO_COMMANDS_IN_HISTORY);
            }
        }
        return true;
    }

    private void becomeStuck() {
        if (server.settings().has(Fault.STUCK_AFTER_ERROR)) {
            synchronized (wire) {
                stuck = true;
                stuckAfterError = true;
            }
        }
    }

    private boolean stop() throws IOException, InterruptedException {
        synchronized (wire) {
            GoStream stopped = stream;
            if (stopped != null) {
                write(Result.OK);
                stream = null;
                if (server.draws(Fault.ENTRIES_AFTER_STOP, random)) {
                    afterStop = stopped;
                    afterStopLeft = 1 + random.nextInt(MOST_AFTER_STOP);
                } else {
                    stopped.end();
                }
                return true;
            }
        }
        countIfStuck();
        return error(Result.ALREADY_STOPPED);
    }

    /** Call it with the lock. The fault counts with the first entry. */
    private boolean comesAfterStop(GoStream from) {
        if (afterStop != from || afterStopLeft == 0 || !server.strikes(Fault.ENTRIES_AFTER_STOP)) {
            return false;
        }
        afterStopLeft--;
        return true;
    }

    private boolean query(long code) throws IOException {
        if (code == Command.Header.CODE) {
            write(Result.OK);
            write(header());
            return true;
        }
        Entry found;
        if (code == Command.Entry.CODE) {
            long number = in.readLong();
            found = server.history().entry(number);
        } else {
            Bookmark bookmark = readBookmark();
            if (bookmark == null) {
                return server.settings().has(Fault.PARAMETERS_UNREAD);
            }
            found = firstEventAfter(bookmark);
        }
        write(Result.OK);
        write(GoStream.packet(
                EntryFormat.PACKET_QUERIED_ENTRY,
                found == null ? new Entry(0, EntryFormat.TYPE_NOT_FOUND, new byte[0]) : found));
        return true;
    }

    private byte[] header() {
        StreamHeader header = server.header();
        ByteBuffer bytes = ByteBuffer.allocate(StreamHeader.LENGTH);
        if (!server.shows(Fault.OLD_HEADER)) {
            header.putTo(bytes);
            return bytes.array();
        }
        return ByteBuffer.allocate(StreamHeader.OLD_LENGTH)
                .put((byte) EntryFormat.PACKET_HEADER)
                .putInt(StreamHeader.OLD_LENGTH)
                .putLong(header.streamType())
                .putLong(header.totalLength())
                .putLong(header.totalEntries())
                .array();
    }

    private @Nullable Entry firstEventAfter(Bookmark bookmark) {
        Long number = server.history().bookmark(bookmark);
        if (number == null) {
            return null;
        }
        Entry event = server.history().firstEventFrom(number);
        if (event != null || !server.shows(Fault.BOOKMARK_OF_BOOKMARK)) {
            return event;
        }
        // What their iterator read last.
        return server.history().entry(server.history().totalEntries() - 1);
    }

    private boolean misused(long code) throws IOException, InterruptedException {
        boolean hasParameters = code != Command.Header.CODE;
        if (hasParameters && !server.shows(Fault.PARAMETERS_UNREAD)) {
            if (code == Command.StartBookmark.CODE || code == Command.FirstAfterBookmark.CODE) {
                if (readBookmark() == null) {
                    return false;
                }
            } else {
                in.readLong();
            }
        }
        countIfStuck();
        return error(Result.ALREADY_STARTED);
    }

    private void countIfStuck() {
        synchronized (wire) {
            if (stuckAfterError) {
                server.shows(Fault.STUCK_AFTER_ERROR);
            }
        }
    }

    /** Null when the length is impossible; then the bookmark's bytes are not read. */
    private @Nullable Bookmark readBookmark() throws IOException {
        int length = in.readInt();
        if (!Bookmark.isValidLength(length)) {
            server.shows(Fault.PARAMETERS_UNREAD);
            return null;
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return Bookmark.of(bytes);
    }

    private boolean error(Result result) throws IOException, InterruptedException {
        write(result);
        return !server.shows(Fault.CLOSE_AFTER_ERROR) || closeAfterDelay();
    }

    private boolean closeAfterDelay() throws InterruptedException {
        var unused = gone.await(server.settings().errorDelay().toNanos(), TimeUnit.NANOSECONDS);
        return false;
    }

    private static void end(@Nullable GoStream stream) {
        if (stream != null) {
            stream.end();
        }
    }

    private void write(Result result) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(result.length());
        result.putTo(bytes);
        write(bytes.array());
    }

    private void write(byte[] packet) throws IOException {
        synchronized (wire) {
            // The lowest bit is set, because 0 means that nothing is being written.
            writingSince = System.nanoTime() | 1;
            try {
                out.write(packet);
            } finally {
                writingSince = 0;
            }
            lastActivity = System.nanoTime();
        }
    }
}
