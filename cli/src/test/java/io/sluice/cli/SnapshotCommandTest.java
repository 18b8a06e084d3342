package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.testing.GoServer;
import io.sluice.testing.GoServerBuilder;
import io.sluice.testing.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotCommandTest {
    private static final int ENTRIES_PER_OPERATION = 200;

    /** A disk that is much faster than the copies is not filled. */
    private static final int MAX_OPERATIONS = 100;

    @TempDir
    Path folder;

    private Path copy() {
        return folder.resolve("copy.bin");
    }

    private static Path unpack(String name, Path folder) {
        return name.equals("net8")
                ? Net8.unpack(folder)
                : TestData.unpack("vectors/" + name + ".bin.gz", folder.resolve(name));
    }

    /** The copy has the bytes of the original up to the end, then zeros, and passes the check. */
    private static void assertSame(Path original, Path copy) throws IOException {
        assertBegins(original, copy, 0);
        try (ReadOnlyStream stream = DataStream.openReadOnly(original);
                ReadOnlyStream copied = DataStream.openReadOnly(copy)) {
            assertThat(copied.view().header()).isEqualTo(stream.view().header());
        }
    }

    /** The original begins with what the copy has, from this position on. */
    private static void assertBegins(Path original, Path copy, int from) throws IOException {
        try (ReadOnlyStream stream = DataStream.openReadOnly(copy);
                InputStream expected = Files.newInputStream(original);
                InputStream actual = Files.newInputStream(copy)) {
            long length = stream.view().header().totalLength();
            expected.skipNBytes(from);
            actual.skipNBytes(from);
            for (long at = from; at < length; at += 1 << 20) {
                int count = (int) Math.min(1 << 20, length - at);
                assertThat(Arrays.equals(actual.readNBytes(count), expected.readNBytes(count)))
                        .as("bytes from position %d on", at)
                        .isTrue();
            }
            assertThat(actual.read()).isZero();
        }
        Cli.Run verified = Cli.run("verify", copy);
        assertThat(verified.exitCode()).as(verified.err()).isZero();
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow", "net8"})
    void theCopyOfAFileHasItsBytes(String name) throws IOException {
        Path original = unpack(name, folder);
        Cli.Run run = Cli.run("snapshot", original, "--output", copy());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("copied: ").contains("/s)", "to: " + copy());
        assertSame(original, copy());
        assertThat(names()).as("nothing else is left").hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pages", "net8"})
    void theCopyOfAServersStreamHasTheBytesOfItsFile(String name) throws IOException {
        Path original = unpack(name, folder);
        try (ServedStream served = new ServedStream(original)) {
            Cli.Run run = Cli.run("snapshot", served.address(), "--output", copy());
            assertThat(run.exitCode()).as(run.err()).isZero();
        }
        assertSame(original, copy());
    }

    @Test
    void aCopyIsServedAndItsBookmarksAreFound() {
        try (ServedStream served = ServedStream.withTwoBlocks(folder.resolve("stream.bin"))) {
            assertThat(Cli.run("snapshot", served.address(), "--output", copy()).exitCode())
                    .isZero();
        }
        try (ServedStream served = new ServedStream(copy())) {
            assertThat(served.stream.getBookmark(Bookmark.fromHex(ServedStream.SECOND)))
                    .isEqualTo(3);
            assertThat(Cli.run("bookmark", served.address(), ServedStream.SECOND)
                            .exitCode())
                    .isZero();
            served.block("03", new byte[7]);
        }
        assertThat(Cli.run("verify", copy()).out()).startsWith("good: 9 entries");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCompressedCopyBecomesTheSameFile(boolean fromServer) throws IOException {
        Path original = Net8.unpack(folder);
        Path packed = folder.resolve("copy.bin.zst");
        try (ServedStream served = new ServedStream(original)) {
            Cli.Run run =
                    Cli.run("snapshot", fromServer ? served.address() : original, "--output", copy(), "--compress");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).contains("to: " + packed);
        }
        assertThat(copy()).doesNotExist();
        try (InputStream in = new ZstdInputStream(Files.newInputStream(packed))) {
            Files.copy(in, copy());
        }
        assertThat(Files.size(packed)).isLessThan(Files.size(copy()) / 2);
        assertSame(original, copy());
    }

    @Test
    void anEmptyStreamIsCopied() throws IOException {
        Path original = folder.resolve("stream.bin");
        DataStream.open(original).close();
        assertThat(Cli.run("snapshot", original, "--output", copy()).exitCode()).isZero();
        assertSame(original, copy());
    }

    @Test
    void aCopyOfWhatIsBeingWrittenHasWholeOperations() throws Exception {
        Path original = folder.resolve("stream.bin");
        try (ServedStream served = new ServedStream(original)) {
            commitLarge(served.stream);
            AtomicBoolean done = new AtomicBoolean();
            Thread writer = new Thread(() -> {
                for (int op = 0; op < MAX_OPERATIONS && !done.get(); op++) {
                    commitLarge(served.stream);
                }
            });
            writer.start();
            try {
                for (int i = 0; i < 4; i++) {
                    Object source = i % 2 == 0 ? served.address() : original;
                    Cli.Run run = Cli.run("snapshot", source, "--output", folder.resolve("copy" + i));
                    assertThat(run.exitCode()).as(run.err()).isZero();
                }
            } finally {
                done.set(true);
                writer.join();
            }
        }
        for (int i = 0; i < 4; i++) {
            assertPrefix(original, folder.resolve("copy" + i));
        }
    }

    private static void commitLarge(DataStream stream) {
        stream.startAtomicOp();
        for (int i = 0; i < ENTRIES_PER_OPERATION; i++) {
            byte[] data = new byte[10_000];
            Arrays.fill(data, (byte) stream.nextEntryNumber());
            stream.addStreamEntry(2, data);
        }
        stream.commitAtomicOp();
    }

    private static void assertPrefix(Path original, Path copy) throws IOException {
        assertBegins(original, copy, 4096);
        try (ReadOnlyStream part = DataStream.openReadOnly(copy)) {
            long entries = part.view().header().totalEntries();
            assertThat(entries).isPositive();
            assertThat(entries % ENTRIES_PER_OPERATION).as("whole operations").isZero();
        }
    }

    @Test
    void aCopyFromAnotherServerKeepsItsFields() throws IOException {
        try (GoServer server = new GoServerBuilder(1).stream(3, 1101, 1).start()) {
            List<Entry> written = new ArrayList<>();
            for (int op = 0; op < 20; op++) {
                Entry entry = new Entry(op, 2, new byte[op * 10]);
                written.add(entry);
                server.append(List.of(entry));
            }
            Cli.Run run = Cli.run("snapshot", Words.address(server.address()), "--output", copy());
            assertThat(run.exitCode()).as(run.err()).isZero();
            try (ReadOnlyStream stream = DataStream.openReadOnly(copy())) {
                assertThat(stream.view().header()).isEqualTo(server.header());
                for (Entry entry : written) {
                    assertThat(stream.view().entry(entry.number())).isEqualTo(entry);
                }
            }
        }
    }

    @Test
    void whatIsThereIsOverwrittenOnlyByForce() throws IOException {
        Path original = folder.resolve("stream.bin");
        ServedStream.withTwoBlocks(original).close();
        Files.writeString(copy(), "precious");
        Cli.Run refused = Cli.run("snapshot", original, "--output", copy());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains(copy() + " exists already; --force overwrites it");
        assertThat(Files.readString(copy())).isEqualTo("precious");
        assertThat(Cli.run("snapshot", original, "--output", copy(), "--force").exitCode())
                .isZero();
        assertSame(original, copy());
    }

    @Test
    void aStreamThatIsBeingWrittenIsNeverOverwritten() throws IOException {
        Path original = folder.resolve("stream.bin");
        ServedStream.withTwoBlocks(original).close();
        Path before = Files.copy(original, folder.resolve("before.bin"));
        Cli.Run run = Cli.run("snapshot", original, "--output", original, "--force");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--output names the stream file itself");
        Path other = folder.resolve("other.bin");
        ServedStream.withTwoBlocks(other).close();
        Cli.Run onOther = Cli.run("snapshot", original, "--output", other, "--force");
        assertThat(onOther.exitCode()).isEqualTo(1);
        assertThat(onOther.err()).contains("other.bin.sluice belongs to a stream file");
        assertThat(Files.mismatch(original, before)).isEqualTo(-1);
    }

    @Test
    void nothingIsLeftOfACopyThatWasInterrupted() throws Exception {
        Path original = Net8.unpack(folder);
        try (ServedStream served = new ServedStream(original)) {
            for (Object source : new Object[] {original, served.address()}) {
                try (Background command =
                        new Background(Cli.args("snapshot", source, "--output", copy(), "--compress"), true)) {
                    assertThat(command.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
                    assertThat(command.err()).contains("Interrupted; there is no copy.");
                }
                assertThat(names()).containsExactlyInAnyOrder("net8.bin", "net8.bin.sluice");
            }
        }
    }

    @Test
    void nothingIsLeftWhenTheDiskIsFull() throws IOException {
        Path original = folder.resolve("stream.bin");
        ServedStream.withTwoBlocks(original).close();
        for (String option : new String[] {"--force", "--compress"}) {
            Path name = folder.resolve(option.equals("--force") ? "copy.bin.partial" : "copy.bin.zst.partial");
            Files.createSymbolicLink(name, Path.of("/dev/full"));
            Cli.Run run = Cli.run("snapshot", original, "--output", copy(), option);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .contains("Cannot write to " + name, "No space left")
                    .hasLineCount(1);
            assertThat(names()).containsExactlyInAnyOrder("stream.bin", "stream.bin.sluice");
        }
    }

    @Test
    void aDamagedFileAndOneThatIsNotThereLeaveNothing() throws IOException {
        Path damaged = folder.resolve("stream.bin");
        ServedStream.withTwoBlocks(damaged).close();
        try (RandomAccessFile raw = new RandomAccessFile(damaged.toFile(), "rw")) {
            raw.seek(4096 + 26);
            raw.write(7);
        }
        Cli.Run refused = Cli.run("snapshot", damaged, "--output", copy());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("packet type 7 at position 4122").hasLineCount(1);
        assertThat(names()).containsExactlyInAnyOrder("stream.bin", "stream.bin.sluice");
        Path missing = folder.resolve("missing.bin");
        Cli.Run run = Cli.run("snapshot", missing, "--output", copy());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("no such file").hasLineCount(1);
        assertThat(names()).hasSize(2);
    }
}
