package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamSourceException;
import io.sluice.storage.SimulatedFaults.Kind;
import io.sluice.storage.StorageException.Corrupt;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One stream's life, of several openings, on a disk that fails and loses what it may; a seed repeats exactly. */
final class SimulatedRun {
    static final Path FILE = Path.of("/simulated/stream.bin");
    private static final int PAGE_LENGTH = 4096;
    private static final List<ForcePolicy> POLICIES = List.of(
            ForcePolicy.ALWAYS, ForcePolicy.ALWAYS, ForcePolicy.interval(Duration.ofMillis(5)), ForcePolicy.NEVER);

    private final Random random;
    private final SimulatedDisk disk;
    private final OutlivingIndex index;
    private final PlantedBug bug;
    private final ForcePolicy policy;

    /** Not that of the calls, so that what is drawn for generations does not change what a seed does. */
    private final Random generationBits;

    private final Moments moments = new Moments();
    private final Counts counts = new Counts();
    private long nanos;
    private StreamModel model = new StreamModel(PAGE_LENGTH);
    private @Nullable SimulatedSource source;
    private @Nullable DataStream stream;

    /** What this life and its recovery met so far. */
    private boolean powerCut;

    private boolean forceFailed;

    /** A force has failed, and that could not be noted: only another run of the system may open the stream. */
    private boolean isUnnoted;

    /** A stream that was refused, as it may be: nothing comes after it. */
    private boolean over;

    /** What happened in one run, or in many. */
    static final class Counts {
        int crashes;
        int powerCuts;
        int faults;
        int stops;
        int refused;
        long known;
        long changed;

        void add(Counts other) {
            crashes += other.crashes;
            powerCuts += other.powerCuts;
            faults += other.faults;
            stops += other.stops;
            refused += other.refused;
            known += other.known;
            changed += other.changed;
        }
    }

    /** How a process and the system under it end. */
    private enum End {
        RESTART,
        KILL,
        POWER_CUT
    }

    SimulatedRun(long seed) {
        this(seed, new SimulatedIndex(), PlantedBug.NONE);
    }

    SimulatedRun(long seed, OutlivingIndex index, PlantedBug bug) {
        // The first numbers of neighbouring seeds are nearly the same: mixed, or all runs would have one policy.
        random = new Random(new SplittableRandom(seed).nextLong());
        generationBits = new Random(seed);
        policy = POLICIES.get(random.nextInt(POLICIES.size()));
        disk = new SimulatedDisk(random);
        this.index = index;
        this.bug = bug;
        disk.onForce(this::forced);
    }

    SimulatedFaults faults() {
        return disk.faults();
    }

    Counts run() {
        int lives = 2 + random.nextInt(4);
        for (int life = 0; life < lives && !over; life++) {
            live();
        }
        if (!over) {
            try (DataStream last = open()) {
                checkOpened(last);
            }
        }
        counts.known = moments.known;
        counts.changed = moments.changed;
        return counts;
    }

    private Seams seams() {
        return new Seams(
                bug.plantedIn(disk, index),
                () -> nanos += 100_000,
                path -> index.open(),
                new PageLayout(PAGE_LENGTH),
                generationBits::nextLong,
                false);
    }

    private DataStream open() {
        DataStreamOptions options =
                DataStreamOptions.defaults().withForcePolicy(policy).withOperationMemoryBytes(2 << 20);
        return DataStream.open(FILE, options, seams());
    }

    /** The stream is what the model says, its index too, and nobody is told that what has changed has not. */
    private void checkOpened(DataStream opened) {
        model.assertShownBy(opened.view(), SimulatedSource.BOOKMARKS);
        assertEndsWithZero(model.end());
        moments.compare(opened.view(), model);
        moments.remember(opened.view().committed(), model);
        index.assertKnows(model);
        assertChecksumsHold();
    }

