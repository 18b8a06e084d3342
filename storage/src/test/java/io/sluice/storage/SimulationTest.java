package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.storage.SimulatedRun.Counts;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random calls, crashes, power cuts and faults, on a disk and a clock of our own, in one thread a run. A seed repeats
 * exactly: {@code -Dsluice.simulation.seed=N} runs one alone and tells its calls, {@code -Dsluice.simulation.runs=N} as many
 * as wanted.
 */
final class SimulationTest {
    private static final int RUNS = Integer.getInteger("sluice.simulation.runs", 20_000);

    private static final int REAL_INDEX_SHARE = 100;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedIsThereAfterAnyCrashAndNothingButWholeOperations() {
        Long only = Long.getLong("sluice.simulation.seed");
        if (only != null) {
            runTelling(only);
            return;
        }
        Counts all =
                LongStream.range(0, RUNS).parallel().mapToObj(this::run).collect(Counts::new, Counts::add, Counts::add);
        assertThat(all.crashes).as("crashes that were recovered from").isGreaterThan(RUNS);
        assertThat(all.powerCuts).as("of these, power cuts").isGreaterThan(RUNS / 3);
        assertThat(all.faults).as("calls that failed").isGreaterThan(RUNS / 2);
        assertThat(all.stops).as("streams that took nothing more").isGreaterThan(RUNS / 10);
        assertThat(all.known).as("older generations that are still known").isGreaterThan(RUNS);
        assertThat(all.changed).as("of these, whose entries have changed").isGreaterThan(RUNS);
    }

    private Counts run(long seed) {
        try {
            return begin(seed).run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + " fails: repeat with -Dsluice.simulation.seed=" + seed, e);
        }
    }

    /** Few have the real index, which takes a hundred times as long. */
    private SimulatedRun begin(long seed) {
        return seed % REAL_INDEX_SHARE == REAL_INDEX_SHARE - 1
                ? new SimulatedRun(seed, new RealIndex(folder.resolve("bookmarks-" + seed)), PlantedBug.NONE)
                : new SimulatedRun(seed);
    }

    private void runTelling(long seed) {
        SimulatedRun run = begin(seed);
        run.faults().keepLines();
        try {
            run.run();
        } finally {
            run.faults().lines().forEach(System.out::println);
        }
    }

    @Test
    void aSeedRepeatsExactly() {
        for (long seed = 0; seed < 200; seed++) {
            List<String> first = trace(seed);
            assertThat(first).hasSizeGreaterThan(10).isEqualTo(trace(seed));
            assertThat(first).isNotEqualTo(trace(seed + 1));
        }
    }

    private static List<String> trace(long seed) {
        SimulatedRun run = new SimulatedRun(seed);
        run.faults().keepLines();
        run.run();
        return run.faults().lines();
    }
}
