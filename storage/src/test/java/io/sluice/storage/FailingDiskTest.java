package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A full disk costs an operation; a disk that fails stops the writer, and neither costs what is committed. */
final class FailingDiskTest {
    private static final Path FILE = Path.of("/simulated/stream.bin");
    private static final Path REWRITE = StreamFolder.of(FILE).rewrite();

    private final SimulatedDisk disk = new SimulatedDisk();
    private final SimulatedIndex index = new SimulatedIndex();
    private DataStream stream;

    @BeforeEach
    void open() {
        Seams seams = new Seams(
                disk, System::nanoTime, path -> index.open(), new PageLayout(4096), new Random(1)::nextLong, false);
        stream = DataStream.open(FILE, DataStreamOptions.defaults().withOperationMemoryBytes(2 << 20), seams);
        commit(100);
    }

    @AfterEach
    void close() {
        stream.close();
    }

    private StreamHeader commit(int length) {
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[length]);
        return stream.commitAtomicOp();
    }

    private void fillDisk() {
        disk.failWrites("No space left on device", call -> true);
    }

    private void makeSpace() {
        disk.failWrites("", call -> false);
    }

    @Test
    void aFullDiskFailsOneOperation() {
        fillDisk();
        assertThatThrownBy(() -> commit(200))
                .isInstanceOf(StreamSourceException.DiskFull.class)
                .hasMessageContaining("No space left");
        makeSpace();
        assertThat(stream.getHeader().totalEntries()).isEqualTo(1);
        assertThat(commit(300).totalEntries()).isEqualTo(2);
        assertThat(stream.getEntry(1).data()).hasSize(300);
    }

    @Test
    void aFullDiskFailsTheOperationsQueuedBehindAndTheOneThatIsOpen() {
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[10]);
        CompletableFuture<StreamHeader> first = stream.commitAtomicOpAsync();
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[20]);
        CompletableFuture<StreamHeader> second = stream.commitAtomicOpAsync();
        stream.startAtomicOp();
        assertThat(stream.addStreamEntry(2, new byte[30])).isEqualTo(3);
        fillDisk();
        stream.step();
        makeSpace();
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
        assertThatThrownBy(stream::commitAtomicOp).isInstanceOf(StreamSourceException.DiskFull.class);
        stream.startAtomicOp();
        assertThat(stream.addStreamEntry(2, new byte[40])).isEqualTo(1);
        assertThat(stream.commitAtomicOp().totalEntries()).isEqualTo(2);
        assertThat(stream.getEntry(1).data()).hasSize(40);
    }

    @Test
    void aFullDiskWhileAnOperationIsWrittenAheadLeavesItToBeRolledBack() {
        stream.startAtomicOp();
        fillDisk();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        stream.addStreamEntry(2, new byte[3000]);
                    }
                })
                .isInstanceOf(StreamSourceException.DiskFull.class);
        assertThatThrownBy(() -> stream.addStreamEntry(2, new byte[1]))
                .isInstanceOf(StreamSourceException.DiskFull.class);
        makeSpace();
        stream.rollbackAtomicOp();
        assertThat(commit(50).totalEntries()).isEqualTo(2);
    }

    @Test
    void aFullDiskFailsATruncationAndARewriteAndChangesNothing() {
        commit(200);
        Entry last = stream.getEntry(1);
        fillDisk();
        assertThatThrownBy(() -> stream.truncate(1))
                .isInstanceOf(StreamSourceException.DiskFull.class)
                .hasMessageContainingAll("nothing is changed", "No space left");
        assertThatThrownBy(() -> stream.rewriteCommittedEntry(1, 2, new byte[200]))
                .isInstanceOf(StreamSourceException.DiskFull.class);
        makeSpace();
        disk.failWritesTo(REWRITE, "No space left on device");
        assertThatThrownBy(() -> stream.rewriteCommittedEntry(1, 2, new byte[200]))
                .isInstanceOf(StreamSourceException.DiskFull.class)
                .hasMessageContainingAll("nothing is changed", "No space left");
        assertThat(disk.exists(REWRITE)).isFalse();
        assertThat(stream.getEntry(1)).isEqualTo(last);
        disk.healWritesTo(REWRITE);

        stream.rewriteCommittedEntry(1, 2, new byte[200]);
        assertThat(stream.getEntry(1).data()).isEqualTo(new byte[200]);
        stream.truncate(1);
        assertThat(commit(70).totalEntries()).isEqualTo(2);
    }

    @Test
    void aFailedWriteStopsTheWriterForGoodAndReadersGoOn() {
        disk.failWrites("Input/output error", call -> true);
        assertThatThrownBy(() -> commit(200))
                .isInstanceOf(StreamSourceException.Stopped.class)
                .hasMessageContaining("Input/output error");
        makeSpace();
        assertThatThrownBy(() -> commit(200)).isInstanceOf(StreamSourceException.Stopped.class);
        assertThatThrownBy(() -> stream.truncate(0)).isInstanceOf(StreamSourceException.Stopped.class);
        assertThat(stream.getHeader().totalEntries()).isEqualTo(1);
        assertThat(stream.getEntry(0).data()).hasSize(100);
    }

    @Test
    void aFailedHeaderWriteStopsTheWriterAndPublishesNothing() {
        disk.failWrites("Input/output error", call -> call == 1);
        assertThatThrownBy(() -> commit(200)).isInstanceOf(StreamSourceException.Stopped.class);
        assertThat(stream.getHeader().totalEntries()).isEqualTo(1);
    }
}
