package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Speaks as the nodes in Go do: commands come in small writes; it asks for the header, streams from the bookmark of the last
 * operation that it has up to the last entry that the header counts, and stops. It compares what it gets again.
 */
final class GoLikeClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 3000;
    private static final int START = 1;
    private static final int STOP = 2;
    private static final int HEADER = 3;
    private static final int START_BOOKMARK = 4;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    private final Map<Long, Integer> fingerprints = new HashMap<>();
    private byte[] bookmark = new byte[0];
    private long next;

    GoLikeClient(InetSocketAddress server) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(server, TIMEOUT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = socket.getOutputStream();
    }

    /** Takes all that is there now, and gives the header that told it. */
    StreamHeader takeAll() throws IOException {
        send(HEADER);
        expectOk();
        byte[] bytes = new byte[StreamHeader.LENGTH];
        in.readFully(bytes);
        StreamHeader header = StreamHeader.read(ByteBuffer.wrap(bytes));
        if (header.totalEntries() > next) {
            if (bookmark.length == 0) {
                send(START, number(0));
            } else {
                send(
                        START_BOOKMARK,
                        ByteBuffer.allocate(4).putInt(bookmark.length).array(),
                        bookmark);
            }
            expectOk();
            ByteBuffer packet = packet();
            while (EntryFormat.number(packet, 0) < header.totalEntries() - 1) {
                take(packet);
                packet = packet();
            }
            take(packet);
            assertThat(next).isEqualTo(header.totalEntries());
            send(STOP);
            // What was committed meanwhile may stand before the result.
            while (EntryFormat.packetType(packet, 0) == EntryFormat.PACKET_ENTRY) {
                packet = packet();
            }
            assertThat(Result.read(packet)).isEqualTo(Result.OK);
        }
        return header;
    }

    private void take(ByteBuffer packet) {
        assertThat(EntryFormat.packetType(packet, 0)).isEqualTo(EntryFormat.PACKET_ENTRY);
        long number = EntryFormat.number(packet, 0);
        int fingerprint = packet.hashCode();
        if (number < next) {
            assertThat(fingerprint).as("entry %d, again", number).isEqualTo(fingerprints.get(number));
            return;
        }
        assertThat(number).isEqualTo(next);
        next++;
        fingerprints.put(number, fingerprint);
        if (EntryFormat.type(packet, 0) == EntryFormat.TYPE_BOOKMARK) {
            bookmark = new byte[packet.limit() - EntryFormat.HEADER_LENGTH];
            packet.get(EntryFormat.HEADER_LENGTH, bookmark);
        }
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private void send(int command, byte[]... parameters) throws IOException {
        out.write(number(command));
        out.write(number(StreamHeader.SEQUENCER));
        for (byte[] each : parameters) {
            out.write(each);
        }
    }

    private void expectOk() throws IOException {
        assertThat(Result.read(packet())).isEqualTo(Result.OK);
    }

    private ByteBuffer packet() throws IOException {
        byte type = in.readByte();
        int length = in.readInt();
        ByteBuffer packet = ByteBuffer.allocate(length).put(type).putInt(length);
        in.readFully(packet.array(), packet.position(), packet.remaining());
        return packet.clear();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
