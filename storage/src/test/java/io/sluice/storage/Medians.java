package io.sluice.storage;

import java.util.Arrays;
import java.util.Locale;

/** How measurements are told. */
final class Medians {
    private Medians() {}

    /** Prints the median of an odd count of values, their range, and where half of them lie. */
    static void print(String what, double[] values, String format) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int last = sorted.length - 1;
        System.out.printf(
                Locale.ROOT,
                "%s: " + format + " (" + format + " to " + format + ", half of them " + format + " to " + format
                        + ")%n",
                what,
                sorted[last / 2],
                sorted[0],
                sorted[last],
                sorted[last / 4],
                sorted[last - last / 4]);
    }
}
