package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream is truncated and grows again while clients are in the middle of it: nobody gets a mixture. */
final class TruncationWhileServingTest {
    private static final byte OLD = (byte) 0xaa;
    private static final byte NEW = (byte) 0xbb;
    private static final int DATA_BYTES = 4_000;
    private static final int ENTRIES = 20_000;

    @TempDir
    Path folder;

    private DataStream stream;
    private StreamServer server;

    @BeforeEach
    void serve() {
        stream = DataStream.open(
                folder.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
        server = StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()));
        grow(OLD, ENTRIES);
    }

    @AfterEach
    void stop() {
        server.close();
        stream.close();
    }

    private void grow(byte fill, int toEntries) {
        byte[] data = new byte[DATA_BYTES];
        Arrays.fill(data, fill);
        while (stream.getHeader().totalEntries() < toEntries) {
            stream.startAtomicOp();
            for (int i = 0; i < 100; i++) {
                stream.addStreamEntry(2, data);
            }
            stream.commitAtomicOp();
        }
    }

    private Socket start(long from) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 << 10);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(
                server.address().getAddress(), server.address().getPort()));
        Command command = new Command.Start(1, from);
        ByteBuffer bytes = ByteBuffer.allocate(command.length());
        command.putTo(bytes);
        socket.getOutputStream().write(bytes.array());
        return socket;
    }

    private static DataInputStream reader(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 8 << 10));
        byte[] result = in.readNBytes(11);
        assertThat(ByteBuffer.wrap(result).getInt(5)).as("result of the start").isZero();
        return in;
    }

    private static Entry read(DataInputStream in) throws IOException {
        assertThat(in.readUnsignedByte()).isEqualTo(EntryFormat.PACKET_ENTRY);
        int length = in.readInt();
        int type = in.readInt();
        long number = in.readLong();
        byte[] data = new byte[length - EntryFormat.HEADER_LENGTH];
        in.readFully(data);
        return new Entry(number, type, data);
    }

    @Test
    void aStalledReaderNeverSeesTheNewHistoryWhereTheOldOneStood() throws IOException {
        try (Socket socket = start(0)) {
            DataInputStream in = reader(socket);
            long next = 0;
            for (; next < 50; next++) {
                assertThat(read(in).number()).isEqualTo(next);
            }
            // It stalls here. The server has sent it as much as the sockets hold, beyond entry 60.
            stream.truncate(60);
            grow(NEW, ENTRIES);
            try {
                while (true) {
                    Entry entry = read(in);
                    assertThat(entry.number()).isEqualTo(next++);
                    for (byte each : entry.data()) {
                        assertThat(each).as("data of entry %d", entry.number()).isEqualTo(OLD);
                    }
                }
            } catch (EOFException | SocketException e) {
                assertThat(next).as("entries received before the close").isBetween(61L, (long) ENTRIES - 1);
            }
        }
    }

    @Test
    void aReaderThatIsNotBeyondTheNewEndGoesOnInTheNewHistory() throws IOException {
        try (Socket socket = start(ENTRIES)) {
            DataInputStream in = reader(socket);
            try (Socket other = start(0)) {
                DataInputStream slow = reader(other);
                assertThat(read(slow).number()).isZero();
                stream.truncate(ENTRIES - 100);
                grow(NEW, ENTRIES);
                for (long next = 1; next < ENTRIES; next++) {
                    Entry entry = read(slow);
                    assertThat(entry.number()).isEqualTo(next);
                    byte fill = next < ENTRIES - 100 ? OLD : NEW;
                    byte[] wanted = new byte[DATA_BYTES];
                    Arrays.fill(wanted, fill);
                    assertThat(Arrays.equals(entry.data(), wanted))
                            .as("data of entry %d", next)
                            .isTrue();
                }
            }
            assertThat(in.read())
                    .as("the one at the old end is closed, and told nothing")
                    .isEqualTo(-1);
        }
    }
}
