package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server needs of a stream beside what a source does. */
final class OpenOperationTest {
    private final DataStream stream = DataStream.open(
            Path.of("/simulated/stream.bin"),
            DataStreamOptions.defaults(),
            new Seams(
                    new SimulatedDisk(),
                    System::nanoTime,
                    path -> new SimulatedIndex().open(),
                    new PageLayout(4096),
                    new Random(1)::nextLong,
                    false));

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void entriesOfTheOpenOperationCanBeSeen() {
        assertThatThrownBy(() -> stream.openEntry(0)).isInstanceOf(StreamSourceException.NoOpenOperation.class);
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[10]);
        stream.commitAtomicOp();
        stream.startAtomicOp();
        assertThat(stream.nextEntryNumber()).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            stream.addStreamEntry(2, new byte[300 + i]);
        }
        stream.updateEntryData(3, 2, new byte[] {1, 2, 3});
        assertThat(stream.openEntry(3).data()).containsExactly(1, 2, 3);
        assertThat(stream.openEntry(20).data()).hasSize(319);
        assertThat(stream.openEntry(20).number()).isEqualTo(20);
        assertThatThrownBy(() -> stream.openEntry(0)).isInstanceOf(StreamSourceException.NotInOpenOperation.class);
        assertThatThrownBy(() -> stream.openEntry(21)).isInstanceOf(StreamSourceException.UnknownEntryNumber.class);
        assertThatThrownBy(() -> stream.openEntry(-1)).isInstanceOf(StreamSourceException.UnknownEntryNumber.class);
    }

    @Test
    void operationsThatAreCommittedLaterAreCommittedTogether() {
        CompletableFuture<StreamHeader> last = new CompletableFuture<>();
        for (int i = 0; i < 3; i++) {
            stream.startAtomicOp();
            stream.addStreamEntry(2, new byte[10]);
            last = stream.commitAtomicOpLater();
        }
        assertThat(last).isNotDone();
        assertThat(stream.getHeader().totalEntries()).isZero();
        stream.commitNow();
        assertThat(last.join().totalEntries()).isEqualTo(3);
        stream.commitNow();
        assertThat(stream.getHeader().totalEntries()).isEqualTo(3);
    }
}
