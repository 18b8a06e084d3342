package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A walk that goes on behind what is wrong. */
final class LenientWalkTest {
    private static final long LENGTH = 400_017;
    private static final long PAGE = 1 << 20;

    @TempDir
    Path folder;

    private Path file;
    private final List<Long> numbers = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
    private final List<String> damages = new ArrayList<>();

    /** Two entries on each of three pages, and one on the fourth. */
    @BeforeEach
    void createStream() {
        file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(file)) {
            stream.startAtomicOp();
            for (int i = 0; i < 7; i++) {
                stream.addStreamEntry(2, new byte[(int) LENGTH - 17]);
            }
            stream.commitAtomicOp();
        }
    }

    private static long position(int entry) {
        return 4096 + (long) (entry / 2) * PAGE + (long) (entry % 2) * LENGTH;
    }

    private void patch(long position, byte... bytes) throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(position);
            raw.write(bytes);
        }
    }

    private void walk(int maxEntries, int maxDamages) {
        numbers.clear();
        ends.clear();
        damages.clear();
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            stream.walk(new EntryVisitor() {
                @Override
                public boolean entry(long endPosition, Entry entry) {
                    numbers.add(entry.number());
                    ends.add(endPosition);
                    return numbers.size() < maxEntries;
                }

                @Override
                public boolean damage(long position, String what) {
                    damages.add(position + ": " + what);
                    return damages.size() < maxDamages;
                }
            });
        }
    }

    private void walk() {
        walk(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    @Test
    void givesAllEntriesOfAGoodFile() {
        walk();
        assertThat(numbers).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(ends.get(3)).isEqualTo(position(3) + LENGTH);
        assertThat(damages).isEmpty();
    }

    @Test
    void anyNumberWillDo() throws IOException {
        patch(position(3) + 9, ByteBuffer.allocate(8).putLong(77).array());
        patch(position(4) + 9, ByteBuffer.allocate(8).putLong(-1).array());
        walk();
        assertThat(numbers).containsExactly(0L, 1L, 2L, 77L, -1L, 5L, 6L);
        assertThat(damages).isEmpty();
    }

    @Test
    void goesOnBehindADamagedPage() throws IOException {
        patch(position(3), (byte) 7);
        walk();
        assertThat(numbers).containsExactly(0L, 1L, 2L, 4L, 5L, 6L);
        assertThat(damages)
                .containsExactly(position(3) + ": packet type 7 at position " + position(3)
                        + " where entry 3 was expected (2 is an entry, 0 padding)");

        patch(position(4) + 1, (byte) 0x7f);
        walk();
        assertThat(numbers).containsExactly(0L, 1L, 2L, 6L);
        assertThat(damages).hasSize(2);
        assertThat(damages.get(1)).startsWith(position(4) + ": entry 3 at position " + position(4) + " has length ");

        patch(position(2), (byte) 0);
        walk();
        assertThat(numbers).containsExactly(0L, 1L, 6L);
        assertThat(damages.get(0)).startsWith(position(2) + ": padding at position " + position(2));
    }

    @Test
    void paddingCannotBeTheEnd() throws IOException {
        patch(position(6), (byte) 0);
        walk();
        assertThat(numbers).hasSize(6);
        assertThat(damages).hasSize(1);
    }

    @Test
    void endsWhenTheVisitorHasEnough() throws IOException {
        walk(3, 9);
        assertThat(numbers).hasSize(3);
        assertThat(damages).isEmpty();
        patch(position(1), (byte) 7);
        patch(position(3), (byte) 7);
        walk(99, 1);
        assertThat(numbers).containsExactly(0L);
        assertThat(damages).hasSize(1);
    }

    @Test
    void aFileThatHoldsFewerEntriesThanItCountsIsDamaged() throws IOException {
        // The second entry of page 1 disappears behind padding.
        patch(position(3), (byte) 0);
        walk();
        assertThat(numbers).containsExactly(0L, 1L, 2L, 4L, 5L, 6L);
        assertThat(damages).containsExactly(position(6) + LENGTH + ": the header counts 7 entries, the file holds 6");
    }

    @Test
    void whatCannotBeReadEndsTheWalk() throws IOException {
        List<Long> seen = new ArrayList<>();
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
                raw.setLength(4096 + PAGE + 1000);
            }
            stream.walk(new EntryVisitor() {
                @Override
                public boolean entry(long endPosition, Entry entry) {
                    return seen.add(entry.number());
                }

                @Override
                public boolean damage(long position, String what) {
                    return damages.add(what);
                }
            });
        }
        assertThat(seen).containsExactly(0L, 1L);
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0))
                .startsWith("position " + (4096 + PAGE) + " cannot be read: the file ends at " + (4096 + PAGE + 1000));
    }
}
