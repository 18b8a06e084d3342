package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.StreamSourceException.Stopped;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** No crash hides a change from whoever knows the generation before it. */
final class GenerationCrashTest {
    private static final Path FILE = Path.of("/simulated/stream.bin");
    private static final ForcePolicy SECONDLY = ForcePolicy.interval(Duration.ofSeconds(1));

    private SimulatedDisk disk = new SimulatedDisk();
    private SimulatedIndex index = new SimulatedIndex();
    private final Random random = new Random(3);
    private long nanos;

    private DataStream open(ForcePolicy policy) {
        Seams seams = new Seams(disk, () -> nanos, path -> index.open(), new PageLayout(4096), random::nextLong, false);
        return DataStream.open(FILE, DataStreamOptions.defaults().withForcePolicy(policy), seams);
    }

    private void grow(DataStream stream, int entries) {
        stream.startAtomicOp();
        for (int i = 0; i < entries; i++) {
            byte[] data = new byte[150];
            random.nextBytes(data);
            stream.addStreamEntry(2, data);
        }
        stream.commitAtomicOp();
    }

    private static long generation(DataStream stream) {
        return stream.view().committed().generation();
    }

    @Test
    void aCrashAnywhereInATruncationOrRewriteHidesNothing() {
        for (ForcePolicy policy : List.of(ForcePolicy.ALWAYS, SECONDLY, ForcePolicy.NEVER)) {
            for (boolean powerCut : new boolean[] {true, false}) {
                if (!powerCut || !(policy instanceof ForcePolicy.Never)) {
                    crashEverywhere(policy, powerCut, 40, stream -> stream.truncate(40));
                    crashEverywhere(policy, powerCut, 17, stream -> stream.rewriteCommittedEntry(17, 2, new byte[150]));
                }
            }
        }
    }

    private void crashEverywhere(ForcePolicy policy, boolean powerCut, long first, Consumer<DataStream> change) {
        boolean finished = false;
        int olds = 0;
        for (int calls = 0; !finished; calls++) {
            disk = new SimulatedDisk();
            index = new SimulatedIndex();
            DataStream stream = open(policy);
            grow(stream, 60);
            nanos += Duration.ofSeconds(2).toNanos();
            stream.step();
            long before = generation(stream);
            List<Entry> shown = StreamModel.entriesOf(stream.view());
            disk.crashAfter(calls);
            try {
                change.accept(stream);
                finished = true;
            } catch (Stopped e) {
                assertThat(disk.hasCrashed()).isTrue();
            }
            long published = generation(stream);
            if (powerCut) {
                disk.cutPower(new Random(calls));
                index.cutPower(new Random(calls));
            } else {
                disk.killProcess();
            }
            try (DataStream again = open(policy)) {
                boolean isOld = StreamModel.entriesOf(again.view()).equals(shown);
                olds += isOld ? 1 : 0;
                OptionalLong unchanged = again.view().unchangedBefore(before);
                if (!isOld) {
                    assertThat(generation(again)).isNotEqualTo(before);
                }
                // Nothing here makes the generation unknown, and nothing lower than the change is given up.
                assertThat(unchanged).isPresent();
                assertThat(unchanged.getAsLong()).isIn(isOld ? List.of(first, 60L, -1L) : List.of(first));
                if (finished && !(powerCut && policy != ForcePolicy.ALWAYS)) {
                    assertThat(generation(again)).isEqualTo(published);
                }
            }
            assertThat(calls).isLessThan(100);
        }
        assertThat(olds).isPositive();
    }

    @Test
    void whatAPowerCutTookUnderIntervalHasChanged() {
        for (int seed = 0; seed < 50; seed++) {
            disk = new SimulatedDisk();
            index = new SimulatedIndex();
            DataStream stream = open(SECONDLY);
            grow(stream, 10);
            nanos += Duration.ofSeconds(2).toNanos();
            stream.step();
            // Readers see this; where the header is lost too, the file looks as if it had never been.
            grow(stream, 5);
            long before = generation(stream);
            disk.cutPower(new Random(seed));
            index.cutPower(new Random(seed));
            try (DataStream again = open(SECONDLY)) {
                assertThat(again.getHeader().totalEntries()).isEqualTo(10);
                assertThat(again.view().unchangedBefore(before)).hasValue(10);
                grow(again, 5);
                assertThat(again.view().unchangedBefore(before)).hasValue(10);
            }
        }
    }

    @Test
    void whatAPowerCutMayHaveTakenUnderNeverHasChangedAlsoWhereItIsOpenedAsItIs() throws IOException {
        int refused = 0;
        for (int seed = 0; seed < 50; seed++) {
            disk = new SimulatedDisk();
            index = new SimulatedIndex();
            DataStream stream = open(ForcePolicy.NEVER);
            grow(stream, 10);
            stream.close();
            stream = open(ForcePolicy.NEVER);
            grow(stream, 20);
            long before = generation(stream);
            disk.cutPower(new Random(seed));
            index.cutPower(new Random(seed));
            try {
                open(ForcePolicy.NEVER).close();
            } catch (StorageException.Corrupt e) {
                refused++;
                disk.killProcess();
                disk.delete(StreamFolder.of(FILE).checkpoint());
            }
            try (DataStream again = open(ForcePolicy.NEVER)) {
                // The entries that were forced stand; if the index was ahead of the file, nothing is known.
                again.view()
                        .unchangedBefore(before)
                        .ifPresent(first -> assertThat(first).isEqualTo(10));
            } catch (StorageException.Corrupt e) {
                assertThat(refused).isPositive();
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aCommitThatAKilledProcessLeftUnforcedIsForcedBeforeItIsShown() {
        int shown = 0;
        for (int calls = 0; calls < 12; calls++) {
            for (int seed = 0; seed < 20; seed++) {
                disk = new SimulatedDisk();
                index = new SimulatedIndex();
                DataStream stream = open(ForcePolicy.ALWAYS);
                grow(stream, 10);
                disk.crashAfter(calls);
                try {
                    grow(stream, 1);
                } catch (Stopped e) {
                    assertThat(disk.hasCrashed()).isTrue();
                }
                disk.killProcess();
                DataStream again = open(ForcePolicy.ALWAYS);
                long entries = again.getHeader().totalEntries();
                long generation = generation(again);
                shown += entries == 11 ? 1 : 0;
                disk.cutPower(new Random(seed));
                index.cutPower(new Random(seed));
                try (DataStream last = open(ForcePolicy.ALWAYS)) {
                    assertThat(last.getHeader().totalEntries()).isEqualTo(entries);
                    assertThat(generation(last)).isEqualTo(generation);
                }
            }
        }
        assertThat(shown).isPositive();
    }
}
