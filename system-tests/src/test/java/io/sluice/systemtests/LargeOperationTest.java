package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.storage.Verification;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operation may be larger than the memory: 2 GB with {@code -Xmx128m} when thorough, else 200 MB with 64 MB. */
final class LargeOperationTest {
    private static final boolean THOROUGH = Boolean.getBoolean("sluice.thorough");
    private static final int MEGABYTES = THOROUGH ? 2048 : 200;
    private static final String MEMORY = THOROUGH ? "-Xmx128m" : "-Xmx64m";
    private static final long ENTRIES = 1 + ((long) MEGABYTES << 20) / 100_000 + 1;

    @TempDir
    Path folder;

    private Process writer(Path file, String end) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        MEMORY,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeOperationWriter.class.getName(),
                        file.toString(),
                        String.valueOf(MEGABYTES),
                        end)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void assertEnds(Process process) throws InterruptedException {
        assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void itIsCommittedRolledBackOrLostWithItsProcessAsAWhole() throws Exception {
        Path file = folder.resolve("large.bin");
        assertEnds(writer(file, "commit"));
        assertHoldsOneOperation(file);
        assertEnds(writer(file, "rollback"));
        assertHoldsOneOperation(file);

        Process killed = writer(file, "hang");
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(killed.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("written");
        } finally {
            killed.destroyForcibly().waitFor();
        }
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.getHeader().totalEntries()).isEqualTo(ENTRIES);
            assertThat(stream.getBookmark(Bookmark.of((byte) 1))).isZero();
        }
        assertHoldsOneOperation(file);
    }

    private static void assertHoldsOneOperation(Path file) {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            Verification found = stream.verify((bytes, total) -> {});
            assertThat(found.fault()).isEmpty();
            assertThat(found.entries()).isEqualTo(ENTRIES);
            assertThat(found.bookmarks()).isEqualTo(1);
            assertThat(stream.view().entry(1).data()).containsExactly(1, 2, 3);
            assertThat(stream.view().entry(2).data()).hasSize(100_000).startsWith(2);
        }
    }
}
