package io.sluice.storage;

import java.util.Arrays;

/** Where the pages of the open operation begin, and with which entry: 24 bytes a page, however large it gets. */
final class OperationPages {
    private long[] positions = new long[8];
    private long[] positionsBefore = new long[8];
    private long[] firstNumbers = new long[8];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void clear() {
        count = 0;
    }

    /**
     * The first entry of the operation, or of a page, begins here.
     *
     * @param positionBefore where what stands before it ends: padding of the page before may lie in between
     */
    void add(long position, long positionBefore, long firstNumber) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, 2 * count);
            positionsBefore = Arrays.copyOf(positionsBefore, 2 * count);
            firstNumbers = Arrays.copyOf(firstNumbers, 2 * count);
        }
        positions[count] = position;
        positionsBefore[count] = positionBefore;
        firstNumbers[count] = firstNumber;
        count++;
    }

    /** Forgets what begins at this position or behind it. */
    void dropFrom(long position) {
        while (count > 0 && positions[count - 1] >= position) {
            count--;
        }
    }

    /** The place, among the pages, of the one that holds this entry of the operation. */
    int pageHolding(long number) {
        int found = Arrays.binarySearch(firstNumbers, 0, count, number);
        return found >= 0 ? found : -found - 2;
    }

    long position(int page) {
        return positions[page];
    }

    long positionBefore(int page) {
        return positionsBefore[page];
    }

    long firstNumber(int page) {
        return firstNumbers[page];
    }
}
