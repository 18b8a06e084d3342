package io.sluice.zkevm;

/** Numbers of 32 bits without a sign, which a {@code long} holds. */
final class Uint32 {
    private static final long MAX = 0xffff_ffffL;

    private Uint32() {}

    /** @throws IllegalArgumentException when it is not 0 to 2^32-1 */
    static void check(String name, long value) {
        if (value < 0 || value > MAX) {
            throw new IllegalArgumentException(name + " is " + value + ", and must be 0 to " + MAX + ".");
        }
    }
}
