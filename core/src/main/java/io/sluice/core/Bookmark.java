package io.sluice.core;

import io.sluice.core.StreamSourceException.InvalidBookmark;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A name for a place in a stream: 1 to 16 bytes that the application chooses. Adding it again moves it to the newer
 * entry.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class Bookmark {
    /** The longest bookmark, in bytes. */
    public static final int MAX_LENGTH = 16;

    private final byte[] bytes;

    private Bookmark(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A bookmark of these bytes.
     *
     * @throws InvalidBookmark when there are none, or more than 16
     */
    public static Bookmark of(byte... bytes) {
        if (!isValidLength(bytes.length)) {
            throw new InvalidBookmark(bytes.length);
        }
        return new Bookmark(bytes.clone());
    }

    /**
     * A bookmark of the bytes that the hex digits spell; an {@code 0x} in front is allowed.
     *
     * @throws InvalidBookmark when they spell no byte, or more than 16
     * @throws IllegalArgumentException when they are no hex digits, or an odd number of them
     */
    public static Bookmark fromHex(String hex) {
        return of(HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex));
    }

    /** Whether a bookmark can have this length, in bytes. */
    public static boolean isValidLength(int length) {
        return length >= 1 && length <= MAX_LENGTH;
    }

    /** How many bytes it has, 1 to 16. */
    public int length() {
        return bytes.length;
    }

    /** A copy of its bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** Writes its bytes at the buffer's position. */
    public void putTo(ByteBuffer buffer) {
        buffer.put(bytes);
    }

    /** Its bytes in hex digits, lower case. */
    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bookmark that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "0x" + toHex();
    }
}
