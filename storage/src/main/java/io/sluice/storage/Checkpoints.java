package io.sluice.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link Checkpoint} of a writer that does not force each commit.
 *
 * <p><b>Threading:</b> the committer's, under its lock, or the source's while nothing is on its way;
 * {@link #millisUntilDue} from any thread.
 */
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final long NOT_DUE_MILLIS = Long.MAX_VALUE;

    private final Disk disk;
    private final Clock clock;
    private final DiskFile file;
    private final StreamFolder folder;
    private final ForcePolicy policy;
    private volatile long lastNanos;
    private volatile boolean dirty;

    /** What was noted last since the opening, or null. */
    private @Nullable Checkpoint last;

    Checkpoints(Disk disk, Clock clock, DiskFile file, StreamFolder folder, ForcePolicy policy) {
        this.disk = disk;
        this.clock = clock;
        this.file = file;
        this.folder = folder;
        this.policy = policy;
        this.lastNanos = clock.nanoTime();
    }

    /**
     * Something was committed that is not forced.
     *
     * @return whether a checkpoint has to be made now that was not to be made before
     */
    boolean committed() {
        boolean first = policy instanceof ForcePolicy.Interval && !dirty;
        dirty |= first;
        return first;
    }

    /** How long the committer's thread may sleep; 0 when a checkpoint is due. */
    long millisUntilDue() {
        if (!dirty || !(policy instanceof ForcePolicy.Interval interval)) {
            return NOT_DUE_MILLIS;
        }
        long left = lastNanos + interval.interval().toNanos() - clock.nanoTime();
        return left <= 0 ? 0 : left / 1_000_000 + 1;
    }

    void writeIfDue(Committed now) throws IOException {
        if (millisUntilDue() == 0) {
            write(now);
        }
    }

    /** Forces the file and notes that; a writer that forces each commit needs no note. */
    void write(Committed now) throws IOException {
        if (policy instanceof ForcePolicy.Always) {
            return;
        }
        dirty = false;
        force();
        boolean periodic = policy instanceof ForcePolicy.Interval;
        Checkpoint next = new Checkpoint(now.position(), now.entries(), periodic, disk.bootId());
        // The first time also where there is a note: whoever left it may have died before its name was forced.
        next.write(disk, folder, last != null);
        last = next;
        lastNanos = clock.nanoTime();
    }

    /**
     * Forces the stream file. When that fails, the operating system may take for written what it has not written, and show
     * it until it forgets it. So the next opening is told not to believe what it sees behind the last checkpoint.
     */
    void force() throws IOException {
        try {
            file.force();
        } catch (IOException e) {
            distrust(last, disk, folder);
            throw e;
        }
    }

    /** Leaves the note to the next opening as one of another run of the operating system. */
    static void distrust(@Nullable Checkpoint note, Disk disk, StreamFolder folder) {
        if (note == null) {
            return;
        }
        try {
            note.distrusted().write(disk, folder, true);
        } catch (IOException e) {
            LOG.error(
                    "{}: it cannot be noted that a force has failed. Restart the system before the stream is opened again: {}",
                    folder.checkpoint(),
                    StorageException.reason(e));
        }
    }

    /** The file is forced and left: whoever opens it next must not take an older note for true. */
    void end() throws IOException {
        if (disk.exists(folder.checkpoint())) {
            disk.delete(folder.checkpoint());
            disk.forceFolder(folder.path());
        }
    }
}
