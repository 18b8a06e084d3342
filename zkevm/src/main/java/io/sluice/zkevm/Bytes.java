package io.sluice.zkevm;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes that never change: a hash, an address, a signed transaction. An array as a component of a record would be
 * compared by identity and could be changed by whoever sees it.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class Bytes {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of these bytes. */
    public static Bytes of(byte... bytes) {
        return wrap(bytes.clone());
    }

    /**
     * The bytes that the hex digits spell; an {@code 0x} in front is allowed.
     *
     * @throws IllegalArgumentException when they are no hex digits, or an odd number of them
     */
    public static Bytes fromHex(String hex) {
        return wrap(HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex));
    }

    /** These bytes themselves, which nobody may change any more. */
    static Bytes wrap(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes);
    }

    /** How many they are. */
    public int length() {
        return bytes.length;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** A copy of them. */
    public byte[] toArray() {
        return bytes.clone();
    }

    /** The bytes themselves, for those of this package who do not change them. */
    byte[] array() {
        return bytes;
    }

    /** In hex digits, lower case, without anything in front. */
    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
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
