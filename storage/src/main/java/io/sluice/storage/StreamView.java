package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream as its readers see it: what is committed, and nothing else.
 *
 * <p><b>Threading:</b> any thread. All functions but {@link #header}, {@link #committed}, {@link #unchangedBefore} and the
 * listeners' may read from the disk and so do not belong on an event loop.
 *
 * <p><b>Failure:</b> {@link StorageException} when the disk fails or the file turns out to be damaged.
 */
public interface StreamView {
    /** The committed header. */
    StreamHeader header();

    /** How far the stream is committed. One volatile read. */
    Committed committed();

    /**
     * How far the history of a generation still stands: every entry before this number is the same as it was then.
     * Entries that were added since are no change.
     *
     * <p>Any thread; nothing is read from the disk. The answer takes in every change up to the generation that
     * {@link #committed} showed before the call, and perhaps a newer one.
     *
     * @param generation that {@link Committed#generation} gave at any time, also before the stream was opened last
     * @return 2^64-1 (that is -1, unsigned) when nothing has changed since; empty when the generation is not known: it is
     *     another file's, or too old, or nobody knows what has changed since
     */
    OptionalLong unchangedBefore(long generation);

    /**
     * A committed entry.
     *
     * @param number unsigned
     * @return null when it is not committed
     */
    @Nullable
    Entry entry(long number);

    /** The number of the newest committed entry that holds this bookmark. */
    OptionalLong bookmark(Bookmark bookmark);

    /**
     * The first committed entry, from this number on, that is no bookmark.
     *
     * @return null when there is none yet
     */
    @Nullable
    Entry firstEventFrom(long number);

    /**
     * Where an entry begins in the stream file.
     *
     * @param number 0 to {@code upTo.entries()}, which is at {@code upTo.position()}
     * @throws HistoryChangedException when the stream is of another generation by now
     */
    long positionOf(long number, Committed upTo);

    /**
     * Copies whole entries, without padding, as many as the target holds, up to the end of the page or to
     * {@code endPosition}.
     *
     * @param position where an entry, or padding, begins
     * @param endPosition at most {@code upTo.position()}
     * @param upTo what the reader believes to be committed
     * @param target its remaining bytes are filled, and its position is moved
     * @throws HistoryChangedException when the stream is of another generation by now; what the target holds is void
     */
    EntryChunk read(long position, long endPosition, Committed upTo, ByteBuffer target);

    /**
     * The last end of an operation up to here, if it is known: where operations end is kept beside the file, and not for
     * all that other programs have written.
     *
     * @param position at most {@code upTo.position()}
     * @return so many entries were all that was committed at some moment; empty when nobody knows, or not nearby
     * @throws HistoryChangedException when the stream is of another generation by now
     */
    OptionalLong operationEnd(long position, Committed upTo);

    /** Calls the listener from now on. */
    void addListener(StreamListener listener);

    /** Does not call the listener any more. */
    void removeListener(StreamListener listener);
}
