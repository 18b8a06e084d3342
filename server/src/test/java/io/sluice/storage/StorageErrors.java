package io.sluice.storage;

/** Lets tests of other packages throw what only storage can. */
public final class StorageErrors {
    private StorageErrors() {}

    /** The error of a reader of an older generation. */
    public static HistoryChangedException historyChanged(long generation, long actualGeneration) {
        return new HistoryChangedException(generation, actualGeneration);
    }

    /** The error of a broken disk. */
    public static StorageException diskFailed() {
        return new StorageException("the disk of a test failed");
    }
}
