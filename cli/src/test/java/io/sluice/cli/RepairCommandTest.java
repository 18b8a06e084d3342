package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.storage.DataStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepairCommandTest {
    /** Where the second of the two blocks begins, and where it ends. */
    private static final int SECOND_BLOCK = 4096 + 26 + 20 + 17;

    private static final int END = SECOND_BLOCK + 26 + 117 + 17;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() {
        file = folder.resolve("stream.bin");
        ServedStream.withTwoBlocks(file).close();
    }

    private Path beside(String name) {
        return folder.resolve("stream.bin.sluice").resolve(name);
    }

    private void overwrite(int position, int... bytes) throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(position);
            for (int b : bytes) {
                raw.write(b);
            }
        }
    }

    /** All that these tests write in the file; the rest of its hundred pages is zeros. */
    private byte[] begin() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(1 << 20);
        }
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aGoodFileHasNothingToRepair() {
        Cli.Run run = Cli.run("repair", file, "--yes");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("good: 6 entries, there is nothing to repair\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void whatIsWrongAndWhatCanBeDoneIsSaidFirst() throws IOException {
        overwrite(SECOND_BLOCK + 26 + 40, '!');
        byte[] damaged = begin();
        Cli.Run told = Cli.run("repair", file);
        assertThat(told.exitCode()).isEqualTo(1);
        assertThat(told.err())
                .isEqualTo("sluice: " + file + ": the operation of entries 3 to 5, from position " + SECOND_BLOCK
                        + " to " + END + ", does not have the bytes that were committed.\n");
        assertThat(told.out())
                .contains("has 3 entries in " + SECOND_BLOCK + " bytes then, up to the end of an operation")
                .endsWith("Nothing was changed; --yes does this.\n");
        assertThat(begin()).isEqualTo(damaged);
        assertThat(names()).containsExactly("stream.bin", "stream.bin.sluice");

        Cli.Run done = Cli.run("repair", file, "--yes");
        assertThat(done.exitCode()).isZero();
        assertThat(done.out()).endsWith("Done: " + file + " has 3 entries.\n");
        Path kept = folder.resolve("stream.bin.removed-" + SECOND_BLOCK + "-" + END);
        assertThat(done.out()).contains("is kept in " + kept);
        assertThat(Files.readAllBytes(kept)).isEqualTo(Arrays.copyOfRange(damaged, SECOND_BLOCK, END));
        assertThat(Files.readAllBytes(folder.resolve("stream.bin.removed-0-4096")))
                .isEqualTo(Arrays.copyOf(damaged, 4096));
        assertThat(Cli.run("verify", file).out())
                .startsWith("good: 3 entries, 1 bookmark")
                .contains("3 entries compared with those of 1 commit");
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.view().bookmark(Bookmark.fromHex(ServedStream.FIRST)))
                    .hasValue(0);
            assertThat(stream.view().bookmark(Bookmark.fromHex(ServedStream.SECOND)))
                    .isEmpty();
        }
    }

    @Test
    void aHeaderThatCannotBeReadIsWrittenAnewWithTheFieldsThatAreGiven() throws IOException {
        byte[] good = begin();
        overwrite(0, new int[54]);
        for (String command : new String[] {"info", "verify", "serve"}) {
            Cli.Run run =
                    command.equals("serve") ? Cli.run("serve", "--file", file, "--port", 0) : Cli.run(command, file);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("is no stream file", "sluice repair " + file);
        }
        Cli.Run wanting = Cli.run("repair", file, "--system-id", 1, "--yes");
        assertThat(wanting.exitCode()).isEqualTo(1);
        assertThat(wanting.err()).contains("--system-id, --stream-type and --stream-version");
        Cli.Run done = Cli.run("repair", file, "--system-id", 1, "--stream-type", 1, "--stream-version", 1, "--yes");
        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(done.out()).contains("header is written anew: version 1, system id 1, stream type 1");
        assertThat(begin()).isEqualTo(good);
        assertThat(Cli.run("verify", file).exitCode()).isZero();
    }

    @Test
    void fieldsOtherThanTheHeadersAreRefused() {
        Cli.Run run = Cli.run("repair", file, "--system-id", 7);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("system id 1", "keeps its fields");
    }

    @Test
    void aFileThatIsBeingWrittenIsRefused() {
        try (ServedStream served = new ServedStream(file)) {
            for (String command : new String[] {"repair", "reindex"}) {
                Cli.Run run = Cli.run(command, file);
                assertThat(run.exitCode()).isEqualTo(1);
                assertThat(run.err()).contains("is being written").hasLineCount(1);
            }
            served.block("03", new byte[3]);
        }
    }

    @Test
    void aFileOfSomethingElseAndOneThatIsNotThereAreLeftAlone() throws IOException {
        Path notes = folder.resolve("notes.txt");
        Files.writeString(notes, "dear diary".repeat(1000));
        assertThat(Cli.run("repair", notes, "--yes").err()).contains("nothing to repair it from");
        assertThat(Files.readString(notes)).isEqualTo("dear diary".repeat(1000));
        for (String command : new String[] {"repair", "reindex"}) {
            Cli.Run run = Cli.run(command, folder.resolve("missing.bin"));
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("no such file").hasLineCount(1);
        }
        assertThat(names()).containsExactly("notes.txt", "stream.bin", "stream.bin.sluice");
    }

    /** What is derived is no damage: check and repair find the file good, and the next opening or a reindex puts it right. */
    @ParameterizedTest
    @ValueSource(strings = {"missing", "nonsense", "of another file", "behind", "ahead"})
    void anIndexThatIsNotThisFilesIsNoDamage(String what) throws IOException {
        Path index = beside("bookmarks.mv");
        byte[] older = Files.readAllBytes(index);
        switch (what) {
            case "missing" -> Files.delete(index);
            case "nonsense" -> Files.write(index, "nonsense".repeat(3000).getBytes(StandardCharsets.US_ASCII));
            case "of another file" -> {
                Path other = folder.resolve("other.bin");
                try (ServedStream served = new ServedStream(other)) {
                    served.block(ServedStream.SECOND, new byte[300]);
                }
                Files.write(index, Files.readAllBytes(folder.resolve("other.bin.sluice/bookmarks.mv")));
            }
            case "behind" -> {
                grow();
                Files.write(index, older);
            }
            default -> {
                byte[] before = begin();
                grow();
                try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
                    raw.write(before);
                }
            }
        }
        assertThat(Cli.run("verify", file).exitCode()).isZero();
        assertThat(Cli.run("repair", file).out()).startsWith("good: ");
        Cli.Run indexed = Cli.run("reindex", file);
        assertThat(indexed.exitCode()).as(indexed.err()).isZero();
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.view().bookmark(Bookmark.fromHex(ServedStream.FIRST)))
                    .hasValue(0);
            assertThat(stream.view().bookmark(Bookmark.fromHex(ServedStream.SECOND)))
                    .hasValue(3);
            assertThat(stream.view().bookmark(Bookmark.fromHex("03")).isPresent())
                    .isEqualTo(what.equals("behind"));
        }
    }

    private void grow() {
        try (ServedStream served = new ServedStream(file)) {
            served.block("03", new byte[10]);
        }
    }

    @Test
    void reindexKeepsChecksumsAndMakesThoseThatAreMissing() throws IOException {
        Cli.Run run = Cli.run("reindex", file);
        assertThat(run.out())
                .startsWith("indexed: 6 entries, 2 bookmarks, 4.3 kB in ")
                .contains("checksums: 6 entries had one, 0 entries got one");
        // A byte that has changed before is still found afterwards, unless it is so near the end that an opening takes
        // it
        // for another program's change.
        try (ServedStream served = new ServedStream(file)) {
            served.block("03", new byte[100_000]);
        }
        overwrite(SECOND_BLOCK + 26 + 40, '!');
        assertThat(Cli.run("reindex", file).exitCode()).isZero();
        assertThat(Cli.run("verify", file).err()).contains("the operation of entries 3 to 5");
        Files.delete(beside("ops"));
        assertThat(Cli.run("reindex", file).exitCode()).isZero();
        assertThat(Cli.run("verify", file).out()).contains("9 entries compared with how they were found");
    }

    @Test
    void aDamagedFileIsNotIndexedAndRepairIsNamed() throws IOException {
        overwrite(SECOND_BLOCK, 7);
        Cli.Run run = Cli.run("reindex", file);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("packet type 7", "sluice repair " + file).hasLineCount(1);
    }
}
