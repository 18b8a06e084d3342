package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Truncation through a server's source port. */
@Timeout(60)
class RemoteTruncateTest {
    @TempDir
    Path folder;

    private SourcePort port;
    private Path kept;

    @BeforeEach
    void write() {
        port = new SourcePort(folder.resolve("stream.bin"));
        kept = folder.resolve("kept");
        for (int i = 0; i < 2; i++) {
            port.stream.startAtomicOp();
            port.stream.addStreamBookmark(Bookmark.of((byte) i));
            port.stream.addStreamEntry(2, new byte[100]);
            port.stream.addStreamEntry(6, new byte[0]);
            port.stream.commitAtomicOp();
        }
    }

    @AfterEach
    void close() {
        port.close();
    }

    @Test
    void keepsWhatGoes() throws Exception {
        Cli.Run run = Cli.run("truncate", port.address(), 4, "--yes", "--keep", kept);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .containsExactly(
                        "Entries 4 to 5 of " + port.address() + " go: 2 entries of 6.",
                        "Kept them in " + kept + " (134 bytes).",
                        "Done: " + port.address() + " has 4 entries.");
        assertThat(port.entries()).hasSize(4);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(kept));
        assertThat(EntryFormat.read(bytes, 0).number()).isEqualTo(4);
        assertThat(EntryFormat.read(bytes, 117).number()).isEqualTo(5);
    }

    @Test
    void asksOnATerminal() {
        Cli.Run no = Cli.answering("n\n", "truncate", port.address(), 4, "--keep", kept);
        assertThat(no.exitCode()).isEqualTo(1);
        assertThat(no.err()).contains("Remove them? [y/N]", "sluice: Nothing was changed.");
        assertThat(port.entries()).hasSize(6);
        assertThat(kept).doesNotExist();

        assertThat(Cli.answering("yes\n", "truncate", port.address(), 4, "--keep", kept)
                        .exitCode())
                .isZero();
        assertThat(port.entries()).hasSize(4);
    }

    @Test
    void wantsYesWithoutATerminal() {
        Cli.Run run = Cli.run("truncate", port.address(), 4, "--keep", kept);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("say --yes");
    }

    @Test
    void atTheEndAndBeyond() {
        assertThat(Cli.run("truncate", port.address(), 6, "--yes").out()).contains("there is nothing to remove");
        Cli.Run beyond = Cli.run("truncate", port.address(), 7, "--yes");
        assertThat(beyond.err()).contains("has 6 entries: there is no entry 7").hasLineCount(1);
        assertThat(beyond.exitCode()).isEqualTo(1);
    }

    @Test
    void aSourceThatWritesIsTakenOverOnlyWhenSaid() {
        try (RemoteStreamSource source = RemoteStreamSource.connect(port.server.address(), SourceOptions.defaults())) {
            Cli.Run run = Cli.run("truncate", port.address(), 4, "--yes", "--keep", kept);
            assertThat(run.err())
                    .contains("Another source has the lease", "--takeover")
                    .hasLineCount(1);
            assertThat(source.getHeader().totalEntries()).isEqualTo(6);
            assertThat(Cli.run("truncate", port.address(), 4, "--yes", "--keep", kept, "--takeover")
                            .exitCode())
                    .isZero();
        }
        assertThat(port.entries()).hasSize(4);
    }

    @Test
    void manyAreKeptOnlyWhenSaid() {
        port.stream.startAtomicOp();
        for (int i = 0; i < 10_000; i++) {
            port.stream.addStreamEntry(1, new byte[1]);
        }
        port.stream.commitAtomicOp();
        Cli.Run asked = Cli.answering("y\n", "truncate", port.address(), 5);
        assertThat(asked.exitCode()).isEqualTo(2);
        assertThat(asked.err())
                .contains("10,001 entries would go, and so many are not kept: say --yes")
                .hasLineCount(1);

        assertThat(Cli.run("truncate", port.address(), 10_005, "--yes", "--keep", kept)
                        .exitCode())
                .isZero();
        port.stream.startAtomicOp();
        port.stream.addStreamEntry(1, new byte[1]);
        port.stream.commitAtomicOp();
        Cli.Run run = Cli.run("truncate", port.address(), 5, "--yes");
        assertThat(run.out()).contains("They are not kept.", "has 5 entries");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void overwritesNothing() throws Exception {
        Files.writeString(kept, "precious");
        Cli.Run run = Cli.run("truncate", port.address(), 4, "--yes", "--keep", kept);
        assertThat(run.err()).contains("exists already, and is not overwritten");
        assertThat(kept).hasContent("precious");
        assertThat(port.entries()).hasSize(6);
    }

    @Test
    void whatIsForAServerIsNotForAFile() {
        for (String option : new String[] {"--takeover", "--stream-type=1", "--retry=5s", "--token-file=x"}) {
            Cli.Run run = Cli.run("truncate", folder.resolve("stream.bin"), 4, "--yes", option);
            assertThat(run.err())
                    .contains(option.replaceFirst("=.*", "") + " is for HOST:PORT")
                    .hasLineCount(1);
            assertThat(run.exitCode()).isEqualTo(2);
        }
    }
}
