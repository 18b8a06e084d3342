package io.sluice.server;

import io.sluice.core.EntryChecksum;
import io.sluice.core.SourceRequest;
import io.sluice.core.StreamSourceException.BookmarkRangeReversed;
import io.sluice.core.StreamSourceException.EntryNotFound;
import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.StreamView;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Sums the checksums of committed entries up. */
final class ChecksumRead implements SlicedRead {
    private final EntryChecksum checksum = new EntryChecksum();
    private final StreamView view;
    private final Committed upTo;
    private final ByteBuffer buffer;
    private final long endPosition;
    private long position;
    private long sum;

    private ChecksumRead(StreamView view, Committed upTo, ByteBuffer buffer, long position, long endPosition) {
        this.view = view;
        this.upTo = upTo;
        this.buffer = buffer;
        this.position = position;
        this.endPosition = endPosition;
    }

    static ChecksumRead of(StreamView view, SourceRequest.GetChecksum asked, ByteBuffer buffer) {
        Committed upTo = view.committed();
        if (Long.compareUnsigned(asked.toNumber(), upTo.entries()) > 0) {
            throw EntryNotFound.beyondEnd(asked.toNumber() - 1, upTo.entries());
        }
        if (Long.compareUnsigned(asked.fromNumber(), asked.toNumber()) > 0) {
            throw new BookmarkRangeReversed("The range runs backwards: from entry "
                    + Long.toUnsignedString(asked.fromNumber()) + " to entry "
                    + Long.toUnsignedString(asked.toNumber()) + ".");
        }
        return new ChecksumRead(
                view, upTo, buffer, view.positionOf(asked.fromNumber(), upTo), view.positionOf(asked.toNumber(), upTo));
    }

    @Override
    public byte @Nullable [] next() {
        if (position < endPosition) {
            EntryChunk chunk = view.read(position, endPosition, upTo, buffer.clear());
            sum += checksum.ofAll(buffer.flip());
            position = chunk.nextPosition();
        }
        return position < endPosition ? null : SourceRequests.numberOf(sum);
    }
}
