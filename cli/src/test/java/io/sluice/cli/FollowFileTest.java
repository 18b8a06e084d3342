package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.storage.DataStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file is followed like a server's stream, while somebody writes it. */
@Timeout(60)
class FollowFileTest extends ServedFile {
    @BeforeEach
    void write() {
        served.twoBlocks();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--until end",
                "--until end --format raw",
                "--until end --format json",
                "--from 1 --until 3",
                "--from 2 --until 2",
                "--from latest --until end",
                "--from 6 --until end",
                "--bookmark 020000000000000001 --until end",
                "--bookmark 020000000000000001 --until 2"
            })
    void showsWhatTheServerShows(String options) {
        List<Object> words = new ArrayList<>(List.of("follow", served.address()));
        words.addAll(List.of(options.split(" ", -1)));
        Cli.Run remote = Cli.run(words.toArray());
        words.set(1, file);
        Cli.Run local = Cli.run(words.toArray());
        assertThat(local.exitCode()).isZero();
        assertThat(local.err()).isEmpty();
        assertThat(local.bytes()).isEqualTo(remote.bytes());
    }

    @Test
    void counts() {
        assertThat(Cli.run("follow", file, "--until", "end", "--count").out())
                .startsWith("6 entries (0 to 5), 223 bytes in ");
    }

    @Test
    void whatIsCommittedLaterAppears() throws Exception {
        try (Background follow = new Background("follow", file, "--from", 5, "--format", "json")) {
            assertThat(follow.line()).contains("\"number\":5,");
            for (int i = 0; i < 30; i++) {
                // Three of them fill a page, so that the next one begins behind padding.
                served.block("03", new byte[300_000 + i]);
                for (int number = 6 + 3 * i; number < 9 + 3 * i; number++) {
                    assertThat(follow.line()).startsWith("{\"number\":" + number + ",");
                }
            }
            follow.stop();
            assertThat(follow.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(follow.err()).isEmpty();
        }
    }

    @Test
    void anOpenOperationIsNotShown() throws Exception {
        try (Background follow = new Background("follow", file, "--from", "latest", "--format", "json")) {
            follow.awaitIn(StopRequest.class);
            served.stream.startAtomicOp();
            served.stream.addStreamEntry(7, new byte[1]);
            served.stream.rollbackAtomicOp();
            served.block("03", new byte[2]);
            assertThat(follow.line()).startsWith("{\"number\":6,\"type\":176,");
        }
    }

    @Test
    void endsAtALaterEntry() throws Exception {
        try (Background follow = new Background("follow", file, "--from", 6, "--until", 8, "--format", "json")) {
            follow.awaitIn(FileFollow.class);
            served.block("03", new byte[2]);
            assertThat(follow.line()).startsWith("{\"number\":6,");
            assertThat(follow.line()).startsWith("{\"number\":7,");
            assertThat(follow.line()).isNull();
            assertThat(follow.exitCode()).isZero();
        }
    }

    @Test
    void aFileThatBecomesShorterEndsIt() throws Exception {
        try (Background follow = new Background("follow", file, "--format", "json")) {
            for (int i = 0; i < 6; i++) {
                follow.line();
            }
            served.stream.truncate(3);
            assertThat(follow.exitCode()).isEqualTo(1);
            assertThat(follow.err())
                    .isEqualToIgnoringNewLines(
                            "sluice: " + file + " became shorter: it has 3 entries, but those up to 5"
                                    + " were read. Follow it anew to read it as it is now.");
        }
    }

    /** By the time that somebody looks, the file is as long again as it was. */
    @Test
    void anotherHistoryEndsIt() throws Exception {
        Path other = folder.resolve("other.bin");
        try (DataStream stream = DataStream.open(other)) {
            for (int i = 0; i < 9; i++) {
                stream.startAtomicOp();
                stream.addStreamEntry(1, new byte[] {(byte) i, 9});
                stream.commitAtomicOp();
            }
        }
        try (Background follow = new Background("follow", file, "--format", "json")) {
            for (int i = 0; i < 6; i++) {
                follow.line();
            }
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            assertThat(follow.exitCode()).isEqualTo(1);
            assertThat(follow.err())
                    .startsWith("sluice: " + file + " ")
                    .contains("Follow it anew to read it as it is now.")
                    .hasLineCount(1);
        }
    }

    @Test
    void aLastEntryThatIsRewrittenEndsIt() throws Exception {
        try (Background follow = new Background("follow", file, "--until", 7, "--from", 4, "--format", "json")) {
            follow.line();
            follow.line();
            served.stream.truncate(5);
            // Of the same length: 17 bytes, without data.
            served.stream.startAtomicOp();
            served.stream.addStreamEntry(8, new byte[0]);
            served.stream.commitAtomicOp();
            assertThat(follow.exitCode()).isEqualTo(1);
            assertThat(follow.err()).contains(file.toString()).hasLineCount(1);
        }
    }

    @Test
    void aFileThatIsTakenAwayEndsIt() throws Exception {
        try (Background follow = new Background("follow", file, "--from", "latest")) {
            follow.awaitIn(StopRequest.class);
            Files.move(file, folder.resolve("elsewhere.bin"));
            assertThat(follow.exitCode()).isEqualTo(1);
            assertThat(follow.err()).contains("no such file").hasLineCount(1);
        }
    }

    @Test
    void whatIsNotThere() {
        assertFails("The stream ends before entry 7; --from latest begins at its end.", "--from", 7);
        assertFails("Bookmark 0x77 is not in the stream.", "--bookmark", "77");
        Cli.Run run = Cli.run("follow", folder.resolve("none.bin"));
        assertThat(run.err()).contains("no such file").hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private void assertFails(String message, Object... options) {
        Path output = folder.resolve("precious");
        Object[] words = new Object[options.length + 4];
        words[0] = "follow";
        words[1] = file;
        words[2] = "--output";
        words[3] = output;
        System.arraycopy(options, 0, words, 4, options.length);
        Cli.Run run = Cli.run(words);
        assertThat(run.err()).isEqualToIgnoringNewLines("sluice: " + message);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(output).doesNotExist();
    }
}
