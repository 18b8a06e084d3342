package io.sluice.core;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * One entry of a stream.
 *
 * @param number its place in the stream, counted from 0; unsigned
 * @param type what the application says it is; {@link EntryFormat#TYPE_BOOKMARK} for bookmarks; unsigned
 * @param data the application's bytes, 0 to {@link EntryFormat#MAX_DATA_LENGTH}. The array is not copied: whoever
 *     receives an entry owns it.
 */
public record Entry(long number, int type, byte[] data) {
    /** Whether this entry is a bookmark. */
    public boolean isBookmark() {
        return type == EntryFormat.TYPE_BOOKMARK;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry that
                && number == that.number
                && type == that.type
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(number) + type) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        int shown = Math.min(data.length, 32);
        return "Entry[number=" + Long.toUnsignedString(number) + ", type=" + Integer.toUnsignedString(type) + ", data="
                + HexFormat.of().formatHex(data, 0, shown) + (shown < data.length ? "…" : "") + " (" + data.length
                + " bytes)]";
    }
}
