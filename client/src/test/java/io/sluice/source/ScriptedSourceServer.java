package io.sluice.source;

import io.sluice.core.Result;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessageDecoder;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A server that keeps no stream, and says to a source what a test wants it to hear. */
final class ScriptedSourceServer implements AutoCloseable {
    /** What it says to a message; null for nothing. */
    interface Script {
        @Nullable
        SourceReply answer(SourceMessage message) throws IOException;
    }

    /** How an exchange ends the connection. */
    static final class HangUp extends IOException {
        private static final long serialVersionUID = 1;
    }

    final List<SourceMessage> received = new CopyOnWriteArrayList<>();
    private final ServerSocket listener;
    private volatile Script script = message -> null;
    private volatile boolean closed;

    ScriptedSourceServer() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "scripted-source-server");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    void script(Script newScript) {
        script = newScript;
    }

    static StreamHeader header(long entries) {
        return new StreamHeader(1, 1, 1, 4096 + 18 * entries, entries);
    }

    /** The answer to a greeting. */
    static SourceReply grant(long entries, long generation, long unchangedBefore) {
        return grant(entries, generation, unchangedBefore, 60_000);
    }

    /** The answer to a greeting, with this time that the source may be silent. */
    static SourceReply grant(long entries, long generation, long unchangedBefore, int leaseMillis) {
        SourceGrant grant = new SourceGrant(1, true, generation, unchangedBefore, leaseMillis, header(entries));
        return new SourceReply(SourceMessage.Greet.CODE, 0, Result.OK, grant.toBytes());
    }

    /** The answer to a commit that succeeds. */
    static SourceReply committed(SourceMessage.Commit commit) {
        ByteBuffer content = ByteBuffer.allocate(StreamHeader.LENGTH);
        header(commit.endNumber()).putTo(content);
        return new SourceReply(commit.code(), commit.operation(), Result.OK, content.array());
    }

    private void serve() {
        while (!closed) {
            try (Socket socket = listener.accept()) {
                converse(socket);
            } catch (IOException e) {
                // The source left, or the script says that this is the end of the connection.
                received.removeIf(message -> message.streamType() == Long.MIN_VALUE);
            }
        }
    }

    private void converse(Socket socket) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4 << 20);
        boolean greeted = false;
        while (true) {
            int count = socket.getInputStream().read(buffer.array(), buffer.position(), buffer.remaining());
            if (count < 0) {
                return;
            }
            buffer.position(buffer.position() + count).flip();
            SourceMessage message = SourceMessageDecoder.read(buffer, greeted);
            while (message != null) {
                greeted = true;
                received.add(message);
                SourceReply reply = message instanceof SourceRequest.Close close
                        ? new SourceReply(close.code(), close.request(), Result.OK)
                        : script.answer(message);
                if (reply != null) {
                    ByteBuffer bytes = ByteBuffer.allocate(reply.length());
                    reply.putTo(bytes);
                    socket.getOutputStream().write(bytes.array());
                }
                message = SourceMessageDecoder.read(buffer, true);
            }
            buffer.compact();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
    }
}
