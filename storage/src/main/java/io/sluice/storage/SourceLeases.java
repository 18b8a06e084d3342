package io.sluice.storage;

import io.sluice.core.StreamSourceException.DiskFull;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lease of a stream: which source outside of this process may write it. A server grants it; the stream only keeps it,
 * in the folder beside the file, and takes it away when somebody in this process writes instead.
 *
 * <p><b>Threading:</b> the thread that writes the stream; {@link #current} any thread.
 *
 * <p><b>Failure:</b> {@link StorageException} when the note cannot be written; what was noted before holds then.
 */
public final class SourceLeases {
    /** Below the time in an epoch: so two servers that have lost their notes do not come to the same one. */
    private static final int RANDOM_BITS = 20;

    private static final int SMALL_STEP_BITS = 16;

    private final Disk disk;
    private final StreamFolder folder;
    private final LongSupplier random;

    /** Written by the writing thread. */
    private volatile @Nullable SourceLease current;

    /** Whether what is written now is written for the lease. */
    private boolean inUse;

    private SourceLeases(Disk disk, StreamFolder folder, LongSupplier random, @Nullable SourceLease current) {
        this.disk = disk;
        this.folder = folder;
        this.random = random;
        this.current = current;
    }

    static SourceLeases open(Disk disk, StreamFolder folder, LongSupplier random) {
        return new SourceLeases(disk, folder, random, LeaseNote.read(disk, folder.lease()));
    }

    /** Who has it, or had it last; null when the stream never had one, or when the note is lost. */
    public @Nullable SourceLease current() {
        return current;
    }

    /**
     * Gives the lease to a run of a source, under a new epoch. It is on the disk when this returns. What is written from now
     * on is that source's.
     *
     * @param nowMillis milliseconds since 1970
     */
    public SourceLease grant(long sourceId, long instance, String address, long nowMillis) {
        SourceLease granted = new SourceLease(nextEpoch(nowMillis), sourceId, instance, address, nowMillis, false);
        note(granted);
        inUse = true;
        return granted;
    }

    /**
     * The run that has, or had, the lease goes on with it, from this address, under the same epoch.
     *
     * @throws IllegalStateException when nobody had it
     */
    public SourceLease goOn(String address) {
        SourceLease goesOn = last().withAddress(address);
        note(goesOn);
        inUse = true;
        return goesOn;
    }

    /**
     * The source gives the lease back. What is written from now on is written by somebody in this process.
     *
     * @throws IllegalStateException when nobody had it
     */
    public void release() {
        leave();
        note(last().given());
    }

    /** What is written from now on is written by somebody in this process; the source may come back until that happens. */
    public void leave() {
        inUse = false;
    }

    /**
     * Something is about to be written. If that is not for the lease, a source that had it must not go on as if nobody had
     * written: it is noted, and forced, that somebody in this process has the stream.
     *
     * @param committer is stopped when the disk fails
     */
    void writing(Committer committer) {
        SourceLease last = current;
        if (inUse || last == null || last.isEmbedded()) {
            return;
        }
        long now = System.currentTimeMillis();
        SourceLease embedded = new SourceLease(nextEpoch(now), 0, 0, SourceLease.EMBEDDED, now, false);
        try {
            LeaseNote.write(embedded, disk, folder);
        } catch (Disk.FullException e) {
            throw new DiskFull(committer.full(e), e);
        } catch (IOException e) {
            throw committer.stop("writing the lease note " + folder.lease() + " failed", e);
        }
        current = embedded;
    }

    /** Higher than the last one, and, as long as the clock does not go back, than those of notes that were lost. */
    private long nextEpoch(long nowMillis) {
        SourceLease last = current;
        long epoch = nowMillis << RANDOM_BITS | random.getAsLong() >>> (Long.SIZE - RANDOM_BITS);
        return last == null || epoch > last.epoch()
                ? epoch
                : last.epoch() + 1 + (random.getAsLong() >>> (Long.SIZE - SMALL_STEP_BITS));
    }

    private SourceLease last() {
        SourceLease last = current;
        if (last == null) {
            throw new IllegalStateException("The stream has no lease to go on with.");
        }
        return last;
    }

    private void note(SourceLease lease) {
        try {
            LeaseNote.write(lease, disk, folder);
        } catch (IOException e) {
            throw StorageException.of("Cannot write the lease note " + folder.lease(), e);
        }
        current = lease;
    }
}
