package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

/** A socket, and what tests do with it. A read that gets nothing for five seconds fails. */
final class TestClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;

    TestClient(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    /** With a small receive buffer a client that does not read holds the server up soon. */
    TestClient(InetSocketAddress address, int receiveBufferLength) throws IOException {
        if (receiveBufferLength > 0) {
            socket.setReceiveBufferSize(receiveBufferLength);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(address, TIMEOUT_MILLIS);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    static byte[] bytesOf(Command... commands) {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        for (Command command : commands) {
            command.putTo(bytes);
        }
        byte[] result = new byte[bytes.flip().remaining()];
        bytes.get(result);
        return result;
    }

    static byte[] bytesOf(Result result) {
        ByteBuffer bytes = ByteBuffer.allocate(result.length());
        result.putTo(bytes);
        return bytes.array();
    }

    TestClient send(Command... commands) throws IOException {
        return sendBytes(bytesOf(commands));
    }

    TestClient sendBytes(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    void sendOneByOne(byte[] bytes) throws IOException {
        for (byte one : bytes) {
            out.write(one);
        }
    }

    byte[] read(int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    void expect(byte[] bytes) throws IOException {
        assertThat(read(bytes.length)).isEqualTo(bytes);
    }

    void expect(Result result) throws IOException {
        expect(bytesOf(result));
    }

    /** One packet: an entry of a stream, or a result. */
    ByteBuffer readPacket() throws IOException {
        byte type = in.readByte();
        int length = in.readInt();
        byte[] bytes = new byte[length];
        ByteBuffer packet = ByteBuffer.wrap(bytes).put(type).putInt(length);
        in.readFully(bytes, 5, length - 5);
        return packet.flip().limit(length);
    }

    /** Reads entries until a result comes, checks the entries' numbers, and gives the number that would be next. */
    long readEntriesUntil(Result result, long nextNumber) throws IOException {
        long next = nextNumber;
        while (true) {
            ByteBuffer packet = readPacket();
            if (EntryFormat.packetType(packet, 0) == EntryFormat.PACKET_RESULT) {
                assertThat(Result.read(packet)).isEqualTo(result);
                return next;
            }
            assertThat(EntryFormat.packetType(packet, 0)).isEqualTo(EntryFormat.PACKET_ENTRY);
            assertThat(EntryFormat.number(packet, 0)).isEqualTo(next);
            next++;
        }
    }

    /** The connection ends here, by an orderly end or a reset, and nothing comes before that. */
    void expectEnd() throws IOException {
        try {
            assertThat(in.read()).isEqualTo(-1);
        } catch (EOFException | java.net.SocketException e) {
            // Reset: an end as well.
        }
    }

    /** Whatever comes, up to the end. */
    long readToEnd() throws IOException {
        byte[] bytes = new byte[1 << 16];
        long count = 0;
        try {
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                count += n;
            }
        } catch (java.net.SocketException e) {
            // Reset: an end as well.
        }
        return count;
    }

    /** A command whose reply shows that the session is idle, and that nothing stands before the reply. */
    void expectIdle(FakeStream stream) throws IOException {
        send(new Command.Header(stream.header().streamType()));
        expect(Result.OK);
        ByteBuffer header = ByteBuffer.allocate(38);
        stream.header().putTo(header);
        expect(header.array());
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
