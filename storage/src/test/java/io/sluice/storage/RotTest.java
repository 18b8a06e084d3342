package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.StorageException.Corrupt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bits that flip in what lies on the disk: noticed where it is promised, and harmless to the rest where it is not. */
final class RotTest {
    private static final Path FILE = Path.of("/simulated/stream.bin");
    private static final StreamFolder FOLDER = StreamFolder.of(FILE);
    private static final PageLayout LAYOUT = new PageLayout(4096);

    private final Random random = new Random(5);
    private SimulatedDisk disk;
    private SimulatedIndex index;
    private StreamHeader header;
    private List<Entry> entries;
    private long generation;

    @BeforeEach
    void writeStream() {
        disk = new SimulatedDisk();
        index = new SimulatedIndex();
        try (DataStream stream = open()) {
            for (int op = 0; op < 40; op++) {
                stream.startAtomicOp();
                stream.addStreamBookmark(Bookmark.of((byte) op));
                byte[] data = new byte[300];
                random.nextBytes(data);
                stream.addStreamEntry(3, data);
                stream.commitAtomicOp();
            }
            stream.truncate(78);
            header = stream.getHeader();
            entries = StreamModel.entriesOf(stream.view());
            generation = stream.view().committed().generation();
        }
    }

    private DataStream open() {
        Seams seams = new Seams(disk, System::nanoTime, path -> index.open(), LAYOUT, new Random(1)::nextLong, false);
        return DataStream.open(FILE, DataStreamOptions.defaults(), seams);
    }

    private void flip(Path file, int position, int bit) {
        disk.content(file)[position] ^= (byte) (1 << bit);
    }

    @Test
    void everyFlippedBitOfTheTotalsAndOfTheFormInTheHeaderIsRefused() {
        for (int position = 0; position < HeaderPage.HEADER_POSITION + StreamHeader.LENGTH; position++) {
            int inEntry = position - HeaderPage.HEADER_POSITION;
            boolean isChecked = inEntry < 5 || inEntry >= StreamHeader.LENGTH - 2 * Long.BYTES;
            for (int bit = 0; bit < 8; bit++) {
                flip(FILE, position, bit);
                try (DataStream stream = open()) {
                    assertThat(isChecked).as("byte %d, bit %d", position, bit).isFalse();
                    assertThat(StreamModel.entriesOf(stream.view())).isEqualTo(entries);
                } catch (Corrupt e) {
                    assertThat(e).hasMessageContaining(FILE.toString());
                }
                flip(FILE, position, bit);
            }
        }
    }

    @Test
    void aFlippedBitInTheLastPageIsRefusedOrBeginsANewHistory() {
        int end = (int) header.totalLength();
        int start = (int) LAYOUT.pageStart(LAYOUT.pageOf(end - 1));
        for (int position = start; position < end; position += 1 + random.nextInt(5)) {
            byte[] before = disk.content(FILE).clone();
            flip(FILE, position, random.nextInt(8));
            try (DataStream stream = open()) {
                assertThat(stream.view().committed().generation())
                        .as("a byte %d that is another one", position)
                        .isNotEqualTo(generation);
                generation = stream.view().committed().generation();
            } catch (Corrupt e) {
                assertThat(e).hasMessageContaining(FILE.toString());
            }
            System.arraycopy(before, 0, disk.content(FILE), 0, before.length);
            open().close();
            try (DataStream stream = open()) {
                generation = stream.view().committed().generation();
            }
        }
    }

    @Test
    void aFlippedBitAnywhereElseChangesNothingElse() {
        int end = (int) header.totalLength();
        int lastPage = (int) LAYOUT.pageStart(LAYOUT.pageOf(end - 1));
        for (int flips = 0; flips < 1_500; flips++) {
            int position = PageLayout.HEADER_PAGE_LENGTH + random.nextInt(lastPage - PageLayout.HEADER_PAGE_LENGTH);
            int bit = random.nextInt(8);
            flip(FILE, position, bit);
            byte[] before = disk.content(FILE).clone();
            try (DataStream stream = open()) {
                for (Entry entry : entries) {
                    lookAt(stream, entry);
                }
            }
            assertThat(disk.content(FILE)).isEqualTo(before);
            flip(FILE, position, bit);
        }
    }

    @Test
    void aFlippedBitInTheNumberThatAPageBeginsWithIsToldByWhoeverLooksThere() {
        int numberOfSecondPage = (int) LAYOUT.pageStart(1) + EntryFormat.HEADER_LENGTH - Long.BYTES;
        int told = 0;
        for (int bit = 0; bit < Long.SIZE; bit++) {
            flip(FILE, numberOfSecondPage + bit / 8, bit % 8);
            try (DataStream stream = open()) {
                SimulatedSource.refused(
                        StorageException.class, () -> entries.forEach(entry -> stream.getEntry(entry.number())));
                told++;
            }
            flip(FILE, numberOfSecondPage + bit / 8, bit % 8);
        }
        assertThat(told).isEqualTo(Long.SIZE);
    }

    /** An entry is as it was, or says that it cannot be read, or is the one in which the bit is. */
    private static void lookAt(DataStream stream, Entry entry) {
        try {
            Entry found = stream.getEntry(entry.number());
            assertThat(found.number()).isEqualTo(entry.number());
            if (entry.isBookmark() && Objects.equals(found, entry)) {
                stream.view().bookmark(Bookmark.of(entry.data()));
            }
        } catch (StorageException e) {
            assertThat(e).hasMessageContaining(FILE.toString());
        }
    }

    @Test
    void aFlippedBitInTheNoteOfTheGenerationsBeginsANewHistory() {
        for (int position = 0; position < disk.content(FOLDER.generations()).length; position++) {
            byte[] before = disk.content(FOLDER.generations()).clone();
            flip(FOLDER.generations(), position, random.nextInt(8));
            try (DataStream stream = open()) {
                assertThat(stream.view().unchangedBefore(generation)).isEmpty();
                assertThat(StreamModel.entriesOf(stream.view())).isEqualTo(entries);
            }
            restore(FOLDER.generations(), before);
        }
    }

    @Test
    void aNoteOfARewriteThatIsDamagedRewritesNothing() throws IOException {
        byte[] fresh = new byte[300];
        PendingRewrite pending =
                new PendingRewrite(5, (long) PageLayout.HEADER_PAGE_LENGTH + 2 * (18 + 317) + 18 + 17, fresh);
        pending.begin(disk, FOLDER);
        byte[] note = disk.content(FOLDER.rewrite()).clone();
        for (int position = 0; position < note.length; position++) {
            for (int bit = 0; bit < 8; bit++) {
                restore(FOLDER.rewrite(), note);
                flip(FOLDER.rewrite(), position, bit);
                try (DataStream stream = open()) {
                    assertThat(stream.getEntry(5)).isEqualTo(entries.get(5));
                }
            }
        }
        restore(FOLDER.rewrite(), note);
        try (DataStream stream = open()) {
            assertThat(stream.getEntry(5).data()).as("the note itself is good").isEqualTo(fresh);
        }
    }

    private void restore(Path file, byte[] content) {
        try {
            disk.delete(file);
            disk.openToWrite(file).write(java.nio.ByteBuffer.wrap(content), 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
