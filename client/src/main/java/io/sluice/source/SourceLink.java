package io.sluice.source;

import io.sluice.core.ProtocolException;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.StreamSourceException.Fenced;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server's source port. The socket blocks: one thread is always reading, and another one writes.
 *
 * <p><b>Threading:</b> one thread connects, greets and receives; then one other may send. Any thread may close, which ends
 * what the others wait for.
 */
final class SourceLink implements Closeable {
    private static final int BUFFER_LENGTH = 64 << 10;

    private final InetSocketAddress server;
    private final @Nullable SSLContext tls;
    private final Socket socket = new Socket();
    private InputStream input = InputStream.nullInputStream();
    private OutputStream output = OutputStream.nullOutputStream();
    private ByteBuffer received = ByteBuffer.allocate(BUFFER_LENGTH).flip();
    private ByteBuffer outgoing = ByteBuffer.allocate(1 << 10);

    /** When the last bytes came, or when it was made. */
    private volatile long receivedNanos = System.nanoTime();

    SourceLink(InetSocketAddress server, @Nullable SSLContext tls) {
        this.server = server;
        this.tls = tls;
    }

    /** Makes the connection. */
    void connect(Duration timeout) throws IOException {
        // The name may lead elsewhere by now.
        InetSocketAddress address = new InetSocketAddress(server.getHostString(), server.getPort());
        if (address.isUnresolved()) {
            throw new UnknownHostException("the name " + server.getHostString() + " is not known");
        }
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis()));
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.connect(address, millis);
        Socket stream = socket;
        if (tls != null) {
            SSLSocket secured = (SSLSocket)
                    tls.getSocketFactory().createSocket(socket, server.getHostString(), server.getPort(), false);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            stream = secured;
        }
        input = stream.getInputStream();
        output = stream.getOutputStream();
    }

    /** When the last bytes came; any thread. */
    long receivedNanos() {
        return receivedNanos;
    }

    void send(SourceMessage message) throws IOException {
        int length = message.length();
        if (outgoing.capacity() < length) {
            outgoing = ByteBuffer.allocate(length);
        }
        message.putTo(outgoing.clear());
        output.write(outgoing.array(), 0, length);
    }

    void send(List<SendLog.Slice> slices) throws IOException {
        for (SendLog.Slice slice : slices) {
            output.write(slice.bytes(), slice.offset(), slice.length());
        }
    }

    /**
     * Sends a message and waits for the one reply to it, while nothing else is under way.
     *
     * @throws Fenced when another source has taken the lease over meanwhile
     */
    SourceReply exchange(SourceMessage message) throws IOException {
        send(message);
        List<SourceReply> replies = receive();
        for (SourceReply reply : replies) {
            if (reply.command() == SourceReply.LEASE_LOST) {
                throw new Fenced(reply.result().text());
            }
        }
        if (replies.size() != 1 || replies.get(0).command() != message.code()) {
            throw new ProtocolException("The server answered message " + message.code() + " with " + replies + ".");
        }
        return replies.get(0);
    }

    /** Waits for replies; at least one. */
    List<SourceReply> receive() throws IOException {
        List<SourceReply> replies = new ArrayList<>();
        while (true) {
            SourceReply reply = SourceReply.read(received);
            while (reply != null) {
                replies.add(reply);
                reply = SourceReply.read(received);
            }
            if (!replies.isEmpty()) {
                return replies;
            }
            makeRoom(Math.max(BUFFER_LENGTH, SourceReply.lengthAt(received)));
            int count = input.read(received.array(), received.limit(), received.capacity() - received.limit());
            if (count < 0) {
                throw new EOFException("the server closed the connection");
            }
            receivedNanos = System.nanoTime();
            received.limit(received.limit() + count);
        }
    }

    /** Moves what is there to the front of a buffer of at least this capacity. */
    private void makeRoom(int capacity) {
        if (received.capacity() < capacity) {
            received = ByteBuffer.allocate(capacity).put(received).flip();
        } else {
            received.compact().flip();
        }
    }

    @Override
    public void close() {
        try {
            // The bare socket: the end that TLS wants to say first could wait for ever.
            socket.close();
        } catch (IOException e) {
            // Of no use any more in either case; whoever reads or writes hears of it.
            receivedNanos = System.nanoTime();
        }
    }
}
