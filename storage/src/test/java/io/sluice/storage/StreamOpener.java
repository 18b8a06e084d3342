package io.sluice.storage;

import java.nio.file.Path;

/** A program of its own that tries to open a stream file to write. */
final class StreamOpener {
    static final int OPENED = 0;
    static final int LOCKED = 7;

    private StreamOpener() {}

    /** {@code FILE}. */
    public static void main(String[] args) {
        try (DataStream stream = DataStream.open(Path.of(args[0]))) {
            System.exit(stream.getHeader().totalEntries() == 6 ? OPENED : 1);
        } catch (StorageException.Locked e) {
            System.exit(LOCKED);
        }
    }
}
