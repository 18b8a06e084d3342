package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each force policy keeps, and what it gives up. */
final class ForcePolicyTest {
    private static final Path FILE = Path.of("/simulated/stream.bin");
    private static final ForcePolicy SECONDLY = ForcePolicy.interval(Duration.ofSeconds(1));

    private final SimulatedDisk disk = new SimulatedDisk();
    private final SimulatedIndex index = new SimulatedIndex();
    private long nanos;

    private DataStream open(ForcePolicy policy) {
        Seams seams = new Seams(
                disk, () -> nanos, path -> index.open(), new PageLayout(4096), new Random(1)::nextLong, false);
        return DataStream.open(FILE, DataStreamOptions.defaults().withForcePolicy(policy), seams);
    }

    private static StreamHeader commit(DataStream stream, int length) {
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[length]);
        return stream.commitAtomicOp();
    }

    @Test
    void alwaysKeepsWhatWasAcknowledgedThroughPowerCuts() {
        for (int seed = 0; seed < 50; seed++) {
            DataStream stream = open(ForcePolicy.ALWAYS);
            long acknowledged = commit(stream, 600).totalEntries();
            disk.cutPower(new Random(seed));
            DataStream again = open(ForcePolicy.ALWAYS);
            assertThat(again.getHeader().totalEntries()).isEqualTo(acknowledged);
            again.close();
        }
    }

    @Test
    void intervalKeepsWhatTheLastCheckpointCovers() {
        for (int seed = 0; seed < 50; seed++) {
            DataStream stream = open(SECONDLY);
            commit(stream, 600);
            nanos += Duration.ofSeconds(2).toNanos();
            long covered = commit(stream, 600).totalEntries();
            commit(stream, 900);
            disk.cutPower(new Random(seed));
            DataStream again = open(SECONDLY);
            assertThat(again.getHeader().totalEntries()).isEqualTo(covered);
            again.close();
        }
    }

    @Test
    void nothingIsLostWhenOnlyTheProcessDies() {
        for (ForcePolicy policy : new ForcePolicy[] {ForcePolicy.ALWAYS, SECONDLY, ForcePolicy.NEVER}) {
            DataStream stream = open(policy);
            long acknowledged = commit(stream, 600).totalEntries();
            disk.killProcess();
            DataStream again = open(policy);
            assertThat(again.getHeader().totalEntries()).isEqualTo(acknowledged);
            again.close();
        }
    }

    @Test
    void neverDetectsWhatAPowerCutDamaged() throws IOException {
        int damaged = 0;
        for (int seed = 0; seed < 40; seed++) {
            disk.delete(FILE);
            DataStream stream = open(ForcePolicy.NEVER);
            for (int i = 0; i < 30; i++) {
                commit(stream, 700);
            }
            disk.cutPower(new Random(seed));
            index.cutPower(new Random(seed));
            try (DataStream again = open(ForcePolicy.NEVER)) {
                assertThat(again.getHeader().totalEntries()).isBetween(0L, 30L);
                StreamModel.entriesOf(again.view());
            } catch (StorageException.Corrupt e) {
                damaged++;
                assertThat(e).hasMessageContaining("written without forcing").hasMessageContaining("checkpoint");
                disk.killProcess();
            }
            disk.delete(StreamFolder.of(FILE).checkpoint());
        }
        assertThat(damaged).as("power cuts that did damage").isPositive();
    }

    @Test
    void intervalIsCutBackAlsoWhenTheGrowthOfTheFileIsLost() throws IOException {
        for (int seed = 0; seed < 60; seed++) {
            disk.delete(FILE);
            DataStream stream = open(SECONDLY);
            for (int i = 0; i < PageLayout.INITIAL_PAGES - 2; i++) {
                commit(stream, 4000);
            }
            nanos += Duration.ofSeconds(2).toNanos();
            long covered = commit(stream, 4000).totalEntries();
            for (int i = 0; i < 20; i++) {
                commit(stream, 4000);
            }
            disk.cutPower(new Random(seed));
            index.cutPower(new Random(seed));
            DataStream again = open(SECONDLY);
            assertThat(again.getHeader().totalEntries()).isEqualTo(covered);
            again.close();
        }
    }

    @Test
    void aCleanCloseForgetsTheCheckpoint() {
        DataStream stream = open(SECONDLY);
        long acknowledged = commit(stream, 600).totalEntries();
        stream.close();
        disk.cutPower(new Random(1));
        assertThat(disk.exists(StreamFolder.of(FILE).checkpoint())).isFalse();
        DataStream again = open(SECONDLY);
        assertThat(again.getHeader().totalEntries()).isEqualTo(acknowledged);
        again.close();
    }

    @Test
    void aCheckpointComesWithoutAnotherCommit(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("stream.bin");
        DataStreamOptions options =
                DataStreamOptions.defaults().withForcePolicy(ForcePolicy.interval(Duration.ofMillis(20)));
        try (DataStream stream = DataStream.open(file, options)) {
            long end = commit(stream, 600).totalLength();
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            Checkpoint found = null;
            while (found == null || found.position() != end) {
                assertThat(System.nanoTime())
                        .as("waiting for a checkpoint at %d", end)
                        .isLessThan(deadline);
                found = Checkpoint.read(new FileDisk(), StreamFolder.of(file).checkpoint());
            }
        }
    }

    @Test
    void truncatedAndGrownAgainTheIntervalsPromiseHolds() {
        for (int seed = 0; seed < 50; seed++) {
            DataStream stream = open(SECONDLY);
            long before = stream.getHeader().totalEntries();
            for (int i = 0; i < 6; i++) {
                commit(stream, 600);
            }
            nanos += Duration.ofSeconds(2).toNanos();
            commit(stream, 600);
            stream.truncate(before + 2);
            for (int i = 0; i < 9; i++) {
                commit(stream, 700 + i);
            }
            disk.cutPower(new Random(seed));
            DataStream again = open(SECONDLY);
            assertThat(again.getHeader().totalEntries()).isEqualTo(before + 2);
            again.close();
        }
    }

    @Test
    void anIntervalBelowAMillisecondIsRefused() {
        assertThatThrownBy(() -> ForcePolicy.interval(Duration.ZERO)).hasMessageContaining("one millisecond");
    }
}
