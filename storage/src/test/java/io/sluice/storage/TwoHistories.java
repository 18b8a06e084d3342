package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.testing.LogLines;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A stream whose entries come from one of two histories, of the same lengths. */
abstract class TwoHistories {
    static final Path FILE = Path.of("/simulated/stream.bin");
    static final int PAGE_LENGTH = 4096;

    @RegisterExtension
    final LogLines opened = new LogLines(Opening.class);

    final SimulatedDisk disk = new SimulatedDisk();
    final SimulatedIndex index = new SimulatedIndex();

    DataStream open() {
        return open(ForcePolicy.ALWAYS);
    }

    DataStream open(ForcePolicy policy) {
        return DataStream.open(
                FILE,
                DataStreamOptions.defaults().withForcePolicy(policy),
                new Seams(
                        disk,
                        System::nanoTime,
                        path -> index.open(),
                        new PageLayout(PAGE_LENGTH),
                        new Random(1)::nextLong,
                        false));
    }

    /** The entry of this number in a history: of a length that does not depend on the history. */
    static Entry entry(long number, int history) {
        if (number % 5 == 0) {
            return new Entry(
                    number,
                    EntryFormat.TYPE_BOOKMARK,
                    ByteBuffer.allocate(9).put((byte) history).putLong(number).array());
        }
        byte[] data = new byte[(int) (number * 31 % 700)];
        new Random(number + history).nextBytes(data);
        return new Entry(number, 2, data);
    }

    static ByteBuffer bytes(long first, long after, int history) {
        ByteBuffer bytes = ByteBuffer.allocate((int) (after - first) * 800);
        for (long number = first; number < after; number++) {
            Entry entry = entry(number, history);
            EntryFormat.put(bytes, EntryFormat.PACKET_ENTRY, entry.type(), number, entry.data());
        }
        return bytes.flip();
    }

    static List<Entry> entries(long after, int history) {
        List<Entry> entries = new ArrayList<>();
        for (long number = 0; number < after; number++) {
            entries.add(entry(number, history));
        }
        return entries;
    }

    static void add(DataStream stream, long after, int history) {
        stream.openOperation().add(bytes(stream.openOperation().nextNumber(), after, history));
    }

    static void commit(DataStream stream, long after, int history) {
        stream.startAtomicOp();
        add(stream, after, history);
        stream.commitAtomicOp();
    }

    static void assertHolds(DataStream stream, long after, int history) {
        assertThat(stream.getHeader().totalEntries()).isEqualTo(after);
        assertThat(StreamModel.entriesOf(stream.view())).isEqualTo(entries(after, history));
        long last = (after - 1) / 5 * 5;
        assertThat(stream.getBookmark(Bookmark.of(entry(last, history).data()))).isEqualTo(last);
    }

    /** The open operation has these entries of the first history, as they would lie in the file. */
    static void assertReads(DataStream stream, long first, long after) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        long next = first;
        while (next < after) {
            ByteBuffer page = ByteBuffer.allocate(PAGE_LENGTH);
            long read = stream.openOperation().read(next, page);
            assertThat(read).isGreaterThan(next);
            next = read;
            all.put(page.flip());
        }
        assertThat(next).isEqualTo(after);
        assertThat(all.flip()).isEqualTo(bytes(first, after, 1));
    }

    /** Those of so many entries of the history are found, and no others. */
    static void assertBookmarks(DataStream stream, long entries, int history) {
        assertThat(stream.getHeader().totalEntries()).isEqualTo(entries);
        for (long number = 0; number < entries + 300; number += 5) {
            assertThat(stream.view().bookmark(Bookmark.of(entry(number, history).data())))
                    .isEqualTo(number < entries ? OptionalLong.of(number) : OptionalLong.empty());
            assertThat(stream.view()
                            .bookmark(Bookmark.of(entry(number, 3 - history).data())))
                    .isEmpty();
        }
    }
}
