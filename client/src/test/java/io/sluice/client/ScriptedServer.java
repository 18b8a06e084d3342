package io.sluice.client;

import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A server on loopback that does with each of its connections what a test tells it to. A script belongs to one connection,
 * in the order of accepting, and runs on a thread of its own, so that several can be open at once; when the last script has
 * its connection nothing more is accepted. Closing it waits for the scripts' ends and fails if one of them failed.
 */
final class ScriptedServer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final ServerSocket listener;
    private final InetSocketAddress address;
    private final List<CompletableFuture<Void>> ends = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> accepting = new CompletableFuture<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean isOver;

    interface Script {
        void run(Session session) throws Exception;
    }

    ScriptedServer(Script... scripts) {
        this(Arrays.asList(scripts).iterator());
    }

    /** Does the same with each connection, however many there are. */
    static ScriptedServer always(Script script) {
        return new ScriptedServer(Stream.generate(() -> script).iterator());
    }

    private ScriptedServer(Iterator<Script> scripts) {
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            listener.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
        start(() -> accept(scripts));
    }

    private static void start(Runnable action) {
        Thread thread = new Thread(action, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(Iterator<Script> scripts) {
        try (listener) {
            while (scripts.hasNext()) {
                Socket socket = listener.accept();
                accepted.incrementAndGet();
                Script script = scripts.next();
                CompletableFuture<Void> end = new CompletableFuture<>();
                ends.add(end);
                start(() -> run(script, socket, end));
            }
            accepting.complete(null);
        } catch (Throwable t) {
            if (isOver) {
                accepting.complete(null);
            } else {
                accepting.completeExceptionally(t);
            }
        }
    }

    private static void run(Script script, Socket accepted, CompletableFuture<Void> end) {
        try (Socket socket = accepted) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            script.run(new Session(socket));
            end.complete(null);
        } catch (Throwable t) {
            end.completeExceptionally(t);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** How many connections there were. */
    int accepted() {
        return accepted.get();
    }

    StreamClient connect() {
        return connect(ClientOptions.defaults());
    }

    StreamClient connect(ClientOptions options) {
        return StreamClient.connect(address(), options);
    }

    /** Accepts nothing more; for a server without an end. */
    void stopAccepting() throws IOException {
        isOver = true;
        listener.close();
    }

    @Override
    public void close() throws IOException {
        try {
            accepting.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            for (CompletableFuture<Void> end : ends) {
                end.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("The script failed", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("The script did not end", e);
        } finally {
            listener.close();
        }
    }

    /** The server's end of the connection. */
    static final class Session {
        private final Socket socket;
        private final OutputStream out;

        Session(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        /** Reads exactly this command. */
        void expect(Command command) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(command.length());
            command.putTo(bytes);
            expect(bytes.array());
        }

        /** Reads exactly this command, or the end; false at the end. */
        boolean expectUnlessClosed(Command command) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(command.length());
            command.putTo(bytes);
            byte[] received;
            try {
                received = socket.getInputStream().readNBytes(command.length());
            } catch (SocketException reset) {
                return false;
            }
            if (received.length > 0) {
                expect(bytes.array(), received);
            }
            return received.length > 0;
        }

        void expect(byte[] bytes) throws IOException {
            expect(bytes, socket.getInputStream().readNBytes(bytes.length));
        }

        private static void expect(byte[] bytes, byte[] actual) {
            String received = HexFormat.of().formatHex(actual);
            String expected = HexFormat.of().formatHex(bytes);
            if (!received.equals(expected)) {
                throw new AssertionError("Expected " + expected + ", but the client sent " + received);
            }
        }

        /** Sends all the parts in one write. */
        void send(byte[]... parts) throws IOException {
            out.write(join(parts));
        }

        /** Sends each byte in a packet of its own. */
        void sendByteByByte(byte[]... parts) throws IOException {
            for (byte b : join(parts)) {
                out.write(b);
            }
        }

        /** Waits until the client closes, having sent nothing more. */
        void expectClose() throws IOException {
            int next;
            try {
                next = socket.getInputStream().read();
            } catch (SocketException reset) {
                return; // The client left bytes unread.
            }
            if (next >= 0) {
                throw new AssertionError("Expected the client to close, but it sent 0x" + Integer.toHexString(next));
            }
        }

        /** Discards what the client sends until it closes. */
        void awaitClose() throws IOException {
            try {
                while (socket.getInputStream().read() >= 0) {}
            } catch (SocketException reset) {
                // The client left bytes unread.
            }
        }

        /** Closes such that the client sees a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    static byte[] ok() {
        return result(Result.OK);
    }

    static byte[] result(Result result) {
        ByteBuffer bytes = ByteBuffer.allocate(result.length());
        result.putTo(bytes);
        return bytes.array();
    }

    /** An entry of the stream. */
    static byte[] entry(long number, int type, byte... data) {
        return packet(EntryFormat.PACKET_ENTRY, number, type, data);
    }

    /** An entry that answers a query. */
    static byte[] queried(long number, int type, byte... data) {
        return packet(EntryFormat.PACKET_QUERIED_ENTRY, number, type, data);
    }

    static byte[] packet(int packetType, long number, int type, byte... data) {
        ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + data.length);
        EntryFormat.put(bytes, packetType, type, number, data);
        return bytes.array();
    }

    /** Entries {@code first} to {@code last}, each with as many bytes of data as its number's last digit says. */
    static byte[] entries(long first, long last) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (long number = first; number <= last; number++) {
            bytes.writeBytes(entry(number, 7, new byte[(int) (number % 10)]));
        }
        return bytes.toByteArray();
    }

    static byte[] u64(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
