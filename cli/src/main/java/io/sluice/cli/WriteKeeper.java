package io.sluice.cli;

import io.sluice.cli.StoredWrite.Progress;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the progress of a {@code sluice write} is stored. What is stored may be behind what is in the stream, and
 * never ahead of it. Whoever wants no state gets a keeper that does nothing.
 *
 * <p><b>Threading:</b> one thread.
 */
final class WriteKeeper {
    /** Stored that often at most. */
    private static final long INTERVAL_NANOS = Duration.ofMillis(250).toNanos();

    /** On a slow disk no more than a quarter of the time is spent with storing. */
    private static final int REST = 3;

    private final @Nullable ResumeFile file;
    private final StoredWrite source;
    private final LongSupplier nanoTime;
    private long generation;
    private final long start;
    private WritePlace stored;
    private long truncating;
    private long dueAt;

    /**
     * Stores nothing yet.
     *
     * @param file null when nothing is to be kept
     * @param source who the source is
     * @param generation which history the stream has
     * @param start how many entries it had before the input's first operation
     * @param place where this run begins
     */
    WriteKeeper(@Nullable ResumeFile file, StoredWrite source, long generation, long start, WritePlace place) {
        this.file = file;
        this.source = source;
        this.generation = generation;
        this.start = start;
        this.stored = place;
        this.truncating = StoredWrite.NONE;
        this.nanoTime = System::nanoTime;
        this.dueAt = nanoTime.getAsLong();
    }

    /** Stores the place where this run begins, before anything is written. */
    void begin() {
        write(stored);
    }

    /** All before that place is certainly in. */
    void storeIfDue(WritePlace place) {
        if (dueAt - nanoTime.getAsLong() <= 0) {
            store(place);
        }
    }

    /** All before that place is certainly in; it is on the disk when this returns. */
    void store(WritePlace place) {
        if (!place.equals(stored)) {
            write(place);
        }
    }

    /** What comes at that place is a truncation, which is about to be done. */
    void truncating(WritePlace place, long number) {
        truncating = number;
        write(place);
    }

    /** The truncation was not done, and will not be. */
    void notTruncated(WritePlace place) {
        truncating = StoredWrite.NONE;
        write(place);
    }

    /** The truncation is done; the place is after it. The history has another name now, which nobody tells. */
    void truncated(WritePlace place) {
        truncating = StoredWrite.NONE;
        generation = 0;
        write(place);
    }

    private void write(WritePlace place) {
        stored = place;
        if (file == null) {
            return;
        }
        long started = nanoTime.getAsLong();
        file.store(
                source.with(new Progress(generation, start, place, truncating)).toString());
        long now = nanoTime.getAsLong();
        dueAt = now + Math.max(INTERVAL_NANOS, REST * (now - started));
    }
}
