package io.sluice.cli;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The committed entries of a stream in any order, wherever the stream is. None of the functions walks over more of it than
 * it says.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link io.sluice.client.ClientException} or {@link io.sluice.storage.StorageException}, and
 * {@link CommandFailure} when the stream became shorter meanwhile.
 */
interface StreamEntries extends AutoCloseable {
    /** What is looked for is mostly near; only for what is not it is worth while to begin a walk. */
    int NEAR_COUNT = 8;

    /** Begins to read a stream. */
    static StreamEntries open(StreamChoice stream) {
        StreamLocation location = stream.location();
        if (location instanceof StreamLocation.File file) {
            return FileEntries.open(file.path());
        }
        StreamLocation.Server server = (StreamLocation.Server) location;
        return new ServerEntries(new ServerStream(server.address(), stream.streamType()));
    }

    /** How many entries are committed; of a server as it is now, of a file as it was when it was opened. */
    long total();

    /** An entry; null when it is not there (yet). */
    @Nullable
    Entry entry(long number);

    /**
     * The first entry behind a bookmark that is no bookmark itself.
     *
     * @return null when the bookmark is not there, or nobody can tell without walking over the whole stream
     */
    @Nullable
    Entry firstAfter(Bookmark bookmark);

    /**
     * Reads entries one after the other.
     *
     * @param from the first one
     * @param to where they end; at most {@link #total()}
     * @param visitor takes an entry, and tells whether the next one is wanted
     */
    void walk(long from, long to, Predicate<Entry> visitor);

    /** What the first of the entries gives that gives something; null when none of them does. */
    default <T> @Nullable T first(long from, long to, Function<Entry, @Nullable T> look) {
        long near = to - from > NEAR_COUNT ? from + NEAR_COUNT : to;
        for (long number = from; number < near; number++) {
            Entry entry = entry(number);
            T found = entry == null ? null : look.apply(entry);
            if (found != null) {
                return found;
            }
        }
        if (near >= to) {
            return null;
        }
        Found<T> found = new Found<>();
        walk(near, to, entry -> {
            found.value = look.apply(entry);
            return found.value == null;
        });
        return found.value;
    }

    @Override
    void close();

    /** What a walk has found. */
    final class Found<T> {
        private @Nullable T value;

        private Found() {}
    }
}
