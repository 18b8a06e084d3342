package io.sluice.cli;

/**
 * A place in the input of {@code sluice write}, between two operations.
 *
 * @param lines how many lines are before it
 * @param checksum CRC-32C of these lines, which tells the input from others
 * @param operations how many operations of the input are committed there
 * @param totalEntries how many entries the stream has there
 */
record WritePlace(long lines, int checksum, long operations, long totalEntries) {
    /** Where an input begins, on a stream that has so many entries. */
    static WritePlace start(long totalEntries) {
        return new WritePlace(0, 0, 0, totalEntries);
    }

    /** The place in an input after the lines that were taken from it. */
    static WritePlace after(InputLines lines, long operations, long totalEntries) {
        return new WritePlace(lines.count(), lines.checksum(), operations, totalEntries);
    }
}
