package io.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A socket, and what the tests of the fixtures do with it. A read that gets nothing for twenty seconds fails. */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    /** How long nothing must come where nothing may come; the recordings have looked for as long. */
    private static final int SILENCE_MILLIS = 400;

    private final Socket socket = new Socket();
    private final DataInputStream in;

    RawClient(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    RawClient(InetSocketAddress address, int receiveBufferLength) throws IOException {
        if (receiveBufferLength > 0) {
            socket.setReceiveBufferSize(receiveBufferLength);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(address, TIMEOUT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    RawClient send(Command command) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(command.length());
        command.putTo(bytes);
        return send(bytes.array());
    }

    RawClient send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    byte[] read(int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    void expect(Result result) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(result.length());
        result.putTo(bytes);
        assertThat(read(result.length())).isEqualTo(bytes.array());
    }

    /** One entry of a stream, or the entry that answers a query. */
    Entry entry(int packetType) throws IOException {
        assertThat(in.readUnsignedByte()).isEqualTo(packetType);
        int length = in.readInt();
        int type = in.readInt();
        long number = in.readLong();
        return new Entry(number, type, read(length - EntryFormat.HEADER_LENGTH));
    }

    List<Entry> entries(int count) throws IOException {
        List<Entry> entries = new ArrayList<>();
        while (entries.size() < count) {
            entries.add(entry(EntryFormat.PACKET_ENTRY));
        }
        return entries;
    }

    /** The connection ends here in an orderly way. */
    void expectEnd() throws IOException {
        assertThat(in.read()).isEqualTo(-1);
    }

    /** The connection ends here, in whatever way, and nothing comes before that. */
    void expectAnyEnd() throws IOException {
        try {
            expectEnd();
        } catch (SocketException e) {
            // Reset: an end as well.
        }
    }

    /** The connection is reset here. */
    void expectReset() {
        assertThatThrownBy(in::read).isInstanceOf(SocketException.class);
    }

    /** Nothing comes and nothing ends. */
    void expectSilence() throws IOException {
        socket.setSoTimeout(SILENCE_MILLIS);
        assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
