package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The simulation finds bugs: each of those that are planted, with a complaint that says what is wrong. */
final class PlantedBugTest {
    private static final int SEEDS = 1_000;
    private static final String LOST = "none of the states that were possible";
    private static final String DAMAGED = "padding at position|the header counts|was expected|are possible there";
    private static final Map<PlantedBug, Pattern> COMPLAINTS = Map.of(
            PlantedBug.FORCE_IS_SKIPPED, Pattern.compile(LOST),
            PlantedBug.HEADER_BEFORE_DATA, Pattern.compile(DAMAGED),
            PlantedBug.BOOKMARK_BEFORE_COMMIT, Pattern.compile("the index knows of a bookmark"),
            PlantedBug.PUBLISH_BEFORE_FORCE, Pattern.compile(LOST),
            PlantedBug.TRUNCATE_WITHOUT_FORCE, Pattern.compile(DAMAGED));

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void theSimulationFindsIt(PlantedBug bug) {
        long seed = 0;
        while (!isFound(bug, seed)) {
            seed++;
            assertThat(seed).as("seeds that have not found %s", bug).isLessThan(SEEDS);
        }
        new SimulatedRun(seed).run();
    }

    private static boolean isFound(PlantedBug bug, long seed) {
        try {
            new SimulatedRun(seed, new SimulatedIndex(), bug).run();
            return false;
        } catch (RuntimeException | AssertionError e) {
            return isComplaint(e, COMPLAINTS.get(bug));
        }
    }

    private static boolean isComplaint(Throwable failure, Pattern complaint) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (complaint.matcher(String.valueOf(each.getMessage())).find()) {
                return true;
            }
        }
        return false;
    }
}
