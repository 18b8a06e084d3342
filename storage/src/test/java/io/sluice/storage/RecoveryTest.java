package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opening a file makes of what it finds. */
final class RecoveryTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void createStream() {
        file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(
                file, DataStreamOptions.defaults().withSystemId(1101).withVersion(3))) {
            for (int op = 0; op < 3; op++) {
                stream.startAtomicOp();
                stream.addStreamBookmark(Bookmark.of((byte) op));
                stream.addStreamEntry(2, new byte[100]);
                stream.commitAtomicOp();
            }
        }
    }

    private void patch(long position, byte... bytes) throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(position);
            raw.write(bytes);
        }
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> DataStream.open(file).close())
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void aNewFileHasAHundredPagesAndIsEmpty() throws IOException {
        Path fresh = folder.resolve("fresh.bin");
        try (DataStream stream = DataStream.open(fresh)) {
            assertThat(stream.getHeader().totalEntries()).isZero();
            assertThat(stream.getHeader().totalLength()).isEqualTo(4096);
        }
        assertThat(Files.size(fresh)).isEqualTo(4096 + 100 * 1048576L);
    }

    @Test
    void foldersAreNotCreated() {
        assertThatThrownBy(() -> DataStream.open(folder.resolve("no/such/stream.bin")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("there is no folder " + folder.resolve("no/such"));
    }

    @Test
    void anOpenFileIsLocked() {
        try (DataStream stream = DataStream.open(file)) {
            assertThatThrownBy(() -> DataStream.open(file)).isInstanceOf(StorageException.Locked.class);
            assertThat(stream.getHeader().totalEntries()).isEqualTo(6);
        }
        DataStream.open(file).close();
    }

    @Test
    void aRefusedSecondOpeningDoesNotLetGoOfTheLock() throws Exception {
        try (DataStream stream = DataStream.open(file)) {
            assertThatThrownBy(() -> DataStream.open(file)).isInstanceOf(StorageException.Locked.class);
            assertThat(openElsewhere()).isEqualTo(StreamOpener.LOCKED);
            assertThat(stream.getHeader().totalEntries()).isEqualTo(6);
        }
        assertThat(openElsewhere()).isEqualTo(StreamOpener.OPENED);
    }

    private int openElsewhere() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StreamOpener.class.getName(),
                        file.toString())
                .inheritIO()
                .start()
                .waitFor();
    }

    @Test
    void aLinkToAnOpenFileIsLockedToo() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("current.bin"), file);
        try (DataStream stream = DataStream.open(file)) {
            assertThatThrownBy(() -> DataStream.open(link)).isInstanceOf(StorageException.Locked.class);
            assertThat(stream.getHeader().totalEntries()).isEqualTo(6);
        }
        try (DataStream stream = DataStream.open(link)) {
            assertThat(stream.getBookmark(Bookmark.of((byte) 2))).isEqualTo(4);
        }
        assertThat(folder.resolve("current.bin.sluice")).doesNotExist();
    }

    @Test
    void aReaderDoesNotSkipAPageThatBeginsWithPadding() throws IOException {
        try (DataStream stream = DataStream.open(file)) {
            stream.startAtomicOp();
            for (int i = 0; i < 30; i++) {
                stream.addStreamEntry(2, new byte[100_000]);
            }
            stream.commitAtomicOp();
        }
        patch(4096 + (1 << 20), (byte) 0);
        try (DataStream stream = DataStream.open(file)) {
            assertThatThrownBy(() -> StreamModel.entriesOf(stream.view()))
                    .isInstanceOf(StorageException.Corrupt.class)
                    .hasMessageContaining("position " + (4096 + (1 << 20)));
        }
    }

    @Test
    void aPageThatBeginsWithPaddingIsRefused() throws IOException {
        patch(4096, (byte) 0);
        assertRefused("padding at position 4096", "entry");
    }

    @Test
    void headerFieldsOfAnExistingFileStand() {
        try (DataStream stream = DataStream.open(file)) {
            assertThat(stream.getHeader().systemId()).isEqualTo(1101);
            assertThat(stream.getHeader().version()).isEqualTo(3);
        }
        DataStreamOptions defaults = DataStreamOptions.defaults();
        assertThatThrownBy(() -> DataStream.open(file, defaults.withSystemId(7)))
                .isInstanceOf(StorageException.Mismatch.class)
                .hasMessageContaining("system id 1101, not 7");
        assertThatThrownBy(() -> DataStream.open(file, defaults.withVersion(1)))
                .isInstanceOf(StorageException.Mismatch.class);
        assertThatThrownBy(() -> DataStream.open(file, defaults.withStreamType(2)))
                .isInstanceOf(StorageException.Mismatch.class);
    }

    @Test
    void aFileOfSomethingElseIsRefusedAndLeftAlone() throws IOException {
        Path other = folder.resolve("notes.txt");
        Files.writeString(other, "dear diary".repeat(1000));
        assertThatThrownBy(() -> DataStream.open(other))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContaining("polygonDATSTREAM");
        assertThat(Files.readString(other)).isEqualTo("dear diary".repeat(1000));
        assertThat(folder.resolve("notes.txt.sluice")).doesNotExist();
    }

    @Test
    void aFileThatIsShorterThanItsHeaderSaysIsRefused() throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(4200);
        }
        assertRefused("is cut", "4200");
    }

    @Test
    void aHeaderOfAnImpossibleLengthIsRefused() throws IOException {
        patch(17, (byte) 0, (byte) 0, (byte) 0, (byte) 39);
        assertRefused("39 bytes");
    }

    @Test
    void aHeaderThatCountsMoreEntriesThanThereAreIsRefused() throws IOException {
        patch(46, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 7);
        assertRefused("7 entries", "entry 5");
    }

    @Test
    void aWrongEntryNumberInTheLastPageIsRefused() throws IOException {
        patch(4096 + 18 + 9 + 7, (byte) 9);
        assertRefused("entry number 9", "1 was expected");
    }

    @Test
    void aWrongPacketTypeInTheLastPageIsRefused() throws IOException {
        patch(4096 + 18, (byte) 7);
        assertRefused("packet type 7", String.valueOf(4096 + 18));
    }

    @Test
    void anEntryLengthBeyondTheCommittedEndIsRefused() throws IOException {
        patch(4096 + 18 + 1, (byte) 0x7f);
        assertRefused("entry 1", "length");
    }

    @Test
    void aBlankFileIsBegunAnew() throws IOException {
        Path blank = folder.resolve("blank.bin");
        try (RandomAccessFile raw = new RandomAccessFile(blank.toFile(), "rw")) {
            raw.setLength(4096 + (1 << 20));
        }
        try (DataStream stream = DataStream.open(blank)) {
            assertThat(stream.getHeader().totalEntries()).isZero();
        }
    }

    @Test
    void leftoverBytesBehindTheEndAreHiddenFromOtherReaders() throws IOException {
        long end = 4096 + 3 * (18 + 117);
        patch(end, "\u0002leftover".getBytes(StandardCharsets.US_ASCII));
        DataStream.open(file).close();
        assertThat(Files.readAllBytes(file)[(int) end]).isZero();
    }

    @Test
    void aFileThatEndsWithinAPageIsNotGood() throws IOException {
        for (long length : new long[] {Files.size(file) - 1, Files.size(file) + 1}) {
            try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
                raw.setLength(length);
            }
            try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
                assertThat(stream.verify((bytes, total) -> {}).fault().orElseThrow())
                        .contains(String.valueOf(length), "whole pages");
            }
        }
        DataStream.open(file).close();
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            assertThat(stream.verify((bytes, total) -> {}).isGood()).isTrue();
        }
    }

    @Test
    void readOnlyShowsAFileThatIsBeingWritten() {
        try (DataStream stream = DataStream.open(file)) {
            stream.startAtomicOp();
            stream.addStreamEntry(5, new byte[5]);
            stream.commitAtomicOp();
            try (ReadOnlyStream reader = DataStream.openReadOnly(file)) {
                assertThat(reader.view().header()).isEqualTo(stream.getHeader());
                assertThat(reader.view().bookmark(Bookmark.of((byte) 2))).hasValue(4);
            }
        }
    }
}
