package io.sluice.storage;

import static io.sluice.storage.LoggedStream.FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A copy is one moment of the stream, and has its pages. */
final class StreamCopyTest {
    private static final PageLayout LAYOUT = new PageLayout(LoggedStream.PAGE_LENGTH);

    private final LoggedStream logged = new LoggedStream();

    /** Does something while a copy is made, when it has come to a page. */
    private interface Meanwhile {
        void at(long position) throws IOException;
    }

    private byte[] copy(Meanwhile meanwhile) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ReadOnlyStream stream = ReadOnlyStream.open(FILE, logged.seams())) {
            StreamFileWriter writer = new StreamFileWriter(Channels.newChannel(out), LAYOUT);
            StreamHeader header = stream.copyTo(writer, (bytes, total) -> {
                try {
                    meanwhile.at(bytes);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            return withFirstPage(out, writer.finish(header));
        }
    }

    private static byte[] withFirstPage(ByteArrayOutputStream out, ByteBuffer page) {
        byte[] bytes = out.toByteArray();
        page.get(bytes, 0, page.remaining());
        return bytes;
    }

    private void assertCopied(byte[] copy, byte[] original, int length) {
        assertThat(Arrays.copyOf(copy, length)).isEqualTo(Arrays.copyOf(original, length));
        assertThat(LAYOUT.offset(copy.length)).as("whole pages").isZero();
        assertThat(copy.length).isGreaterThan(length);
        assertThat(copy[length]).isZero();
    }

    @Test
    void aCopyIsTheFileUpToItsEnd() throws IOException {
        Random random = new Random(5);
        try (DataStream stream = logged.open()) {
            for (int op = 0; op < 50; op++) {
                logged.commit(stream, random.nextInt(3000), random.nextInt(100), random.nextInt(4079));
                int end = (int) stream.getHeader().totalLength();
                assertCopied(copy(at -> {}), logged.copy(FILE), end);
            }
        }
    }

    @Test
    void pagesThatEndEarlyAndFullOnesAreKept() throws IOException {
        try (DataStream stream = logged.open()) {
            assertCopied(copy(at -> {}), logged.copy(FILE), 4096);
            logged.commit(stream, 100, 4000, 4096 - 17, 4000);
            assertCopied(
                    copy(at -> {}), logged.copy(FILE), (int) stream.getHeader().totalLength());
            // Ends where a page begins, and what follows has room before it.
            stream.truncate(1);
            assertThat(stream.getHeader().totalLength()).isEqualTo(8192);
            assertCopied(copy(at -> {}), logged.copy(FILE), 8192);
            logged.commit(stream, 5);
            assertCopied(copy(at -> {}), logged.copy(FILE), 8192 + 17 + 5);
            logged.commit(stream, 4096 - 22 - 17);
            assertThat(stream.getHeader().totalLength()).isEqualTo(3 * 4096);
            assertCopied(copy(at -> {}), logged.copy(FILE), 3 * 4096);
        }
    }

    @Test
    void entriesFromElsewhereAreLaidOutAsAStreamDoes() throws IOException {
        Random random = new Random(6);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StreamFileWriter writer = new StreamFileWriter(Channels.newChannel(out), LAYOUT);
        try (DataStream stream = logged.open()) {
            for (int op = 0; op < 200; op++) {
                logged.commit(stream, random.nextInt(4080), random.nextInt(300));
            }
            for (Entry entry : StreamModel.entriesOf(stream.view())) {
                ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + entry.data().length + 3);
                bytes.position(3);
                EntryFormat.put(bytes, EntryFormat.PACKET_ENTRY, entry.type(), entry.number(), entry.data());
                writer.add(bytes, 3);
            }
            StreamHeader header = stream.getHeader();
            assertThat(writer.position()).isEqualTo(header.totalLength());
            assertThat(writer.entries()).isEqualTo(header.totalEntries());
            assertCopied(withFirstPage(out, writer.finish(header)), logged.copy(FILE), (int) header.totalLength());
        }
    }

    @Test
    void anEntryOutOfOrderIsRefused() throws IOException {
        StreamFileWriter writer = new StreamFileWriter(Channels.newChannel(new ByteArrayOutputStream()), LAYOUT);
        ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        EntryFormat.put(bytes, EntryFormat.PACKET_ENTRY, 2, 1, new byte[0]);
        assertThatThrownBy(() -> writer.add(bytes, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Entry 0 was expected", "number 1");
    }

    @Test
    void whatIsCommittedMeanwhileIsNotInTheCopy() throws IOException {
        try (DataStream stream = logged.open()) {
            logged.commit(stream, 3000, 3000, 3000);
            int end = (int) stream.getHeader().totalLength();
            byte[] before = logged.copy(FILE);
            byte[] copy = copy(at -> logged.commit(stream, 500));
            assertCopied(copy, before, end);
            assertThat(stream.getHeader().totalEntries()).isGreaterThan(4);
        }
    }

    @Test
    void aCutOrAChangeMeanwhileIsNoticed() {
        for (int entry = 0; entry < 3; entry++) {
            int number = entry;
            assertNoticed(stream -> stream.truncate(number));
            assertNoticed(stream -> {
                stream.truncate(number);
                logged.commit(stream, 3000, 3000, 3000, 3000);
            });
            assertNoticed(stream -> stream.rewriteCommittedEntry(number, 2, logged.bytes(3000)));
        }
    }

    private interface Change {
        void of(DataStream stream);
    }

    private void assertNoticed(Change change) {
        for (int position : new int[] {4096, 8192, 12_288}) {
            try (DataStream stream = logged.open()) {
                stream.truncate(0);
                logged.commit(stream, 3000, 3000, 3000);
                assertThatThrownBy(() -> copy(at -> {
                            if (at == position) {
                                change.of(stream);
                            }
                        }))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("was cut or changed while it was copied");
            }
        }
    }

    @Test
    void aCutByAnotherProgramMeanwhileIsNoticedAlsoWhenTheStreamHasGrownAgain() {
        try (DataStream stream = logged.open()) {
            logged.commit(stream, 3000, 3000, 3000);
        }
        assertThatThrownBy(() -> copy(at -> {
                    if (at == 8192) {
                        logged.endForeign(8192, 1);
                        logged.appendForeign(3000);
                        logged.appendForeign(3000);
                        logged.appendForeign(3000);
                    }
                }))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("was cut or changed while it was copied");
    }

    @Test
    void aDamagedFileIsNotCopied() {
        logged.commitAlone(3000, 3000);
        logged.flip(FILE, 4096, 0);
        assertThatThrownBy(() -> copy(at -> {}))
                .isInstanceOf(StorageException.Corrupt.class)
                .hasMessageContaining("position 4096");
    }
}
