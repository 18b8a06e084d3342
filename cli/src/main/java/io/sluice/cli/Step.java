package io.sluice.cli;

import io.sluice.core.Bookmark;

/** One line of the input of {@code sluice write}: a call of a stream source. */
sealed interface Step {
    /** Opens an atomic operation. */
    record Start() implements Step {}

    /** Adds an entry; nobody changes the data. */
    record AddEntry(int type, byte[] data) implements Step {}

    /** Adds a bookmark. */
    record AddBookmark(Bookmark bookmark) implements Step {}

    /**
     * Replaces the data of an entry of the open operation.
     *
     * @param number the entry's number in the stream
     */
    record UpdateEntry(long number, int type, byte[] data) implements Step {}

    /** Commits the open operation. */
    record Commit() implements Step {}

    /** Drops the open operation. */
    record Rollback() implements Step {}

    /**
     * Removes an entry and all after it.
     *
     * @param number the entry's number in the stream
     */
    record Truncate(long number) implements Step {}
}