    /** No crash and no fault makes the checksums cry wolf. */
    private void assertChecksumsHold() {
        disk.faults().watch(true);
        try (ReadOnlyStream checked = ReadOnlyStream.open(FILE, seams())) {
            Verification found = checked.verify((bytes, total) -> {});
            assertThat(found.isGood()).as("%s", found).isTrue();
            boolean isWell = counts.faults + disk.faults().hits().size() == 0;
            if (isWell) {
                assertThat(found.coverage().uncoveredEntries()).as("%s", found).isZero();
            }
            if (isWell && counts.crashes == 0) {
                assertThat(found.coverage().foundEntries()).as("%s", found).isZero();
            }
        } finally {
            disk.faults().watch(false);
        }
    }

    /** The Go servers look at the byte behind the end. */
    private void assertEndsWithZero(long end) {
        assertThat(disk.content(FILE)[(int) end]).isZero();
    }

    /** A checkpoint that is forced says what survives; it is what was committed at that moment. */
    private void forced(Path path, SimulatedContent content) {
        DataStream open = stream;
        SimulatedSource calling = source;
        if (path.endsWith("checkpoint") && open != null && calling != null) {
            ByteBuffer note = ByteBuffer.wrap(content.current());
            boolean isDistrusted = note.getInt(3 * Long.BYTES + Integer.BYTES) == 0;
            if (!isDistrusted) {
                calling.history().checkpoint(open.view().committed());
            }
        }
    }

    private void live() {
        powerCut = false;
        forceFailed = false;
        isUnnoted = false;
        source = null;
        stream = null;
        int trouble = random.nextInt(8);
        boolean isEarly = random.nextInt(3) == 0;
        if (isEarly) {
            plan(trouble);
        }
        boolean isClosed = false;
        try {
            DataStream opened = open();
            stream = opened;
            checkOpened(opened);
            if (!isEarly) {
                plan(trouble);
            }
            SimulatedSource calling = new SimulatedSource(opened, model, PAGE_LENGTH, random, false, disk.faults());
            source = calling;
            opened.view().addListener(new Rememberer(moments, opened.view(), calling.history(), disk.faults()));
            call(calling);
            opened.close();
            isClosed = true;
        } catch (SimulatedDisk.Crash | StorageException | StreamSourceException e) {
            if (!disk.hasCrashed() && disk.faults().hits().isEmpty()) {
                throw new AssertionError("failed without a crash", e);
            }
        }
        if (disk.hasCrashed()) {
            recover(random.nextBoolean() ? End.POWER_CUT : End.KILL);
        } else if (isClosed && disk.faults().hits().isEmpty() && !index.hasFailed()) {
            checkClosed();
        } else {
            noteFaults();
            if (stream != null && !isClosed) {
                stream.close();
                noteFaults();
            }
            recover(End.values()[random.nextInt(3)]);
        }
    }

    /** What goes wrong in this life. */
    private void plan(int trouble) {
        int calls = random.nextInt(random.nextInt(10) == 0 ? 12 : 150);
        switch (trouble) {
            case 0, 1, 2 -> disk.crashAtForceAfter(calls);
            case 3, 4 -> disk.crashAfter(calls);
            case 5, 6 -> disk.faults().plan(calls, random);
            default -> index.failAdds(random.nextInt(8) == 0 ? 1 : 0);
        }
    }

    private void call(SimulatedSource calling) {
        for (int i = 20 + random.nextInt(150); i > 0 && !calling.isStopped(); i--) {
            if (disk.hasCrashed()) {
                // While the committer worked for another call, which did not have to hear of it.
                throw new SimulatedDisk.Crash();
            }
            calling.call();
        }
        if (calling.isStopped() && !disk.hasCrashed()) {
            counts.stops++;
            noteFaults();
            disk.faults().pause();
            calling.assertStopped();
            if (policy == ForcePolicy.ALWAYS || !forceFailed) {
                // What was never forced may be gone for readers, too, after a force that failed.
                calling.assertServes();
            }
        }
    }

    private void noteFaults() {
        counts.faults += disk.faults().hits().size();
        forceFailed |= disk.faults().hits().stream()
                .anyMatch(hit -> hit.kind() == Kind.FORCE && hit.path().equals(FILE));
        isUnnoted |= forceFailed
                && policy != ForcePolicy.ALWAYS
                && disk.faults().hits().stream().anyMatch(hit -> hit.path().endsWith("checkpoint"));
    }

