package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.StreamSourceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random calls, crashes and power cuts, on a disk and a clock of our own, in one thread. A seed repeats exactly:
 * {@code -Dsluice.simulation.seed=N} runs one alone, {@code -Dsluice.simulation.runs=N} as many as wanted.
 */
final class SimulationTest {
    private static final int PAGE_LENGTH = 4096;
    private static final int RUNS = Integer.getInteger("sluice.simulation.runs", 1_500);
    private static final Path FILE = Path.of("/simulated/stream.bin");
    private static final List<ForcePolicy> POLICIES = List.of(
            ForcePolicy.ALWAYS, ForcePolicy.ALWAYS, ForcePolicy.interval(Duration.ofMillis(5)), ForcePolicy.NEVER);

    @Test
    void whatWasAcknowledgedIsThereAfterAnyCrashAndNothingButWholeOperations() {
        Long only = Long.getLong("sluice.simulation.seed");
        if (only != null) {
            new Run(only).run();
            return;
        }
        int crashes = 0;
        long known = 0;
        long changed = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            try {
                Run run = new Run(seed);
                run.run();
                crashes += run.crashes;
                known += run.moments.known;
                changed += run.moments.changed;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " fails: repeat with -Dsluice.simulation.seed=" + seed, e);
            }
        }
        assertThat(crashes).as("crashes that were recovered from").isGreaterThan(RUNS * 2 / 3);
        assertThat(known).as("older generations that are still known").isGreaterThan(RUNS);
        assertThat(changed).as("of these, whose entries have changed").isGreaterThan(RUNS);
    }

    /** Remembers what readers are shown, at the moment when they are. */
    private record Rememberer(Moments moments, SimulatedSource source) implements StreamListener {
        @Override
        public void committed(Committed now) {
            source.shown(now).ifPresent(shown -> moments.remember(now, shown));
        }

        @Override
        public void historyChanged(Committed now) {
            moments.remember(now, source.intended());
        }
    }

    /** One stream's life, of several openings. */
    private static final class Run {
        private final Random random;
        private final SimulatedDisk disk = new SimulatedDisk();
        private final SimulatedIndex index = new SimulatedIndex();
        private final ForcePolicy policy;

        /** Not that of the calls, so that what is drawn for generations does not change what a seed does. */
        private final Random generationBits;

        private final Moments moments = new Moments();
        private long nanos;
        private int crashes;
        private StreamModel model = new StreamModel(PAGE_LENGTH);

        Run(long seed) {
            // The first numbers of neighbouring seeds are nearly the same: mixed, or all runs would have one policy.
            random = new Random(new SplittableRandom(seed).nextLong());
            generationBits = new Random(seed);
            policy = POLICIES.get(random.nextInt(POLICIES.size()));
        }

        void run() {
            int lives = 2 + random.nextInt(4);
            for (int life = 0; life < lives; life++) {
                live();
            }
            try (DataStream stream = open()) {
                model.assertShownBy(stream.view(), SimulatedSource.BOOKMARKS);
                moments.compare(stream.view(), model);
            }
            assertChecksumsHold();
        }

        private Seams seams() {
            return new Seams(
                    disk,
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

        /** No crash makes the checksums cry wolf, and each opening has completed them. */
        private void assertChecksumsHold() {
            try (ReadOnlyStream stream = ReadOnlyStream.open(FILE, seams())) {
                Verification found = stream.verify((bytes, total) -> {});
                assertThat(found.isGood()).as("%s", found).isTrue();
                assertThat(found.coverage().uncoveredEntries()).as("%s", found).isZero();
                if (crashes == 0) {
                    assertThat(found.coverage().foundEntries()).as("%s", found).isZero();
                }
            }
        }

        private void live() {
            boolean crashes = random.nextInt(4) > 0;
            int calls = random.nextInt(random.nextInt(10) == 0 ? 12 : 150);
            if (crashes && random.nextBoolean()) {
                disk.crashAtForceAfter(calls);
            } else if (crashes) {
                disk.crashAfter(calls);
            }
            SimulatedSource source = null;
            try {
                DataStream stream = open();
                model.assertShownBy(stream.view(), SimulatedSource.BOOKMARKS);
                assertEndsWithZero(model.end());
                assertChecksumsHold();
                moments.compare(stream.view(), model);
                moments.remember(stream.view().committed(), model);
                source = new SimulatedSource(stream, model, PAGE_LENGTH, random, false);
                stream.view().addListener(new Rememberer(moments, source));
                for (int i = 20 + random.nextInt(150); i > 0; i--) {
                    if (disk.hasCrashed()) {
                        // While the committer worked for another call, which did not have to hear of it.
                        throw new SimulatedDisk.Crash();
                    }
                    source.call();
                }
                disk.crashAfter(Integer.MAX_VALUE);
                stream.close();
                model = source.finish();
                assertEndsWithZero(model.end());
                moments.compare(stream.view(), model);
                assertStaysInItsGeneration(stream.view().committed());
                assertChecksumsHold();
            } catch (SimulatedDisk.Crash | StorageException | StreamSourceException e) {
                assertThat(disk.hasCrashed())
                        .as("failed without a crash: %s", e)
                        .isTrue();
                recover(source);
            }
        }

        /** After a crash the stream is in one of the states it could be in, whole. */
        private void recover(SimulatedSource source) {
            boolean powerCut = !(policy instanceof ForcePolicy.Never) && random.nextBoolean();
            crash(powerCut);
            if (random.nextInt(3) == 0) {
                crashWhileRecovering(powerCut);
            }
            boolean unforced = powerCut && policy instanceof ForcePolicy.Interval;
            List<StreamModel> possible =
                    source == null ? List.of(model) : unforced ? source.everPossible() : source.possible();
            try (DataStream stream = open()) {
                Optional<StreamModel> found = possible.stream()
                        .filter(state -> state.isShownBy(stream.view()))
                        .findFirst();
                assertThat(found)
                        .as(
                                "%s entries in %s bytes is none of the states that were possible: %s",
                                stream.getHeader().totalEntries(),
                                stream.getHeader().totalLength(),
                                possible.stream()
                                        .map(state -> state.committed.size())
                                        .toList())
                        .isPresent();
                model = found.get();
                model.assertShownBy(stream.view(), SimulatedSource.BOOKMARKS);
                assertEndsWithZero(model.end());
                moments.compare(stream.view(), model);
                moments.remember(stream.view().committed(), model);
                assertChecksumsHold();
            }
            assertChecksumsHold();
        }

        /** Closed in good order, no change is made out of nothing. */
        private void assertStaysInItsGeneration(Committed before) {
            try (DataStream stream = open()) {
                assertThat(stream.view().committed()).isEqualTo(before);
            }
        }

        private void crash(boolean powerCut) {
            crashes++;
            if (powerCut) {
                disk.cutPower(random);
                index.cutPower(random);
            } else {
                disk.killProcess();
            }
        }

        /** Another crash of the same kind, while the first one is recovered from. */
        private void crashWhileRecovering(boolean powerCut) {
            disk.crashAfter(random.nextInt(15));
            try {
                open().close();
            } catch (SimulatedDisk.Crash e) {
                assertThat(disk.hasCrashed()).isTrue();
            }
            crash(powerCut);
        }

        /** The Go servers look at the byte behind the end. */
        private void assertEndsWithZero(long end) {
            assertThat(disk.content(FILE)[(int) end]).isZero();
        }
    }
}
