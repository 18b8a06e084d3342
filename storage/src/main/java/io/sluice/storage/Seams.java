package io.sluice.storage;

import io.sluice.storage.StorageException.Corrupt;
import io.sluice.storage.StorageException.Locked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.LongSupplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.slf4j.LoggerFactory;

/**
 * Where a stream touches the world. Tests put others here; there is one for everybody else.
 *
 * @param disk where files are
 * @param clock the time that passes
 * @param indexes opens the bookmark index of a stream
 * @param layout the page length
 * @param random where the random bits of generations come from; asked by one thread at a time
 * @param threads whether the committer and the indexer have threads of their own; without them whoever waits does their
 *     work, in an order that repeats
 */
record Seams(Disk disk, Clock clock, IndexOpener indexes, PageLayout layout, LongSupplier random, boolean threads) {
    /** Opens an index, or makes one; what it finds damaged it throws away. */
    interface IndexOpener {
        BookmarkIndex open(Path path) throws IOException;
    }

    static final Seams REAL = new Seams(
            new FileDisk(),
            System::nanoTime,
            Seams::openIndex,
            PageLayout.STANDARD,
            new SecureRandom()::nextLong,
            true);

    static BookmarkIndex openIndex(Path path) throws IOException {
        try {
            return new MvBookmarkIndex(path);
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new Locked("The bookmark index " + path + " is open elsewhere.");
            }
            LoggerFactory.getLogger(Seams.class).warn("{} cannot be read and is built anew: {}", path, e.getMessage());
            Files.delete(path);
        }
        try {
            return new MvBookmarkIndex(path);
        } catch (MVStoreException e) {
            throw new Corrupt("The bookmark index " + path + " cannot be opened: " + e.getMessage());
        }
    }
}
