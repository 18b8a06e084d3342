package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.core.Bookmark;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.storage.DataStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source in another language, written from the page of the protocol alone, commits an operation. */
final class ForeignSourceTest {
    @TempDir
    Path folder;

    @Test
    void aSourceInPythonCommitsAnOperation() throws Exception {
        assumeTrue(hasPython(), "There is no python3 on this machine.");
        Path script = folder.resolve("source.py");
        try (InputStream resource = getClass().getResourceAsStream("/source.py")) {
            assertThat(resource).isNotNull();
            Files.copy(resource, script);
        }
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"));
                SourceServer server = SourceServer.start(SourceServerOptions.defaults(), Map.of(1L, stream))) {
            for (int round = 0; round < 2; round++) {
                Process python = new ProcessBuilder(
                                "python3",
                                script.toString(),
                                String.valueOf(server.address().getPort()))
                        .redirectErrorStream(true)
                        .start();
                String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(python.waitFor(30, TimeUnit.SECONDS)).as(said).isTrue();
                assertThat(python.exitValue()).as(said).isZero();
                assertThat(said).isEqualTo("committed %d to %d%n".formatted(3 * round, 3 * round + 2));
            }
            assertThat(stream.getEntry(4).data()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
            assertThat(stream.getBookmark(Bookmark.of("\u0002python".getBytes(StandardCharsets.US_ASCII))))
                    .isEqualTo(3);
        }
    }

    private static boolean hasPython() {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }
}
