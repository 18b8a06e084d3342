package io.sluice.core;

import java.nio.ByteBuffer;

/**
 * What a source is told when its greeting is accepted: it has the lease now (docs/protocol.md, "Greet").
 *
 * @param epoch which lease this is: another one for each run of a source that got it, and higher each time; the same when
 *     a run goes on with the lease that it had
 * @param continued whether the lease was this source's before, in this run or an earlier one: nobody else has written since
 * @param generation names the history of now
 * @param unchangedBefore every entry before this number is the same as in the history that the source knew; -1, which is
 *     2^64-1, when nothing has changed; 0 when nothing is known
 * @param leaseMillis how long the source may be silent before it can lose the lease, in milliseconds
 * @param header what is committed
 */
public record SourceGrant(
        long epoch, boolean continued, long generation, long unchangedBefore, int leaseMillis, StreamHeader header) {

    private static final int LENGTH = 3 * Long.BYTES + 1 + Integer.BYTES + StreamHeader.LENGTH;

    /** The content of the reply. */
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        bytes.putLong(epoch).put((byte) (continued ? 1 : 0)).putLong(generation).putLong(unchangedBefore);
        header.putTo(bytes.putInt(leaseMillis));
        return bytes.array();
    }

    /**
     * Reads the content of the reply.
     *
     * @throws ProtocolException when it is something else
     */
    public static SourceGrant of(ByteBuffer content) {
        if (content.remaining() < LENGTH) {
            throw new ProtocolException("A grant has " + LENGTH + " bytes, not " + content.remaining() + ".");
        }
        return new SourceGrant(
                content.getLong(),
                content.get() != 0,
                content.getLong(),
                content.getLong(),
                content.getInt(),
                StreamHeader.read(content));
    }
}
