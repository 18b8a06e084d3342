package io.sluice.cli;

/**
 * A place in a stream, as a user names it.
 *
 * @param number the entry; unsigned
 * @param end whether the end of the stream is meant instead: all that is there when the command starts
 */
record EntryPlace(long number, boolean end) {
    static final EntryPlace END = new EntryPlace(0, true);

    static EntryPlace at(long number) {
        return new EntryPlace(number, false);
    }
}
