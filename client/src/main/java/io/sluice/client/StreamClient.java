package io.sluice.client;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.ProtocolException;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamMark;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of one stream of a server, over one connection: it asks for single entries and ranges, and follows the
 * stream as it grows. It does one thing at a time, reads on its caller's own thread, and does not reconnect: whoever wants
 * to keep a place in a stream uses a {@link StreamFollower}, which is made of such clients.
 *
 * <pre>{@code
 * try (StreamClient client = StreamClient.connect(new InetSocketAddress("localhost", 6900))) {
 *     client.follow(0);
 *     while (true) {
 *         EntryBatch batch = client.next(Duration.ofSeconds(1));
 *         if (batch != null) {
 *             batch.forEach(System.out::println);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Whatever a server sends is checked: lengths before they are believed, and entry numbers, which follow each other
 * without a gap or a repeat.
 *
 * <p><b>Threading:</b> one thread at a time calls it; only {@link #close()} may be called by any thread, and ends a
 * call that waits.
 *
 * <p><b>Failure:</b> {@link ClientException} and its kinds. A call that does not fit what the client is doing is an
 * {@link IllegalStateException}; nothing is sent then.
 */
public final class StreamClient implements AutoCloseable {
    private enum State {
        IDLE(" needs a stream that is followed: call follow first."),
        FOLLOWING(" is not possible while a stream is followed: call stop first, or use a second client."),
        IN_RANGE(" is not possible while a range is on its way: take its entries to the end first, or use a second"
                + " client.");

        /** What is said of a call that does not fit. */
        private final String refusal;

        State(String refusal) {
            this.refusal = refusal;
        }
    }

    private final InetSocketAddress server;
    private final ClientOptions options;
    private final Connection connection;

    private State state = State.IDLE;

    /** What is due while following or in a range. */
    private EntrySequence sequence = EntrySequence.after(new Window(0));

    /** The view of the receive buffer that the caller has. */
    private @Nullable EntryBatch batch;

    /** A stream was stopped: servers may send some of its entries still, before their next result. */
    private boolean entriesMayFollow;

    /** What ended this client. */
    private @Nullable ClientException failure;

    /** Written by whichever thread closes. */
    private volatile boolean closed;

    private StreamClient(InetSocketAddress server, ClientOptions options, Connection connection) {
        this.server = server;
        this.options = options;
        this.connection = connection;
    }

    /**
     * Connects with {@link ClientOptions#defaults()}.
     *
     * @throws ClientException.CannotConnect when there is no connection
     */
    public static StreamClient connect(InetSocketAddress server) {
        return connect(server, ClientOptions.defaults());
    }

    /**
     * Connects to a server. An unresolved address is resolved first, which the connect timeout does not limit.
     *
     * @throws ClientException.CannotConnect when there is no connection
     */
    public static StreamClient connect(InetSocketAddress server, ClientOptions options) {
        return connect(server, options, client -> {});
    }

    /** Connects; gives the client to somebody who may want to close it before there is a connection. */
    static StreamClient connect(InetSocketAddress server, ClientOptions options, Consumer<StreamClient> connecting) {
        StreamClient client = new StreamClient(server, options, Connection.create(options));
        connecting.accept(client);
        client.connection.connect(server, options.connectTimeout());
        return client;
    }

    /** Asks for the stream's header. Old servers send neither version nor systemId, which are 0 then. */
    public StreamHeader header() {
        return ask("header", new Command.Header(options.streamType()), ReplyReader::header);
    }

    /**
     * Asks for one entry.
     *
     * @param entryNumber unsigned
     * @return empty when the stream does not have it (yet)
     */
    public Optional<Entry> entry(long entryNumber) {
        return ask("entry", new Command.Entry(options.streamType(), entryNumber), reply -> {
            Entry entry = reply.queriedEntry();
            if (entry.type() == EntryFormat.TYPE_NOT_FOUND) {
                return Optional.empty();
            }
            if (entry.number() != entryNumber) {
                throw new ProtocolException("Expected entry " + Wording.unsigned(entryNumber) + ", but received entry "
                        + Wording.unsigned(entry.number()) + ".");
            }
            return Optional.of(entry);
        });
    }

    /**
     * Asks for the first entry after a bookmark that is no bookmark.
     *
     * @return empty when the bookmark is not in the stream, or nothing but bookmarks follows it (yet)
     */
    public Optional<Entry> firstEventAfter(Bookmark bookmark) {
        return ask("firstEventAfter", new Command.FirstAfterBookmark(options.streamType(), bookmark), reply -> {
            Entry entry = reply.queriedEntry();
            // Go servers answer with a bookmark when nothing but bookmarks follows.
            return entry.type() == EntryFormat.TYPE_NOT_FOUND || entry.isBookmark()
                    ? Optional.empty()
                    : Optional.of(entry);
        });
    }

    /**
     * Asks for the entries from one bookmark's entry to another's, both included. The client is busy until the last of
     * them was taken.
     *
     * @throws ClientException.Refused with result 4 or 5 when a bookmark is not in the stream, or the first stands
     *     after the second
     */
    public EntryRange range(Bookmark from, Bookmark to) {
        return ask("range", new Command.RangeBookmark(options.streamType(), from, to), reply -> {
            long lastNumber = reply.number();
            EntrySequence entries = expect(EntrySequence.range(from, to, lastNumber), State.IN_RANGE);
            return new EntryRange(this, entries, lastNumber);
        });
    }

    /**
     * Begins to stream from an entry on; {@link #next} gives the entries. The stream's end is a good place to begin,
     * for the entries to come.
     *
     * @param fromEntryNumber unsigned
     * @throws ClientException.Refused with result 3 when the stream ends before that entry
     */
    public void follow(long fromEntryNumber) {
        follow(fromEntryNumber, EntrySequence.after(new Window(fromEntryNumber)));
    }

    /**
     * Begins to stream from the entry of a bookmark on; {@link #next} gives the entries, the bookmark's own first.
     *
     * @throws ClientException.Refused with result 4 when the bookmark is not in the stream
     */
    public void follow(Bookmark fromBookmark) {
        follow(fromBookmark, EntrySequence.from(fromBookmark, new Window(0)));
    }

    /** Begins to stream from an entry on; {@link #next} gives what the sequence takes. */
    void follow(long fromEntryNumber, EntrySequence entries) {
        Command start = new Command.Start(options.streamType(), fromEntryNumber);
        ask("follow", start, reply -> expect(entries, State.FOLLOWING));
    }

    /** Begins to stream from the entry of a bookmark on; {@link #next} gives what the sequence takes. */
    void follow(Bookmark fromBookmark, EntrySequence entries) {
        Command start = new Command.StartBookmark(options.streamType(), fromBookmark);
        ask("follow", start, reply -> expect(entries, State.FOLLOWING));
    }

    long streamType() {
        return options.streamType();
    }

    /** From now on {@link #next} gives what this sequence takes, out of what arrived already and what comes. */
    void goOnWith(EntrySequence entries) {
        begin("goOnWith", State.FOLLOWING);
        sequence = entries;
    }

    /** Sends a command whose answer comes in the stream that is followed. */
    void sendWhileFollowing(Command command) {
        begin("sendWhileFollowing", State.FOLLOWING);
        try {
            connection.send(command, Connection.deadlineIn(options.replyTimeout()));
        } catch (IOException e) {
            throw failed(e, whileSending(), "");
        }
    }

    /** Waits until the deadline, or if {@code input} is wanted until some has come; unless the client is closed. */
    void await(boolean input, long deadline) {
        begin("await", State.FOLLOWING);
        try {
            connection.await(input ? SelectionKey.OP_READ : 0, deadline);
        } catch (IOException e) {
            throw failed(e, whileSending(), "");
        }
    }

    /** When bytes came last, on the clock of {@link System#nanoTime()}. */
    long lastReceivedNanos() {
        return connection.lastReceivedNanos();
    }

    /** Whether an entry has arrived that the sequence does not take yet. */
    boolean holdsBack() {
        return ReplyReader.isWholeEntry(connection.received(), EntryFormat.PACKET_ENTRY);
    }

    /**
     * Gives all entries that are there, and waits for some when none are. Entries that arrived before the connection
     * was lost are given first.
     *
     * @param timeout how long to wait; zero or less takes what is there already
     * @return valid until the next call to this client; null when no whole entry came in that time
     */
    public @Nullable EntryBatch next(Duration timeout) {
        return next(Connection.deadlineIn(timeout));
    }

    /** {@link #next(Duration)}; returns null before the deadline too, when a mark has come that the follower wants to see. */
    @Nullable
    EntryBatch next(long deadline) {
        begin("next", State.FOLLOWING);
        return take(deadline);
    }

    /**
     * Ends the stream that is followed, and discards the entries that were on their way; then the client takes other
     * calls. Older servers read no command while they send history: leave those by {@link #close()}.
     */
    public void stop() {
        begin("stop", State.FOLLOWING);
        // Whatever comes of it, the stream is over; and entries may come before the result as well as after it.
        state = State.IDLE;
        entriesMayFollow = true;
        exchange(new Command.Stop(options.streamType()), reply -> entriesMayFollow = true);
    }

    /**
     * Closes the connection. A call that waits in another thread ends with {@link ClientException.Closed}. Closing
     * again does nothing.
     */
    @Override
    public void close() {
        closed = true;
        connection.close();
    }

    @Override
    public String toString() {
        return "StreamClient[" + Wording.of(server) + ", stream type " + Wording.unsigned(options.streamType()) + "]";
    }

    EntryBatch nextOfRange(EntrySequence range) {
        begin("next of a range", State.IN_RANGE);
        EntryBatch entries = take(Connection.deadlineIn(options.replyTimeout()));
        if (entries == null) {
            throw failed(new SocketTimeoutException("range"), whileSending(), "");
        }
        if (range.isComplete()) {
            state = State.IDLE;
        }
        return entries;
    }

    /** Checks that the call fits, before anything is sent; the batch that was handed out ends here. */
    private void begin(String call, State needed) {
        if (failure != null) {
            throw new ClientException.Closed("The client is closed since a failure: " + failure.getMessage(), failure);
        }
        if (closed) {
            throw new ClientException.Closed("The client is closed.");
        }
        if (state != needed) {
            throw new IllegalStateException(call + state.refusal);
        }
        if (batch != null) {
            batch.invalidate();
            batch = null;
        }
    }

    <T> T ask(String call, Command command, Body<T> body) {
        begin(call, State.IDLE);
        return exchange(command, body);
    }

    private <T> T exchange(Command command, Body<T> body) {
        long deadline = Connection.deadlineIn(options.replyTimeout());
        ReplyReader reply = new ReplyReader(connection, deadline);
        try {
            if (reply.hasBegun() && !entriesMayFollow) {
                throw new ProtocolException("Bytes arrived that no command had asked for.");
            }
            connection.send(command, deadline);
            Result result = entriesMayFollow ? reply.resultAfterEntries() : reply.result();
            entriesMayFollow = false;
            if (!result.isOk()) {
                throw new ClientException.Refused(
                        Wording.of(server) + " refused " + Wording.of(command) + ": " + Wording.of(result) + ".",
                        result);
            }
            return body.read(reply);
        } catch (IOException | ProtocolException e) {
            String hint = reply.hasBegun() || command instanceof Command.Stop
                    ? ""
                    : " A server does so at its limit of connections, and when it has no stream of type "
                            + Wording.unsigned(options.streamType()) + ".";
            throw failed(e, "before it had answered " + Wording.of(command), hint);
        }
    }

    private EntrySequence expect(EntrySequence entries, State newState) {
        sequence = entries;
        state = newState;
        return entries;
    }

    private @Nullable EntryBatch take(long deadline) {
        try {
            while (true) {
                StreamMark before = sequence.mark();
                batch = sequence.take(connection.received());
                if (batch != null || !Objects.equals(sequence.mark(), before)) {
                    return batch;
                }
                int count = connection.receive(deadline);
                if (count < 0) {
                    throw new EOFException();
                }
                if (count == 0) {
                    return null;
                }
            }
        } catch (IOException | ProtocolException e) {
            throw failed(e, whileSending(), "");
        }
    }

    private String whileSending() {
        ByteBuffer received = connection.received();
        return "while " + sequence.due() + " was due"
                + (received.hasRemaining() ? ", of which a part had arrived" : "");
    }

    /** Ends this client: after any of these nobody knows what the next byte means. */
    private ClientException failed(Exception cause, String during, String hintIfClosed) {
        ClientException exception;
        if (closed) {
            exception = new ClientException.Closed("The client was closed, " + during + ".", cause);
        } else {
            exception = Failures.describe(cause, server, options, during, hintIfClosed);
            failure = exception;
        }
        connection.close();
        return exception;
    }

    /** Reads what follows an OK. */
    interface Body<T> {
        T read(ReplyReader reply) throws IOException;
    }
}
