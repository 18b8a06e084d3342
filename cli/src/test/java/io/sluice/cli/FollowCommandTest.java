package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FollowCommandTest extends ServedFile {
    private String address;

    @BeforeEach
    void write() {
        served.twoBlocks();
        address = served.address();
    }

    @Test
    void stopsAtTheEndThatWasThere() {
        Cli.Run run = Cli.run("follow", address, "--until", "end");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines()).hasSize(6);
        assertThat(run.lines().get(1)).isEqualTo("         1           2        3 B  010203");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void stopsBeforeAnEntry() {
        assertThat(numbers("--from", 1, "--until", 3)).containsExactly(1L, 2L);
        assertThat(numbers("--from", 2, "--until", 2)).isEmpty();
        assertThat(numbers("--bookmark", ServedStream.SECOND, "--until", "end")).containsExactly(3L, 4L, 5L);
        assertThat(numbers("--bookmark", ServedStream.SECOND, "--until", 2)).isEmpty();
    }

    @Test
    void atTheEndThereIsNothingUntilTheEnd() {
        assertThat(numbers("--from", "latest", "--until", "end")).isEmpty();
        assertThat(numbers("--from", 6, "--until", "end")).isEmpty();
    }

    private Iterable<Long> numbers(Object... options) {
        Object[] words = new Object[options.length + 4];
        words[0] = "follow";
        words[1] = address;
        words[2] = "--format";
        words[3] = "json";
        System.arraycopy(options, 0, words, 4, options.length);
        Cli.Run run = Cli.run(words);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return run.lines().stream()
                .map(line -> Cli.json(line).get("number").asLong())
                .toList();
    }

    @Test
    void rawIsWhatTheFileHolds() throws Exception {
        byte[] file = Files.readAllBytes(folder.resolve("stream.bin"));
        byte[] raw =
                Cli.run("follow", address, "--until", "end", "--format", "raw").bytes();
        assertThat(raw).isEqualTo(java.util.Arrays.copyOfRange(file, 4096, 4319));

        ByteBuffer part = ByteBuffer.wrap(Cli.run("follow", address, "--from", 1, "--until", 2, "--format", "raw")
                .bytes());
        assertThat(EntryFormat.read(part, 0)).isEqualTo(new Entry(1, 2, new byte[] {1, 2, 3}));
        assertThat(part.remaining()).isEqualTo(20);
    }

    @Test
    void countsInsteadOfPrinting() {
        assertThat(Cli.run("follow", address, "--until", "end", "--count").out())
                .startsWith("6 entries (0 to 5), 223 bytes in ")
                .contains("entries/s")
                .hasLineCount(1);
        assertThat(Cli.run("follow", address, "--until", 0, "--count").out()).startsWith("0 entries, 0 bytes in ");
        var json = Cli.json(Cli.run("follow", address, "--until", 4, "--count", "--format", "json")
                .out());
        assertThat(json.get("entries").asLong()).isEqualTo(4);
        assertThat(json.get("last").asLong()).isEqualTo(3);
    }

    @Test
    void writesToANewFileOnly() throws Exception {
        Path file = folder.resolve("out.json");
        Object[] words = {"follow", address, "--until", "end", "--format", "json", "--output", file};
        assertThat(Cli.run(words))
                .matches(run -> run.exitCode() == 0 && run.out().isEmpty());
        assertThat(Files.readAllLines(file)).hasSize(6);

        Files.writeString(file, "precious");
        Cli.Run refused = Cli.run(words);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("exists already; --force overwrites it")
                .hasLineCount(1);
        assertThat(file).hasContent("precious");

        assertThat(Cli.run("follow", address, "--until", 1, "--output", file, "--force")
                        .exitCode())
                .isZero();
        assertThat(Files.readAllLines(file)).hasSize(1);
    }

    @Test
    void aRefusedStartDoesNotTouchTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("out.json"), "precious");
        Cli.Run run = Cli.run("follow", address, "--from", 7, "--output", file, "--force");
        assertThat(run.err())
                .isEqualToIgnoringNewLines("sluice: The stream ends before entry 7; --from latest begins at its end.");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(file).hasContent("precious");
    }

    @Test
    void aBookmarkThatIsNotThere() {
        Cli.Run run = Cli.run("follow", address, "--bookmark", "0x77");
        assertThat(run.err()).isEqualToIgnoringNewLines("sluice: Bookmark 0x77 is not in the stream.");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void liveEntriesAppearAtOnce() throws Exception {
        try (Background follow = new Background("follow", address, "--from", 5, "--format", "json")) {
            assertThat(follow.line()).contains("\"number\":5,");
            served.block("03", new byte[1]);
            assertThat(follow.line()).contains("\"number\":6,", "\"type\":176");
            assertThat(follow.line()).contains("\"number\":7,");
            assertThat(follow.line()).contains("\"number\":8,");
            follow.stop();
            assertThat(follow.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(follow.err()).isEmpty();
        }
    }

    @Test
    void theSummaryIsToldWhenItIsStopped() throws Exception {
        try (Background follow = new Background("follow", address, "--count")) {
            follow.awaitIn(Follower.class);
            follow.stop();
            assertThat(follow.line()).contains("entries");
            assertThat(follow.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
        }
    }

    @Test
    void aServerThatGoesAwayIsOneLineWhenItIsNotToBeTriedAgain() throws Exception {
        try (Background follow = new Background("follow", address, "--give-up-after", "0s")) {
            for (int i = 0; i < 6; i++) {
                follow.line();
            }
            served.close();
            assertThat(follow.exitCode()).isEqualTo(1);
            assertThat(follow.err())
                    .startsWith("sluice: ")
                    .contains("closed the connection while entry 6 was due")
                    .hasLineCount(1);
        }
    }
}
