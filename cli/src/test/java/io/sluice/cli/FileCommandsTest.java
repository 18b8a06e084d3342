package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.EntryFormat;
import io.sluice.storage.DataStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCommandsTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() {
        file = folder.resolve("stream.bin");
        ServedStream.withTwoBlocks(file).close();
    }

    @Test
    void infoForPeople() {
        Cli.Run run = Cli.run("info", file);
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .contains(
                        "file          " + file,
                        "file size     104861696 bytes",
                        "entries       6",
                        "total length  4319 bytes",
                        "pages         1 of 1 MiB used",
                        "         0    bookmark        9 B  020000000000000000",
                        "         5           6        0 B");
    }

    @Test
    void infoAsJson() {
        var info = Cli.json(Cli.run("info", file, "--format", "json").out());
        assertThat(info.get("file").asText()).isEqualTo(file.toString());
        assertThat(info.get("totalEntries").asLong()).isEqualTo(6);
        assertThat(info.get("pages").asLong()).isEqualTo(1);
        assertThat(info.get("first").get("data").asText()).isEqualTo(ServedStream.FIRST);
        assertThat(info.get("last").get("number").asLong()).isEqualTo(5);
    }

    @Test
    void infoOfAnEmptyStream() {
        Path empty = folder.resolve("empty.bin");
        DataStream.open(empty).close();
        assertThat(Cli.run("info", empty).out()).contains("pages         0 of 1 MiB used");
        assertThat(Cli.json(Cli.run("info", empty, "--format", "json").out()).has("first"))
                .isFalse();
    }

    @Test
    void infoAndVerifyReadAFileThatIsBeingServed() {
        try (ServedStream served = new ServedStream(file)) {
            served.block("03", new byte[5]);
            assertThat(Cli.run("info", file).lines()).contains("entries       9");
            assertThat(Cli.run("verify", file).out()).startsWith("good: 9 entries, 3 bookmarks");
        }
    }

    @Test
    void verifyTellsWhatIsThereAndHowFast() {
        Cli.Run run = Cli.run("verify", file);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("good: 6 entries, 2 bookmarks, 1 page, 4.3 kB in ")
                .contains("/s)", "checksums: 6 entries compared with those of 2 commits\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void verifyTellsWhatIsWrongAndWhere() throws Exception {
        // The number of entry 2, which begins after 4096, 26 and 20 bytes.
        overwrite(4096 + 26 + 20 + 9, new byte[] {0, 0, 0, 0, 0, 0, 0, 9});
        Cli.Run run = Cli.run("verify", file);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).startsWith("bad: good up to position 4142 in page 0: 2 entries, 1 bookmark");
        assertThat(run.err())
                .startsWith("sluice: " + file)
                .contains("entry number 9 at position 4142 where 2 was expected")
                .contains("the operation of entries 0 to")
                .hasLineCount(2);
    }

    @Test
    void verifyNamesTheOperationWithAChangedByte() throws Exception {
        // A byte of the data of entry 1.
        overwrite(4096 + 26 + 18, new byte[] {'!'});
        Cli.Run run = Cli.run("verify", file);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).startsWith("bad: as the format wants it, but with changed bytes: 6 entries, 2 bookmarks");
        assertThat(run.err())
                .startsWith("sluice: " + file + ": the operation of entries 0 to")
                .contains("from position 4096 to", "does not have the bytes that were committed")
                .hasLineCount(1);
    }

    @Test
    void verifyTellsWhatHasNoChecksums() throws Exception {
        Files.delete(folder.resolve("stream.bin.sluice/ops"));
        assertThat(Cli.run("verify", file).out()).contains("checksums: none for 6 entries\n");
        DataStream.open(file).close();
        assertThat(Cli.run("verify", file).out()).contains("checksums: 6 entries compared with how they were found\n");
    }

    @Test
    void aDamagedHeaderIsOneLine() throws Exception {
        overwrite(0, new byte[] {'x'});
        for (String command : new String[] {"info", "verify"}) {
            Cli.Run run = Cli.run(command, file);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("is no stream file").hasLineCount(1);
        }
        assertThat(Cli.run("truncate", file, 1, "--yes").err()).contains("is no stream file");
    }

    @Test
    void aFileThatIsNotThereIsOneLineAndStaysAway() {
        Path missing = folder.resolve("missing.bin");
        for (Object[] words :
                new Object[][] {{"info", missing}, {"verify", missing}, {"truncate", missing, 0, "--yes"}}) {
            Cli.Run run = Cli.run(words);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("no such file").hasLineCount(1);
        }
        assertThat(missing).doesNotExist();
    }

    @Test
    void truncateKeepsWhatGoes() throws Exception {
        byte[] before = Files.readAllBytes(file);
        Cli.Run run = Cli.run("truncate", file, 4, "--yes");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        Path kept = folder.resolve("stream.bin.cut-4-5");
        assertThat(run.lines())
                .containsExactly(
                        "Entries 4 to 5 of " + file + " go: 2 entries, the last 134 bytes of 4319.",
                        "Kept them in " + kept + " (134 bytes).",
                        "Done: " + file + " has 4 entries.");
        assertThat(Files.readAllBytes(kept)).isEqualTo(java.util.Arrays.copyOfRange(before, 4185, 4319));
        assertThat(Cli.run("verify", file).out()).startsWith("good: 4 entries");
    }

    @Test
    void truncateKeepsEntriesOfSeveralPagesWithoutPadding() throws Exception {
        Path large = folder.resolve("large.bin");
        try (DataStream stream = DataStream.open(large)) {
            stream.startAtomicOp();
            for (int i = 0; i < 5; i++) {
                stream.addStreamEntry(7, new byte[700_000]);
            }
            stream.commitAtomicOp();
        }
        assertThat(Cli.run("truncate", large, 1, "--yes").exitCode()).isZero();
        ByteBuffer kept = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("large.bin.cut-1-4")));
        for (int i = 1; i < 5; i++) {
            assertThat(EntryFormat.number(kept, (i - 1) * 700_017)).isEqualTo(i);
        }
        assertThat(kept.capacity()).isEqualTo(4 * 700_017);
    }

    @Test
    void truncateOverwritesNothingAndThenRemovesNothing() throws Exception {
        Path kept = Files.writeString(folder.resolve("mine"), "precious");
        Cli.Run run = Cli.run("truncate", file, 4, "--yes", "--keep", kept);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("exists already, and is not overwritten");
        assertThat(kept).hasContent("precious");
        assertThat(Cli.run("verify", file).out()).startsWith("good: 6 entries");

        Cli.Run nowhere = Cli.run("truncate", file, 4, "--yes", "--keep", folder.resolve("no/where"));
        assertThat(nowhere.err()).contains("Nothing was removed").hasLineCount(1);
        assertThat(Cli.run("verify", file).out()).startsWith("good: 6 entries");
    }

    @Test
    void truncateAsksOnATerminal() {
        Cli.Run no = Cli.answering("n\n", "truncate", file, 4);
        assertThat(no.exitCode()).isEqualTo(1);
        assertThat(no.err()).contains("Remove them? [y/N]", "sluice: Nothing was changed.");
        assertThat(Cli.run("verify", file).out()).startsWith("good: 6 entries");

        assertThat(Cli.answering("", "truncate", file, 4).exitCode()).isEqualTo(1);

        assertThat(Cli.answering("yes\n", "truncate", file, 4).exitCode()).isZero();
        assertThat(Cli.run("verify", file).out()).startsWith("good: 4 entries");
    }

    @Test
    void truncateThatIsInterruptedLeavesAllAsItWas() throws Exception {
        try (Background truncate = new Background(new String[] {"truncate", file.toString(), "4", "--yes"}, true)) {
            assertThat(truncate.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(truncate.err()).contains("nothing was removed").hasLineCount(1);
        }
        assertThat(folder.resolve("stream.bin.cut-4-5")).doesNotExist();
        assertThat(Cli.run("verify", file).out()).startsWith("good: 6 entries");
    }

    @Test
    void truncateAtOrBeyondTheEnd() {
        assertThat(Cli.run("truncate", file, 6, "--yes").out()).contains("there is nothing to remove");
        Cli.Run beyond = Cli.run("truncate", file, 7, "--yes");
        assertThat(beyond.exitCode()).isEqualTo(1);
        assertThat(beyond.err()).contains("has 6 entries: there is no entry 7").hasLineCount(1);
    }

    @Test
    void truncateLeavesAServedFileAlone() {
        try (ServedStream served = new ServedStream(file)) {
            Cli.Run run = Cli.run("truncate", file, 1, "--yes");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("is being written already").hasLineCount(1);
            assertThat(served.stream.getHeader().totalEntries()).isEqualTo(6);
        }
    }

    private void overwrite(long position, byte[] bytes) throws Exception {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(position);
            open.write(bytes);
        }
    }
}
