package io.sluice.client;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.ProtocolException;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamMark;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * Reads the parts of one answer until a deadline. Each byte is checked as soon as it is there, so that garbage is
 * reported as such and not waited on.
 *
 * <p><b>Failure:</b> {@link SocketTimeoutException} at the deadline, {@link EOFException} when the server closes,
 * {@link ProtocolException} when what arrives is not what belongs there.
 *
 * <p><b>Threading:</b> for the client's thread.
 */
final class ReplyReader {
    /** A packet's type and length. */
    private static final int PREFIX_LENGTH = 1 + Integer.BYTES;

    private final Connection connection;
    private ByteBuffer received;
    private final long deadline;
    private boolean begun;

    ReplyReader(Connection connection, long deadline) {
        this.connection = connection;
        this.received = connection.received();
        this.deadline = deadline;
    }

    /** Whether anything of the answer arrived. */
    boolean hasBegun() {
        return begun || received.hasRemaining();
    }

    /** The result that begins the answer. */
    Result result() throws IOException {
        while (true) {
            Result result = Result.read(received);
            if (result != null) {
                begun = true;
                return result;
            }
            receiveMore();
        }
    }

    /** The result that begins the answer, after any number of entries of a stream that was stopped. */
    Result resultAfterEntries() throws IOException {
        while (true) {
            need(1);
            if (EntryFormat.packetType(received, received.position()) != EntryFormat.PACKET_ENTRY) {
                return result();
            }
            while (!isWholeEntry(received, EntryFormat.PACKET_ENTRY)) {
                receiveMore();
            }
            received.position(received.position() + EntryFormat.length(received, received.position()));
        }
    }

    /** The stream's header. */
    StreamHeader header() throws IOException {
        need(1);
        if (EntryFormat.packetType(received, received.position()) == EntryFormat.PACKET_HEADER) {
            need(PREFIX_LENGTH);
            int length = EntryFormat.length(received, received.position());
            if (length == StreamHeader.LENGTH || length == StreamHeader.OLD_LENGTH) {
                need(length);
                return StreamHeader.read(received);
            }
        }
        throw new ProtocolException("A header begins with packet type 1 and length 38 or 29; other bytes arrived.");
    }

    /** The entry that answers a query; its type may be {@link EntryFormat#TYPE_NOT_FOUND}. */
    Entry queriedEntry() throws IOException {
        while (!isWholeEntry(received, EntryFormat.PACKET_QUERIED_ENTRY)) {
            receiveMore();
        }
        Entry entry = EntryFormat.read(received, received.position());
        received.position(received.position() + EntryFormat.HEADER_LENGTH + entry.data().length);
        return entry;
    }

    /** A mark of the extension. */
    StreamMark mark() throws IOException {
        while (true) {
            StreamMark mark = StreamMark.read(received);
            if (mark != null) {
                return mark;
            }
            receiveMore();
        }
    }

    /** A bare number. */
    long number() throws IOException {
        need(Long.BYTES);
        return received.getLong();
    }

    /**
     * Whether a whole entry stands at the buffer's position.
     *
     * @throws ProtocolException when something else does, or an entry of an impossible length
     */
    static boolean isWholeEntry(ByteBuffer received, int packetType) {
        int index = received.position();
        if (!received.hasRemaining()) {
            return false;
        }
        int actualType = EntryFormat.packetType(received, index);
        if (actualType != packetType) {
            throw new ProtocolException("Packet type 0x" + Integer.toHexString(actualType)
                    + " stands where an entry of packet type 0x" + Integer.toHexString(packetType) + " belongs.");
        }
        if (received.remaining() < PREFIX_LENGTH) {
            return false;
        }
        int length = EntryFormat.length(received, index);
        if (length < EntryFormat.HEADER_LENGTH || length > EntryFormat.PAGE_LENGTH) {
            throw new ProtocolException("An entry has " + EntryFormat.HEADER_LENGTH + " to " + EntryFormat.PAGE_LENGTH
                    + " bytes, not " + Integer.toUnsignedString(length) + ".");
        }
        return received.remaining() >= length;
    }

    private void need(int length) throws IOException {
        while (received.remaining() < length) {
            receiveMore();
        }
    }

    private void receiveMore() throws IOException {
        int count = connection.receive(deadline);
        received = connection.received();
        if (count < 0) {
            throw new EOFException();
        }
        // A server that never stops sending must not hold the caller beyond the deadline.
        if (count == 0 || Connection.hasPassed(deadline)) {
            throw new SocketTimeoutException("receive");
        }
    }
}
