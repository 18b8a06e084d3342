package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.testing.LogLines;
import io.sluice.testing.Operations;
import io.sluice.testing.TestData;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that the Go library wrote, and the calls that it wrote them with. */
final class VectorFilesTest {
    @TempDir
    Path folder;

    @RegisterExtension
    final LogLines log = new LogLines(OperationLog.class);

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void everyEntryAndBookmarkOfAGoFileIsRead(String name) {
        Path file = TestData.unpack("vectors/" + name + ".bin.gz", folder.resolve("stream.bin"));
        try (DataStream stream = DataStream.open(file)) {
            assertHolds(stream.view(), list(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void aGoFileIsReadWithoutLeavingATrace(String name) throws IOException {
        Path file = TestData.unpack("vectors/" + name + ".bin.gz", folder.resolve("stream.bin"));
        Object modified = Files.getLastModifiedTime(file);
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            assertHolds(stream.view(), list(name));
            Verification found = stream.verify((bytes, total) -> {});
            assertThat(found.fault()).isEmpty();
            assertThat(found.entries()).isEqualTo(list(name).get("totalEntries").asLong());
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(modified);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void theSameCallsGiveTheSameCommittedBytes(String name) throws IOException {
        Path expected = TestData.unpack("vectors/" + name + ".bin.gz", folder.resolve("go.bin"));
        Path actual = folder.resolve("ours.bin");
        JsonNode list = list(name);
        try (DataStream stream = create(actual, list)) {
            Operations.replay(name, stream);
            assertHolds(stream.view(), list);
        }
        assertSameCommittedBytes(expected, actual, list.get("totalLength").asLong());
        assertThat(Files.size(actual)).isEqualTo(Files.size(expected));
    }

    /** The vectors are what a Go program makes of the file that we left when it makes the calls that we have not made. */
    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void whatAGoProgramAppendsMeanwhileIsNoticedIndexedAndLogged(String name) throws IOException {
        Path file = folder.resolve("stream.bin");
        JsonNode list = list(name);
        long ours;
        long generation;
        try (DataStream stream = create(file, list)) {
            Operations.replayBut(2, name, stream);
            ours = stream.getHeader().totalEntries();
            generation = stream.view().committed().generation();
        }
        Files.delete(file);
        TestData.unpack("vectors/" + name + ".bin.gz", file);
        long all = list.get("totalEntries").asLong();
        assertThat(ours).isPositive().isLessThan(all);
        assertThat(coverage(file).uncoveredEntries()).isEqualTo(all - ours);

        try (DataStream stream = DataStream.open(file)) {
            assertHolds(stream.view(), list);
            assertThat(stream.view().committed().generation()).isEqualTo(generation);
        }
        assertThat(log.all())
                .singleElement()
                .asString()
                .startsWith("INFO " + file)
                .contains("takes entries " + ours + " to " + (all - 1) + " as they are");
        Coverage after = coverage(file);
        assertThat(after.committedEntries()).isEqualTo(ours);
        assertThat(after.foundEntries()).isEqualTo(all - ours);
        assertThat(after.uncoveredEntries()).isZero();
    }

    private static Coverage coverage(Path file) {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            Verification verified = stream.verify((bytes, total) -> {});
            assertThat(verified.isGood()).as("%s", verified).isTrue();
            return verified.coverage();
        }
    }

    private static DataStream create(Path file, JsonNode list) {
        return DataStream.open(
                file,
                DataStreamOptions.defaults()
                        .withVersion(list.get("version").asInt())
                        .withSystemId(list.get("systemId").asLong())
                        .withForcePolicy(ForcePolicy.NEVER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void aGoFileThatWasOpenHereIsLeftAsItWas(String name) throws IOException {
        Path file = TestData.unpack("vectors/" + name + ".bin.gz", folder.resolve("stream.bin"));
        Path untouched = TestData.unpack("vectors/" + name + ".bin.gz", folder.resolve("untouched.bin"));
        DataStream.open(file).close();
        assertSameCommittedBytes(untouched, file, list(name).get("totalLength").asLong());
        assertThat(Files.size(file)).isEqualTo(Files.size(untouched));
    }

    private static JsonNode list(String name) {
        return TestData.json("vectors/" + name + (name.equals("small") ? ".json" : ".json.gz"));
    }

    private static void assertHolds(StreamView view, JsonNode list) {
        StreamHeader header = new StreamHeader(
                list.get("version").asInt(),
                list.get("systemId").asLong(),
                list.get("streamType").asLong(),
                list.get("totalLength").asLong(),
                list.get("totalEntries").asLong());
        assertThat(view.header()).isEqualTo(header);
        assertThat(list.get("entries")).hasSize((int) header.totalEntries());
        for (JsonNode listed : list.get("entries")) {
            Entry entry = view.entry(listed.get("number").asLong());
            assertThat(entry).isNotNull();
            assertThat(entry.number()).isEqualTo(listed.get("number").asLong());
            assertThat(entry.type()).isEqualTo(listed.get("type").asInt());
            assertThat(entry.data()).hasSize(listed.get("length").asInt() - 17);
            assertThat(sha256(entry.data())).isEqualTo(listed.get("dataSha256").asText());
        }
        for (Map.Entry<String, JsonNode> bookmark : TestData.fields(list.get("bookmarks"))) {
            assertThat(view.bookmark(Bookmark.fromHex(bookmark.getKey())))
                    .as("bookmark %s", bookmark.getKey())
                    .hasValue(bookmark.getValue().asLong());
        }
    }

    /** The header page, and each page up to its padding or to the end. */
    private static void assertSameCommittedBytes(Path expected, Path actual, long totalLength) throws IOException {
        try (RandomAccessFile a = new RandomAccessFile(expected.toFile(), "r");
                RandomAccessFile b = new RandomAccessFile(actual.toFile(), "r")) {
            assertThat(read(b, 0, 4096)).isEqualTo(read(a, 0, 4096));
            for (long start = 4096; start < totalLength; start += 1 << 20) {
                int length = (int) Math.min(1 << 20, totalLength - start);
                byte[] page = read(a, start, length);
                int used = usedLength(page);
                assertThat(read(b, start, used)).as("page at %d", start).isEqualTo(java.util.Arrays.copyOf(page, used));
            }
        }
    }

    private static int usedLength(byte[] page) {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(page);
        int index = 0;
        while (index < page.length && page[index] == 2) {
            index += bytes.getInt(index + 1);
        }
        return Math.min(index + 1, page.length);
    }

    private static byte[] read(RandomAccessFile file, long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(position);
        file.readFully(bytes);
        return bytes;
    }

    private static String sha256(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
