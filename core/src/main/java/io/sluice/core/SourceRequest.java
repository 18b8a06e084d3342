package io.sluice.core;

import java.nio.ByteBuffer;

/**
 * A message of a source that is answered by itself (docs/protocol.md, "The source protocol"). Each begins with a number of
 * the source's choice, not 0, which the {@link SourceReply} repeats.
 */
public sealed interface SourceRequest extends SourceMessage {
    /** What the reply repeats. */
    long request();

    /** Removes this entry and all after it. */
    record Truncate(long streamType, long request, long number) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 108;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 2 * Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request).putLong(number);
        }
    }

    /**
     * Replaces the data of a committed entry.
     *
     * @param data as long as what the entry has; the array is not copied
     */
    record Rewrite(long streamType, long request, long number, int entryType, byte[] data) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 109;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 2 * Long.BYTES + Integer.BYTES + data.length;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request).putLong(number).putInt(entryType).put(data);
        }
    }

    /** Gives the committed header. */
    record GetHeader(long streamType, long request) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 110;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request);
        }
    }

    /** Gives a committed entry. */
    record GetEntry(long streamType, long request, long number) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 111;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 2 * Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request).putLong(number);
        }
    }

    /** Gives the number of a bookmark's newest entry. */
    record GetBookmark(long streamType, long request, Bookmark bookmark) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 112;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES + bookmark.length();
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            bookmark.putTo(buffer.putLong(request));
        }
    }

    /** Gives the first entry after a bookmark that is no bookmark. */
    record GetFirstEventAfterBookmark(long streamType, long request, Bookmark bookmark) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 113;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES + bookmark.length();
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            bookmark.putTo(buffer.putLong(request));
        }
    }

    /**
     * Gives the next page of the entries between two bookmarks.
     *
     * @param generation the one that the page before named, or 0 for the first page
     * @param number where the page before said to go on, or 0 for the first page
     * @param endNumber the end of the range as the page before said, or 0 for the first page
     */
    record GetDataBetweenBookmarks(
            long streamType, long request, long generation, long number, long endNumber, Bookmark from, Bookmark to)
            implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 114;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 4 * Long.BYTES + 2 * Integer.BYTES + from.length() + to.length();
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request).putLong(generation).putLong(number).putLong(endNumber);
            from.putTo(buffer.putInt(from.length()));
            to.putTo(buffer.putInt(to.length()));
        }
    }

    /** Gives an entry of the open operation. */
    record GetOpenEntry(long streamType, long request, long number) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 115;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 2 * Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request).putLong(number);
        }
    }

    /** Gives the checksum of committed entries, see {@link EntryChecksum}: from this one up to, not including, that one. */
    record GetChecksum(long streamType, long request, long fromNumber, long toNumber) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 116;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return 3 * Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request).putLong(fromNumber).putLong(toNumber);
        }
    }

    /** Says that the source is there, and asks whether the server is. */
    record KeepAlive(long streamType, long request) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 117;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request);
        }
    }

    /** Gives the lease back. What is open is rolled back, what is on its way is committed, then comes the reply. */
    record Close(long streamType, long request) implements SourceRequest {
        /** The message's number. */
        public static final long CODE = 118;

        @Override
        public long code() {
            return CODE;
        }

        @Override
        public int parametersLength() {
            return Long.BYTES;
        }

        @Override
        public void putParametersTo(ByteBuffer buffer) {
            buffer.putLong(request);
        }
    }
}