    /** Closed in good order, no change is made out of nothing. */
    private void checkClosed() {
        disk.faults().restart();
        DataStream closed = stream;
        model = source.finish();
        assertEndsWithZero(model.end());
        moments.compare(closed.view(), model);
        index.assertKnows(model);
        try (DataStream again = open()) {
            assertThat(again.view().committed()).isEqualTo(closed.view().committed());
        }
    }

    /** After a crash the stream is in one of the states it could be in, whole. */
    private void recover(End end) {
        stream = null;
        end(end);
        for (int more = random.nextInt(6); more >= 3; more = random.nextInt(6)) {
            recoverBadly(more == 3);
        }
        if ((powerCut || forceFailed) && policy instanceof ForcePolicy.Never) {
            openUnforced();
            return;
        }
        boolean isUnforced = (powerCut || forceFailed) && policy instanceof ForcePolicy.Interval;
        List<StreamModel> possible = source == null
                ? List.of(model)
                : isUnforced
                        ? source.history().sinceCheckpoint()
                        : source.history().possible();
        try (DataStream opened = open()) {
            model = possible.stream()
                    .filter(state -> state.isShownBy(opened.view()))
                    .findFirst()
                    .orElseThrow(() -> noneOf(possible, opened));
            checkOpened(opened);
        }
    }

    private AssertionError noneOf(List<StreamModel> possible, DataStream opened) {
        return new AssertionError(opened.getHeader().totalEntries() + " entries in "
                + opened.getHeader().totalLength() + " bytes is none of the states that were possible: "
                + possible.stream().map(state -> state.committed.size()).toList());
    }

    /** What was written without forcing is refused, or else what was written before it is there. */
    private void openUnforced() {
        try (DataStream opened = open()) {
            StreamModel shown = StreamModel.of(opened.view(), PAGE_LENGTH);
            if (source != null) {
                int surely = Math.min(source.history().covered().committed.size(), shown.committed.size());
                assertThat(source.history().sinceCheckpoint())
                        .as("what was forced before the power was cut")
                        .anyMatch(state -> state.beginsLike(shown, surely));
            } else {
                assertThat(shown.committed).isEqualTo(model.committed);
            }
            // What follows may be a mixture that looks whole. Clients are told that it may have changed.
            moments.compare(opened.view(), shown);
            for (Bookmark bookmark : SimulatedSource.BOOKMARKS) {
                assertThat(opened.view().bookmark(bookmark)).isEqualTo(shown.bookmark(bookmark));
            }
        } catch (Corrupt e) {
            assertThat(e).hasMessageContaining("written without forcing");
            counts.refused++;
        }
        over = true;
    }

    private void end(End wanted) {
        End end = isUnnoted ? End.POWER_CUT : wanted;
        isUnnoted = false;
        counts.crashes++;
        // What was to fail in the life that has ended.
        index.failAdds(0);
        faults().note(end + " under " + policy);
        if (end == End.POWER_CUT) {
            counts.powerCuts++;
            powerCut = true;
            disk.cutPower(random);
            index.cutPower(random);
        } else if (end == End.KILL) {
            disk.killProcess();
            index.killProcess();
        } else {
            // The locks must have been given back.
            disk.faults().restart();
        }
    }

    /** Another crash, or a fault, while the first one is recovered from. */
    private void recoverBadly(boolean isFault) {
        if (isFault) {
            disk.faults().plan(random.nextInt(25), random);
        } else {
            disk.crashAfter(random.nextInt(25));
        }
        try {
            open().close();
        } catch (SimulatedDisk.Crash | StorageException e) {
            boolean isRefused =
                    e instanceof Corrupt && policy instanceof ForcePolicy.Never && (powerCut || forceFailed);
            if (!disk.hasCrashed() && disk.faults().hits().isEmpty() && !isRefused) {
                throw new AssertionError("failed without a crash", e);
            }
        }
        noteFaults();
        end(disk.hasCrashed() ? End.values()[1 + random.nextInt(2)] : End.values()[random.nextInt(3)]);
    }
}
