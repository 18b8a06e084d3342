package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is skimmed is what is read. */
class ProtobufSkimTest {
    private static ZkevmEntry numbersOf(ZkevmEntry read) {
        return read instanceof L2Block block
                ? L2Block.builder(block.number(), block.batchNumber())
                        .timestamp(block.timestamp())
                        .build()
                : read;
    }

    private static Optional<ZkevmEntry> read(Entry entry) {
        try {
            return Optional.of(numbersOf(Generation.PROTOBUF.decode(entry)));
        } catch (ZkevmException.BadEntry e) {
            return Optional.empty();
        }
    }

    private static Optional<ZkevmEntry> skim(Entry entry) {
        try {
            return Optional.of(numbersOf(ProtobufSkim.decode(entry)));
        } catch (ZkevmException.BadEntry e) {
            return Optional.empty();
        }
    }

    @Test
    void ofEveryEntryOfARealStream() {
        for (Entry entry : Entries.net8()) {
            assertThat(skim(entry)).as("%s", entry).isEqualTo(read(entry));
        }
    }

    @Test
    void ofBytesThatAreWrong() {
        List<Entry> entries = Entries.net8().subList(0, 300);
        SplittableRandom random = new SplittableRandom(7);
        int bad = 0;
        for (int i = 0; i < 100_000; i++) {
            Entry entry = entries.get(random.nextInt(entries.size()));
            byte[] data = entry.data().clone();
            for (int j = random.nextInt(3); data.length > 0 && j >= 0; j--) {
                data[random.nextInt(Math.min(data.length, 24))] = (byte) random.nextInt();
            }
            int type = random.nextInt(4) == 0 ? EntryTypes.L2_BLOCK : entry.type();
            Entry changed = new Entry(0, type, data);
            assertThat(skim(changed)).as("%s", changed).isEqualTo(read(changed));
            bad += read(changed).isEmpty() ? 1 : 0;
        }
        assertThat(bad).isBetween(1000, 99_000);
    }

    @Test
    void ofAMessageWithin() {
        byte[] good = {8, 7, 114, 3, 10, 1, 'x'};
        byte[] bad = {8, 7, 114, 3, 10, 9, 'x'};
        assertThat(skim(new Entry(0, EntryTypes.L2_BLOCK, good))).isPresent();
        assertThat(skim(new Entry(0, EntryTypes.L2_BLOCK, bad))).isEmpty();
        // In an end of a block the same field is unknown, and so are its bytes.
        assertThat(skim(new Entry(0, EntryTypes.L2_BLOCK_END, bad)))
                .contains(new L2BlockEnd(7))
                .isEqualTo(read(new Entry(0, EntryTypes.L2_BLOCK_END, bad)));
    }
}
