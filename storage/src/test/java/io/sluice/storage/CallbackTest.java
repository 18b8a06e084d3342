package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What users hang onto a commit runs on the committer's thread, and must not be able to hurt it. */
final class CallbackTest {
    @TempDir
    Path folder;

    private static CompletableFuture<StreamHeader> commit(DataStream stream) {
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[10]);
        return stream.commitAtomicOpAsync();
    }

    @Test
    void aListenerThatFailsDoesNotStopTheCommits() throws Exception {
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"))) {
            stream.view().addListener(new StreamListener() {
                @Override
                public void committed(Committed now) {
                    throw new AssertionError("a listener that fails");
                }

                @Override
                public void historyChanged(Committed now) {
                    throw new IllegalStateException("a listener that fails");
                }
            });
            assertThat(commit(stream).get(10, TimeUnit.SECONDS).totalEntries()).isEqualTo(1);
            assertThat(commit(stream).get(10, TimeUnit.SECONDS).totalEntries()).isEqualTo(2);
            stream.truncate(1);
            assertThat(stream.getHeader().totalEntries()).isEqualTo(1);
        }
    }

    @Test
    void aStreamCanBeClosedByWhatFollowsACommit() throws Exception {
        DataStream stream = DataStream.open(folder.resolve("stream.bin"));
        commit(stream).thenRun(stream::close).get(10, TimeUnit.SECONDS);
        try (DataStream again = DataStream.open(folder.resolve("stream.bin"))) {
            assertThat(again.getHeader().totalEntries()).isEqualTo(1);
        }
    }

    @Test
    @Timeout(30)
    void aStreamThatIsClosedAtOnceDoesNotWaitForItsThreads() {
        Seams seams = new Seams(
                new SimulatedDisk(),
                System::nanoTime,
                path -> new MemoryBookmarkIndex(),
                new PageLayout(4096),
                new Random(1)::nextLong,
                true);
        for (int i = 0; i < 3_000; i++) {
            DataStream.open(Path.of("/simulated/stream.bin"), DataStreamOptions.defaults(), seams)
                    .close();
        }
    }

    @Test
    void aClosedStreamSaysSo() {
        DataStream stream = DataStream.open(folder.resolve("stream.bin"));
        stream.close();
        stream.close();
        assertThatThrownBy(stream::startAtomicOp).isInstanceOf(StreamSourceException.Stopped.class);
        assertThatThrownBy(() -> stream.getEntry(0)).isInstanceOf(StreamSourceException.Stopped.class);
        assertThatThrownBy(() -> stream.getBookmark(Bookmark.of((byte) 1)))
                .isInstanceOf(StreamSourceException.Stopped.class)
                .hasMessageContaining("is closed");
    }
}
