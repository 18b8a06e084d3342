package io.sluice.source;

import io.sluice.core.EntryChecksum;
import java.util.Arrays;

/**
 * What a source remembers of each entry of the open operation: its type and its checksum, so that an update can be judged
 * at the call, and the operation's checksum kept up.
 *
 * <p><b>Threading:</b> confined to the source's thread.
 */
final class EntrySums {
    private static final int FIRST_COUNT = 64;

    private final EntryChecksum checksum = new EntryChecksum();
    private int[] types = new int[FIRST_COUNT];
    private int[] sums = new int[FIRST_COUNT];
    private int count;
    private long firstNumber;
    private long total;
    private boolean isComplete;

    /** Begins an operation. */
    void begin(long newFirstNumber) {
        firstNumber = newFirstNumber;
        count = 0;
        total = 0;
        isComplete = true;
    }

    /** The checksum of the operation. */
    long total() {
        return total;
    }

    /** Whether every entry is remembered, and not their sum alone. */
    boolean isComplete() {
        return isComplete;
    }

    /** The operation is too large to remember each entry. */
    void forgetEntries() {
        isComplete = false;
        types = new int[FIRST_COUNT];
        sums = new int[FIRST_COUNT];
    }

    void added(long number, int type, byte[] data) {
        long sum = checksum.of(type, number, data);
        total += sum;
        if (isComplete) {
            if (count == types.length) {
                types = Arrays.copyOf(types, 2 * count);
                sums = Arrays.copyOf(sums, 2 * count);
            }
            types[count] = type;
            sums[count] = (int) sum;
            count++;
        }
    }

    /** The type of an entry of the operation, while each is remembered. */
    int type(long number) {
        return types[(int) (number - firstNumber)];
    }

    /** An entry, which is remembered, has other data now. */
    void updated(long number, int type, byte[] newData) {
        int index = (int) (number - firstNumber);
        long sum = checksum.of(type, number, newData);
        total += sum - Integer.toUnsignedLong(sums[index]);
        sums[index] = (int) sum;
    }

    /** An entry, which is not remembered, has other data now. */
    void updated(long number, int type, byte[] oldData, byte[] newData) {
        total += checksum.of(type, number, newData) - checksum.of(type, number, oldData);
    }
}
