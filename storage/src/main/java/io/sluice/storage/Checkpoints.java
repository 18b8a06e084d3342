package io.sluice.storage;

import java.io.IOException;

/**
 * Keeps the {@link Checkpoint} of a writer that does not force each commit.
 *
 * <p><b>Threading:</b> the committer's, under its lock; {@link #millisUntilDue} from any thread.
 */
final class Checkpoints {
    private static final long NOT_DUE_MILLIS = Long.MAX_VALUE;

    private final Disk disk;
    private final Clock clock;
    private final DiskFile file;
    private final StreamFolder folder;
    private final long intervalNanos;
    private volatile long lastNanos;
    private volatile boolean dirty;

    Checkpoints(Disk disk, Clock clock, DiskFile file, StreamFolder folder, ForcePolicy policy) {
        this.disk = disk;
        this.clock = clock;
        this.file = file;
        this.folder = folder;
        this.intervalNanos = policy instanceof ForcePolicy.Interval interval
                ? interval.interval().toNanos()
                : 0;
        this.lastNanos = clock.nanoTime();
    }

    /** Something was committed that is not forced. */
    void committed() {
        dirty = intervalNanos > 0;
    }

    /** How long the committer's thread may sleep; 0 when a checkpoint is due. */
    long millisUntilDue() {
        if (!dirty) {
            return NOT_DUE_MILLIS;
        }
        long left = lastNanos + intervalNanos - clock.nanoTime();
        return left <= 0 ? 0 : left / 1_000_000 + 1;
    }

    void writeIfDue(Committed now) throws IOException {
        if (dirty && millisUntilDue() == 0) {
            write(now);
        }
    }

    /** Forces the file and notes that. */
    void write(Committed now) throws IOException {
        dirty = false;
        file.force();
        new Checkpoint(now.position(), now.entries(), true, disk.bootId()).write(disk, folder);
        lastNanos = clock.nanoTime();
    }
}
