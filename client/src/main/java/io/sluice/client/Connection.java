package io.sluice.client;

import io.sluice.core.Command;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A TCP connection with its receive buffer. The socket never blocks: a read takes what is there, and only when nothing
 * is does the thread wait on a selector, so that timeouts are exact and a close wakes it.
 *
 * <p><b>Threading:</b> one thread reads and writes; any thread may close, which ends a wait of the other with
 * {@link ClosedChannelException}.
 */
final class Connection implements AutoCloseable {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Waiting longer than that, 146 years, is for ever; and deadlines must not overflow. */
    private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    /** What a connection begins with: most are quiet, and there can be thousands in a process. */
    private static final int FIRST_BUFFER_BYTES = 64 << 10;

    private final int maxBufferBytes;

    /** What arrived and was not consumed yet lies between position and limit. */
    private ByteBuffer received;

    private boolean wasFilled;
    private long lastReceivedNanos = System.nanoTime();

    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(Command.MAX_LENGTH);

    private Connection(SocketChannel channel, Selector selector, int receiveBufferBytes) throws IOException {
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = channel.register(selector, 0);
        maxBufferBytes = receiveBufferBytes;
        received = ByteBuffer.allocateDirect(FIRST_BUFFER_BYTES).flip();
    }

    /** A connection that is not made yet, so that another thread can already close it. */
    static Connection create(ClientOptions options) {
        try {
            Selector selector = Selector.open();
            SocketChannel channel = null;
            try {
                channel = SocketChannel.open();
                return new Connection(channel, selector, options.receiveBufferBytes());
            } catch (IOException | RuntimeException | Error e) {
                selector.close();
                if (channel != null) {
                    channel.close();
                }
                throw e;
            }
        } catch (IOException e) {
            throw new ClientException.CannotConnect("No socket can be made: " + e.getMessage() + ".", e);
        }
    }

    /** Makes the connection; closed when that fails. */
    void connect(InetSocketAddress server, Duration timeout) {
        try {
            connect(resolve(server), deadlineIn(timeout));
        } catch (SocketTimeoutException e) {
            throw cannotConnect(server, "no answer within " + Wording.of(timeout), e);
        } catch (InterruptedIOException e) {
            close();
            throw new ClientException.Interrupted("Interrupted while connecting to " + Wording.of(server) + ".", e);
        } catch (UnknownHostException e) {
            throw cannotConnect(server, "the host name cannot be resolved", e);
        } catch (ClosedChannelException e) {
            throw cannotConnect(server, "the client was closed", e);
        } catch (IOException | RuntimeException e) {
            String message = e.getMessage();
            throw cannotConnect(server, message == null ? e.getClass().getSimpleName() : message, e);
        }
    }

    private ClientException cannotConnect(InetSocketAddress server, String reason, Exception cause) {
        close();
        return new ClientException.CannotConnect(
                "Cannot connect to " + Wording.of(server) + ": " + reason + ".", cause);
    }

    private static InetSocketAddress resolve(InetSocketAddress server) throws UnknownHostException {
        return server.isUnresolved()
                ? new InetSocketAddress(InetAddress.getByName(server.getHostString()), server.getPort())
                : server;
    }

    private void connect(InetSocketAddress address, long deadline) throws IOException {
        boolean connected = channel.connect(address);
        while (!connected) {
            if (!await(SelectionKey.OP_CONNECT, deadline)) {
                throw new SocketTimeoutException("connect");
            }
            connected = channel.finishConnect();
        }
    }

    /** The time, on the clock of {@link System#nanoTime()}, at which {@code timeout} will have passed. */
    static long deadlineIn(Duration timeout) {
        if (timeout.isNegative()) {
            return System.nanoTime();
        }
        return System.nanoTime() + nanos(timeout);
    }

    /** A time to wait; twice of it does not overflow. */
    static long nanos(Duration time) {
        return (time.compareTo(LONGEST_WAIT) < 0 ? time : LONGEST_WAIT).toNanos();
    }

    static boolean hasPassed(long deadline) {
        return deadline - System.nanoTime() <= 0;
    }

    /**
     * What arrived and was not consumed yet, between position and limit. The reader moves the position. Another buffer
     * after each {@link #receive}.
     */
    ByteBuffer received() {
        return received;
    }

    /** When bytes came last, on the clock of {@link System#nanoTime()}; at first when it was made. */
    long lastReceivedNanos() {
        return lastReceivedNanos;
    }

    /** Writes a command, whole. */
    void send(Command command, long deadline) throws IOException {
        outgoing.clear();
        command.putTo(outgoing);
        outgoing.flip();
        while (true) {
            channel.write(outgoing);
            if (!outgoing.hasRemaining()) {
                return;
            }
            if (!await(SelectionKey.OP_WRITE, deadline)) {
                throw new SocketTimeoutException("send");
            }
        }
    }

    /**
     * Takes what has arrived into the buffer; waits for something when nothing has. Moves what was not consumed to the
     * buffer's beginning, so that every view of the buffer becomes invalid.
     *
     * @return how many bytes came, 0 when none did before the deadline, -1 when the peer ended the stream
     */
    int receive(long deadline) throws IOException {
        prepareForMore();
        // Without room nothing can be received, however much is there.
        int operation = received.hasRemaining() ? SelectionKey.OP_READ : 0;
        try {
            while (true) {
                int count = channel.read(received);
                if (count > 0) {
                    lastReceivedNanos = System.nanoTime();
                    wasFilled = !received.hasRemaining();
                }
                if (count != 0 || !await(operation, deadline)) {
                    return count;
                }
            }
        } finally {
            received.flip();
        }
    }

    private void prepareForMore() {
        int length = received.remaining();
        boolean isFull = length == received.capacity();
        if ((wasFilled || isFull) && received.capacity() < maxBufferBytes) {
            // More comes than it holds: larger reads are cheaper, and an entry has to fit.
            int capacity = (int) Math.min(maxBufferBytes, 4L * received.capacity());
            received = ByteBuffer.allocateDirect(capacity).put(received);
            wasFilled = false;
        } else if (received.position() > 0) {
            received.compact();
        } else {
            // An entry that is still arriving stays where it is, however many reads it takes.
            received.limit(received.capacity()).position(length);
        }
    }

    /** Waits until the operation is possible, or something else happened; false when the deadline has passed. */
    boolean await(int operation, long deadline) throws IOException {
        long nanos = deadline - System.nanoTime();
        if (nanos <= 0) {
            return false;
        }
        try {
            key.interestOps(operation);
            selector.select(ready -> {}, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw closed(e);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException();
        }
        return true;
    }

    private static ClosedChannelException closed(RuntimeException cause) {
        ClosedChannelException closed = new ClosedChannelException();
        closed.initCause(cause);
        return closed;
    }

    @Override
    public void close() {
        try {
            // The selector first: it is what wakes a waiting thread, and the socket is let go of with the channel.
            selector.close();
        } catch (IOException e) {
            // Closing is all that was wanted, and nobody can do more about it.
        }
        try {
            channel.close();
        } catch (IOException e) {
            // As above.
        }
    }
}
