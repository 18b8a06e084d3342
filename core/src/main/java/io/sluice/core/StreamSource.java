package io.sluice.core;

import java.util.concurrent.CompletableFuture;

/**
 * What a sequencer writes its stream through: atomic operations of entries and bookmarks, and queries of what is
 * committed. The names are those of the published server-source library. The same code runs on a stream in its own
 * process and on one behind a server.
 *
 * <p>Entries are numbered from 0 across all operations; a rolled-back operation uses up no numbers. Clients see an
 * operation after its commit, whole, or never.
 *
 * <p><b>Threading:</b> one thread at a time writes (the first eight functions); the queries may be called by any
 * thread, at any time, and see only what is committed.
 *
 * <p><b>Failure:</b> {@link StreamSourceException} and its kinds. A misuse is found at the call and changes nothing.
 */
public interface StreamSource extends AutoCloseable {
    /**
     * Opens an atomic operation.
     *
     * @throws StreamSourceException.OperationAlreadyOpen when one is open
     */
    void startAtomicOp();

    /**
     * Adds an entry to the open operation.
     *
     * @param entryType what the application says it is; not 0xb0 and not 0xffffffff
     * @param data 0 to {@link EntryFormat#MAX_DATA_LENGTH} bytes, copied before the call returns
     * @return the entry's number, which holds if the operation is committed
     */
    long addStreamEntry(int entryType, byte[] data);

    /**
     * Adds a bookmark entry to the open operation.
     *
     * @return the entry's number, which holds if the operation is committed
     */
    long addStreamBookmark(Bookmark bookmark);

    /**
     * Replaces the data of an entry of the open operation.
     *
     * @param entryType the type the entry has
     * @param newData of any allowed length
     */
    void updateEntryData(long entryNumber, int entryType, byte[] newData);

    /**
     * Makes the open operation durable and visible, all at once, and returns when it is. An operation without entries
     * changes nothing.
     *
     * @return the committed header after it
     */
    StreamHeader commitAtomicOp();

    /**
     * Submits the open operation for commit and returns; the next one can be opened at once. Operations are committed
     * in order, and those that wait together share their forces.
     *
     * @return completes with the committed header when the operation is durable and visible, or with the error
     */
    CompletableFuture<StreamHeader> commitAtomicOpAsync();

    /** Drops the open operation with its entries, bookmarks and numbers. */
    void rollbackAtomicOp();

    /**
     * Removes this entry and all after it, for good. An administrative function.
     *
     * @param entryNumber the first entry to go; the stream's end changes nothing
     * @throws StreamSourceException.OperationPending while an operation is open or on its way
     */
    void truncate(long entryNumber);

    /**
     * Replaces the data of a committed entry by as many other bytes. An administrative function: clients that have the
     * entry are not told.
     *
     * @throws StreamSourceException.OperationPending while an operation is open or on its way
     */
    void rewriteCommittedEntry(long entryNumber, int entryType, byte[] newData);

    /** The committed header of the stream. */
    StreamHeader getHeader();

    /**
     * One committed entry.
     *
     * @throws StreamSourceException.EntryNotFound when it is not committed
     */
    Entry getEntry(long entryNumber);

    /**
     * The number of the newest committed entry that holds this bookmark.
     *
     * @throws StreamSourceException.BookmarkNotFound when there is none
     */
    long getBookmark(Bookmark bookmark);

    /**
     * The first committed entry after this bookmark that is no bookmark.
     *
     * @throws StreamSourceException.BookmarkNotFound when the bookmark is not in the stream
     * @throws StreamSourceException.EntryNotFound when nothing but bookmarks follows it
     */
    Entry getFirstEventAfterBookmark(Bookmark bookmark);

    /**
     * The data of the committed entries from one bookmark up to, not including, the other, without bookmarks. Entries
     * are read as the iteration goes, so that a range may be larger than memory.
     *
     * @throws StreamSourceException.BookmarkNotFound when one of them is not in the stream
     * @throws StreamSourceException.BookmarkRangeReversed when the first stands after the second
     */
    Iterable<byte[]> getDataBetweenBookmarks(Bookmark from, Bookmark to);

    /** Rolls an open operation back, waits for those on their way, and lets go of the stream. */
    @Override
    void close();
}
