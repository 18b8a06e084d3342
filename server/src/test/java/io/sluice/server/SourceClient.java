package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryChecksum;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceReply;
import io.sluice.core.StreamHeader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

/** The source's side of the protocol, as plain as can be. A read that gets nothing for five seconds fails. */
final class SourceClient implements AutoCloseable {
    static final long ID = 0x1234;
    static final long RUN = 0x5678;
    static final byte[] NO_TOKEN = {};
    private static final int TIMEOUT_MILLIS = 5000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final EntryChecksum checksum = new EntryChecksum();

    /** The number that the next entry gets. */
    long next;

    private long sum;
    private long operation;

    SourceClient(InetSocketAddress address) throws IOException {
        this(new Socket(), address);
    }

    SourceClient(Socket unconnected, InetSocketAddress address) throws IOException {
        socket = unconnected;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(address, TIMEOUT_MILLIS);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    static byte[] bytesOf(SourceMessage... messages) {
        int length = 0;
        for (SourceMessage message : messages) {
            length += message.length();
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (SourceMessage message : messages) {
            message.putTo(bytes);
        }
        return bytes.array();
    }

    static SourceMessage.Greet greeting(Claim claim, long sourceId, long instance) {
        return new SourceMessage.Greet(1, SourceMessage.VERSION, claim, sourceId, instance, 0, NO_TOKEN);
    }

    SourceClient send(SourceMessage... messages) throws IOException {
        return sendBytes(bytesOf(messages));
    }

    SourceClient sendBytes(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /** The next reply. */
    SourceReply read() throws IOException {
        byte[] prefix = new byte[SourceReply.PREFIX_LENGTH];
        in.readFully(prefix);
        int rest = SourceReply.lengthAt(ByteBuffer.wrap(prefix)) - prefix.length;
        ByteBuffer whole = ByteBuffer.allocate(prefix.length + rest).put(prefix);
        in.readFully(whole.array(), prefix.length, rest);
        return SourceReply.read(whole.clear());
    }

    byte[] readBytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    /** The next reply, which answers this. */
    SourceReply expect(long command, long number, int code) throws IOException {
        SourceReply reply = read();
        assertThat(reply.result().code()).as(reply.toString()).isEqualTo(code);
        assertThat(reply.command()).isEqualTo(command);
        assertThat(reply.request()).isEqualTo(number);
        return reply;
    }

    /** Greets, and gets the lease. */
    SourceGrant greet(Claim claim, long sourceId, long instance) throws IOException {
        return greet(greeting(claim, sourceId, instance));
    }

    SourceGrant greet(SourceMessage.Greet greet) throws IOException {
        send(greet);
        SourceGrant grant =
                SourceGrant.of(expect(SourceMessage.Greet.CODE, 0, 0).contentBuffer());
        next = grant.header().totalEntries();
        return grant;
    }

    /** As {@link #ID} in its first run. */
    SourceGrant greet() throws IOException {
        return greet(Claim.NEW, ID, RUN);
    }

    /** Greets, and is refused. */
    SourceReply greetInVain(SourceMessage.Greet greet, int code) throws IOException {
        send(greet);
        SourceReply reply = expect(SourceMessage.Greet.CODE, 0, code);
        expectEnd();
        return reply;
    }

    SourceClient start() throws IOException {
        sum = 0;
        return send(new SourceMessage.Start(1, ++operation, next));
    }

    SourceClient add(int type, byte... data) throws IOException {
        sum += checksum.of(type, next, data);
        return send(new SourceMessage.AddEntry(1, next++, type, data));
    }

    SourceClient bookmark(int value) throws IOException {
        byte[] data = {(byte) value};
        sum += checksum.of(EntryFormat.TYPE_BOOKMARK, next, data);
        return send(new SourceMessage.AddBookmark(1, next++, Bookmark.of(data)));
    }

    SourceClient update(long number, int type, byte[] before, byte... data) throws IOException {
        sum += checksum.of(type, number, data) - checksum.of(type, number, before);
        return send(new SourceMessage.UpdateEntry(1, number, type, data));
    }

    /** Sends the commit, and gives the operation's number. */
    long commit() throws IOException {
        send(new SourceMessage.Commit(1, operation, next, sum));
        return operation;
    }

    SourceClient rollback(long firstNumber) throws IOException {
        next = firstNumber;
        return send(new SourceMessage.Rollback(1, operation));
    }

    /** The answer to a commit, which is good. */
    StreamHeader committed(long committed) throws IOException {
        SourceReply reply = expect(SourceMessage.Commit.CODE, committed, 0);
        return StreamHeader.read(reply.contentBuffer());
    }

    /** An operation of this many entries of a byte each, sent as a whole. */
    long sendOperation(int entries) throws IOException {
        start();
        for (int i = 0; i < entries; i++) {
            add(2, (byte) next);
        }
        return commit();
    }

    void expectLeaseLost() throws IOException {
        expect(SourceReply.LEASE_LOST, 0, 103);
        expectEnd();
    }

    void expectUnknownMessage() throws IOException {
        ByteBuffer expected = ByteBuffer.allocate(Result.INVALID_COMMAND.length());
        Result.INVALID_COMMAND.putTo(expected);
        assertThat(readBytes(expected.capacity())).isEqualTo(expected.array());
        expectEnd();
    }

    /** The connection ends here, by an orderly end or a reset, and nothing comes before that. */
    void expectEnd() throws IOException {
        try {
            assertThat(in.read()).isEqualTo(-1);
        } catch (java.net.SocketException e) {
            // Reset: an end as well.
        }
    }

    /** Whatever comes, up to the end. */
    long readToEnd() throws IOException {
        return in.transferTo(OutputStream.nullOutputStream());
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
