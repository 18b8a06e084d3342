package io.sluice.client;

import io.sluice.client.ClientException.Closed;
import io.sluice.client.ClientException.GaveUp;
import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.Interrupted;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.ClientException.Refused;
import io.sluice.client.ClientException.StreamShorter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Follows a stream and never loses its place: it gives each entry once and in order, and when a connection is lost it
 * makes another one and goes on exactly where it was. Before it goes on it receives the last entries once more and compares
 * them; a stream in which something else stands there, or which became shorter, is a {@link PlaceLost} and never a silent
 * jump.
 *
 * <pre>{@code
 * try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(0), FollowOptions.defaults())) {
 *     while (true) {
 *         EntryBatch batch = follower.next(Duration.ofSeconds(1));
 *         if (batch != null) {
 *             batch.forEach(System.out::println);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>There are three ways to take the entries, of which a follower goes one: call {@link #next}, give a handler to
 * {@link #deliverTo}, or subscribe to its {@link #publisher}. In all of them nothing more is read from the network than
 * one buffer holds until the entries that came are taken; the rest waits at the server.
 *
 * <p><b>Threading:</b> one thread at a time calls {@link #next} and {@link #resumeToken}; any thread calls the other
 * functions. {@link #close} ends a call that waits.
 *
 * <p><b>Failure:</b> {@link ClientException}. {@link PlaceLost}, {@link Refused} and {@link GaveUp} are for good; after
 * {@link Interrupted} the follower can be asked again.
 */
public final class StreamFollower implements AutoCloseable {
    private final InetSocketAddress server;
    private final FollowOptions options;
    private final Place place;
    private final Joining joining;
    private final SecondConnection second;
    private final Retry retry;
    private final Progress progress;

    /** How the entries are taken; null until that is known. */
    private final AtomicReference<@Nullable String> way = new AtomicReference<>();

    private @Nullable FollowConnection connection;
    private @Nullable EntryBatch batch;
    private @Nullable ClientException failure;

    /** The connection that is being made, or the one that there is; written by the thread that follows. */
    private volatile @Nullable StreamClient open;

    private volatile boolean closed;

    /** Wakes whoever waits for something else than the network. */
    private volatile Runnable whenClosed = () -> {};

    private StreamFollower(InetSocketAddress server, FollowFrom from, FollowOptions options) {
        this.server = server;
        this.options = options;
        this.place = new Place(from, options.client().streamType());
        this.joining = new Joining(server, options, place, this::opening);
        this.second = new SecondConnection(server, options.client());
        this.retry = new Retry(options, System::nanoTime);
        this.progress = new Progress(options.listener(), System::nanoTime);
    }

    /**
     * Connects to a server and begins to follow. This first connection is tried once; what fails is thrown.
     *
     * @throws ClientException.CannotConnect when there is no connection
     * @throws Refused when the entry is beyond the end of the stream, or the bookmark not in it
     * @throws PlaceLost when the stream is not the one of the resume token
     * @throws IllegalArgumentException when the resume token is for another stream type
     */
    public static StreamFollower open(InetSocketAddress server, FollowFrom from, FollowOptions options) {
        StreamFollower follower = new StreamFollower(server, from, options);
        try {
            follower.join();
            return follower;
        } catch (RuntimeException e) {
            follower.close();
            throw e;
        }
    }

    /**
     * Gives all entries that are there, and waits for some when none are. While there is no connection it tries to make
     * one; an attempt under way may outlast the timeout: it may take a few connections and answers, each of which is
     * limited by the {@link ClientOptions}.
     *
     * @param timeout how long to wait; zero or less takes what is there already
     * @return valid until the next call; null when no entry came in that time
     * @throws ClientException see the class
     * @throws IllegalStateException when the entries are taken in another way
     */
    public @Nullable EntryBatch next(Duration timeout) {
        go("next");
        return take(timeout);
    }

    /**
     * Gives the entries to a handler, on a daemon thread of the follower's own.
     *
     * @throws IllegalStateException when the entries are taken in another way, or by another handler
     */
    public void deliverTo(EntryHandler handler) {
        goOnly("deliverTo");
        Objects.requireNonNull(handler, "handler");
        Delivery.start(this, handler);
    }

    /**
     * The entries for one subscriber, which gets batches of its own that stay valid, as many as it asks for. A batch has
     * about as many bytes as the receive buffer at most. Cancelling closes the follower; a failure is its {@code onError};
     * there is no {@code onComplete} but after a close.
     */
    public Flow.Publisher<EntryBatch> publisher() {
        return new BatchPublisher(this);
    }

    /**
     * The place after the last batch that was given: what a consumer stores beside what it made of the entries.
     *
     * @return null only as long as nothing came that tells the number of the bookmark where this began
     */
    public @Nullable ResumeToken resumeToken() {
        return place.token();
    }

    /** How far it has come. */
    public FollowProgress progress() {
        return progress.now();
    }

    /** What it is doing. */
    public FollowerState state() {
        return progress.state();
    }

    /** Closes the connection; a call that waits ends with {@link Closed}. Closing again does nothing. */
    @Override
    public void close() {
        boolean first = !closed;
        closed = true;
        retry.end();
        StreamClient current = open;
        if (current != null) {
            current.close();
        }
        second.close();
        if (first) {
            whenClosed.run();
            progress.enter(FollowerState.CLOSED, null);
        }
    }

    @Override
    public String toString() {
        return "StreamFollower[" + Wording.of(server) + ", stream type "
                + Wording.unsigned(options.client().streamType()) + ", " + progress.state() + "]";
    }

    boolean isClosed() {
        return closed;
    }

    void whenClosed(Runnable action) {
        whenClosed = action;
    }

    /** Takes this way, as often as wanted. */
    private void go(String wanted) {
        if (!wanted.equals(way.get())) {
            goOnly(wanted);
        }
    }

    /** Takes this way, once. */
    void goOnly(String wanted) {
        if (!way.compareAndSet(null, wanted)) {
            throw new IllegalStateException(
                    "The entries are taken by " + way.get() + " already; " + wanted + " needs a follower of its own.");
        }
    }

    /** {@link #next}, whichever way is gone. */
    @Nullable
    EntryBatch take(Duration timeout) {
        begin();
        retry.comes();
        try {
            return takeUntil(Connection.deadlineIn(timeout));
        } finally {
            retry.leaves();
        }
    }

    private @Nullable EntryBatch takeUntil(long deadline) {
        while (true) {
            try {
                FollowConnection current = connection;
                if (current == null) {
                    if (!retry.await(deadline)) {
                        checkOpen();
                        return null;
                    }
                    checkOpen();
                    current = join();
                }
                EntryBatch received = current.next(deadline);
                progress.knows(current.total());
                if (received != null) {
                    hand(received);
                    return received;
                }
                return null;
            } catch (ClientException e) {
                drop();
                tryAgainAfter(e);
            }
        }
    }

    private void begin() {
        if (failure != null) {
            throw failure;
        }
        checkOpen();
        if (batch != null) {
            batch.invalidate();
            batch = null;
        }
    }

    private void checkOpen() {
        if (closed) {
            drop();
            throw new Closed("The follower is closed.");
        }
    }

    private FollowConnection join() {
        progress.enter(FollowerState.CONNECTING, null);
        Joining.Joined joined = joining.join(() -> progress.enter(FollowerState.COMPARING, null));
        FollowConnection made = new FollowConnection(joined, second, options, place);
        connection = made;
        progress.begins(place.next(), made.total());
        retry.joined();
        progress.enter(FollowerState.FOLLOWING, null);
        return made;
    }

    private void opening(StreamClient client) {
        open = client;
        if (closed) {
            client.close();
        }
    }

    private void hand(EntryBatch received) {
        retry.gotFurther();
        try {
            progress.advance(received);
        } catch (RuntimeException | Error e) {
            // The listener's. Nothing was handed out, so that it has to come again.
            drop();
            throw e;
        }
        place.advance(received);
        received.setResumeToken(() -> place.lasting().token(place.window()));
        batch = received;
    }

    /** The batch that was taken last, in memory of its own. */
    EntryBatch copy(EntryBatch taken) {
        Window after = place.window().snapshot();
        Place.Lasting lasting = place.lasting();
        return taken.copy(() -> lasting.token(after));
    }

    private void drop() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** Throws what cannot be mended by trying again. */
    private void tryAgainAfter(ClientException e) {
        if (closed) {
            throw new Closed("The follower is closed.", e);
        }
        if (e instanceof Interrupted) {
            throw e;
        }
        if (e.getCause() instanceof EntrySequence.OtherDataException repeat) {
            throw failed(new HistoryDiffers(
                    Wording.of(server) + " sent entry " + Wording.unsigned(repeat.number())
                            + " again with other data, after " + "the entries up to "
                            + Wording.unsigned(place.next() - 1) + " were received.",
                    place.next(),
                    repeat.number(),
                    OptionalLong.empty()));
        }
        boolean late = e instanceof StreamShorter shorter && shorter.isPerhapsLate();
        if ((e instanceof PlaceLost && !late) || e instanceof Refused) {
            throw failed(e);
        }
        if (!retry.after(e)) {
            String due = place.bookmark() == null ? "entry " + Wording.unsigned(place.next()) : "the bookmark's entry";
            throw failed(
                    options.giveUpAfter().isZero() || late
                            ? e
                            : new GaveUp(
                                    "Gave up after " + Wording.of(options.giveUpAfter()) + ", " + retry.attempts()
                                            + " failures, while " + due + " was due. The last one: " + e.getMessage(),
                                    e));
        }
        progress.enter(FollowerState.WAITING, e);
    }

    private ClientException failed(ClientException e) {
        failure = e;
        second.release();
        progress.enter(FollowerState.FAILED, e);
        return e;
    }
}
