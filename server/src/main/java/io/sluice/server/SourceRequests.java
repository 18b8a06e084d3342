package io.sluice.server;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.SourceResult;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import io.sluice.storage.DataStream;
import io.sluice.storage.HistoryChangedException;
import io.sluice.storage.StorageException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of a source, one after the other. What may read much of the stream is done a slice at a time, so that
 * the writer can look up in between.
 *
 * <p><b>Threading:</b> confined to the stream's writer.
 */
final class SourceRequests {
    private final DataStream stream;
    private @Nullable SourceRequest request;
    private @Nullable SlicedRead reading;

    /** For slices; made when it is first needed. */
    private @Nullable ByteBuffer buffer;

    SourceRequests(DataStream stream) {
        this.stream = stream;
    }

    /** Whether a request is answered in part, so that {@link #goOn} is next. */
    boolean isBusy() {
        return reading != null;
    }

    /** Forgets the request that is answered in part. */
    void drop() {
        reading = null;
        request = null;
    }

    /**
     * Answers a request.
     *
     * @return null when it takes more than a slice
     */
    @Nullable
    SourceReply answer(SourceRequest asked) {
        request = asked;
        try {
            byte[] content = contentFor(asked);
            return content == null ? goOn() : new SourceReply(asked.code(), asked.request(), Result.OK, content);
        } catch (StreamSourceException | StorageException | HistoryChangedException e) {
            return failed(asked, e);
        }
    }

    /**
     * Does the next slice of the request that is answered in part.
     *
     * @return the answer, or null when it takes yet another slice
     */
    @Nullable
    SourceReply goOn() {
        SourceRequest asked = request;
        SlicedRead read = reading;
        if (asked == null || read == null) {
            throw new IllegalStateException("No request is answered in part.");
        }
        try {
            byte[] content = read.next();
            if (content == null) {
                return null;
            }
            drop();
            return new SourceReply(asked.code(), asked.request(), Result.OK, content);
        } catch (StreamSourceException | StorageException | HistoryChangedException e) {
            return failed(asked, e);
        }
    }

    private SourceReply failed(SourceRequest asked, RuntimeException error) {
        drop();
        return new SourceReply(asked.code(), asked.request(), resultOf(error));
    }

    static Result resultOf(RuntimeException error) {
        if (error instanceof StreamSourceException known) {
            return SourceResult.of(known);
        }
        int code = error instanceof HistoryChangedException ? SourceResult.HISTORY_CHANGED : SourceResult.FAILED;
        return SourceResult.of(code, String.valueOf(error.getMessage()));
    }

    /** The content of the answer, or null when it is in {@link #reading}. */
    private byte @Nullable [] contentFor(SourceRequest asked) {
        if (asked instanceof SourceRequest.Truncate truncate) {
            stream.truncate(truncate.number());
            return history();
        } else if (asked instanceof SourceRequest.Rewrite rewrite) {
            stream.rewriteCommittedEntry(rewrite.number(), rewrite.entryType(), rewrite.data());
            return history();
        } else if (asked instanceof SourceRequest.GetHeader) {
            ByteBuffer header = ByteBuffer.allocate(StreamHeader.LENGTH);
            stream.getHeader().putTo(header);
            return header.array();
        } else if (asked instanceof SourceRequest.GetEntry get) {
            return bytesOf(stream.getEntry(get.number()));
        } else if (asked instanceof SourceRequest.GetBookmark get) {
            return numberOf(stream.getBookmark(get.bookmark()));
        } else if (asked instanceof SourceRequest.GetFirstEventAfterBookmark get) {
            return bytesOf(stream.getFirstEventAfterBookmark(get.bookmark()));
        } else if (asked instanceof SourceRequest.GetOpenEntry get) {
            return bytesOf(stream.openEntry(get.number()));
        } else if (asked instanceof SourceRequest.GetChecksum get) {
            reading = ChecksumRead.of(stream.view(), get, buffer());
            return null;
        } else if (asked instanceof SourceRequest.GetDataBetweenBookmarks get) {
            reading = PageRead.of(stream.view(), get, buffer());
            return null;
        }
        throw new IllegalArgumentException("Message " + asked.code() + " is not answered from the stream.");
    }

    private ByteBuffer buffer() {
        if (buffer == null) {
            buffer = ByteBuffer.allocate(EntryFormat.PAGE_LENGTH);
        }
        return buffer;
    }

    private byte[] history() {
        ByteBuffer content = ByteBuffer.allocate(Long.BYTES + StreamHeader.LENGTH);
        content.putLong(stream.view().committed().generation());
        stream.getHeader().putTo(content);
        return content.array();
    }

    private static byte[] bytesOf(Entry entry) {
        ByteBuffer content = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + entry.data().length);
        EntryFormat.put(content, EntryFormat.PACKET_ENTRY, entry.type(), entry.number(), entry.data());
        return content.array();
    }

    static byte[] numberOf(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
