package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamSourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JDK closes a file under all its users when one is interrupted; a stream must outlive that. */
final class InterruptTest {
    @TempDir
    Path folder;

    @Test
    void aSourceThatIsInterruptedAllTheTimeLosesNothingAndKeepsItsInterrupt() {
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"))) {
            Thread source = Thread.currentThread();
            AtomicBoolean done = new AtomicBoolean();
            Thread pest = new Thread(() -> {
                while (!done.get()) {
                    source.interrupt();
                    LockSupport.parkNanos(200_000);
                }
            });
            pest.start();
            for (int i = 0; i < 300; i++) {
                stream.startAtomicOp();
                stream.addStreamBookmark(Bookmark.of((byte) i, (byte) (i >> 8)));
                stream.addStreamEntry(2, new byte[100]);
                assertThat(stream.commitAtomicOp().totalEntries()).isEqualTo(2L * i + 2);
                assertThat(stream.getBookmark(Bookmark.of((byte) i, (byte) (i >> 8))))
                        .isEqualTo(2L * i);
            }
            done.set(true);
            while (pest.isAlive()) {
                Thread.onSpinWait();
            }
            source.interrupt();
            assertThat(stream.getEntry(1).data()).hasSize(100);
            assertThat(Thread.interrupted()).isTrue();
        }
        try (ReadOnlyStream stream = DataStream.openReadOnly(folder.resolve("stream.bin"))) {
            assertThat(stream.verify((bytes, total) -> {}).entries()).isEqualTo(600);
        }
    }

    @Test
    void aFileThatWasMovedAwayIsNotReplacedByAnEmptyOne() throws IOException {
        Path file = folder.resolve("stream.bin");
        Path moved = folder.resolve("moved.bin");
        DataStream stream = DataStream.open(file);
        Thread source = Thread.currentThread();
        AtomicBoolean done = new AtomicBoolean();
        Thread pest = new Thread(() -> {
            while (!done.get()) {
                source.interrupt();
                LockSupport.parkNanos(50_000);
            }
        });
        Files.move(file, moved);
        pest.start();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100_000; i++) {
                        stream.startAtomicOp();
                        stream.addStreamEntry(2, new byte[100]);
                        stream.commitAtomicOp();
                    }
                })
                .isInstanceOf(StreamSourceException.Stopped.class);
        done.set(true);
        while (pest.isAlive()) {
            Thread.onSpinWait();
        }
        assertThat(Thread.interrupted()).isTrue();
        stream.close();
        assertThat(file).doesNotExist();
        try (ReadOnlyStream found = DataStream.openReadOnly(moved)) {
            assertThat(found.verify((bytes, total) -> {}).isGood()).isTrue();
        }
    }
}
