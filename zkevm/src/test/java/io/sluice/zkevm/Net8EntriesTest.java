package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stream of a real sequencer. */
class Net8EntriesTest {
    private static List<Entry> entries;

    @BeforeAll
    static void read() {
        entries = Entries.net8();
    }

    @Test
    void theGenerationIsTold() {
        assertThat(Generation.detect(entries)).contains(Generation.PROTOBUF);
        for (Entry entry : entries.subList(1, 200)) {
            assertThat(Generation.detect(List.of(entry)).orElse(Generation.PROTOBUF))
                    .isEqualTo(Generation.PROTOBUF);
        }
    }

    @Test
    void everyMessageIsReadAndWrittenAgainByteForByte() {
        List<ZkevmEntry> typed = new ArrayList<>();
        for (Entry entry : entries) {
            ZkevmEntry one = Generation.PROTOBUF.decode(entry);
            typed.add(one);
            assertThat(one).isInstanceOfSatisfying(ProtobufEntry.class, message -> {
                assertThat(message.entryType()).isEqualTo(entry.type());
                assertThat(message.encode()).as("entry %s", entry).isEqualTo(entry.data());
            });
        }
        assertThat(typed).filteredOn(L2Block.class::isInstance).hasSize(11_318);
        assertThat(typed).filteredOn(L2BlockEnd.class::isInstance).hasSize(11_317);
        assertThat(typed).filteredOn(BatchStart.class::isInstance).hasSize(102);
        assertThat(typed).filteredOn(BatchEnd.class::isInstance).hasSize(101);
        assertThat(typed).filteredOn(Transaction.class::isInstance).hasSize(465);
        assertThat(typed).filteredOn(ZkevmBookmark.class::isInstance).hasSize(11_420);
        assertThat(typed.get(4)).isEqualTo(new BatchEnd(0, Bytes.fromHex("00".repeat(32)), stateRootOfGenesis()));
    }

    private static Bytes stateRootOfGenesis() {
        return Bytes.fromHex("ea8d1e415c7615b49413cb381afef93a0f1cd45c9b179af5fba9b90134d04966");
    }

    @Test
    void allBlocksAreWhole() {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        List<WholeBlock> blocks = new ArrayList<>();
        for (Entry entry : entries) {
            assembler.add(entry).ifPresent(blocks::add);
        }
        assertThat(assembler.flush()).isEmpty();

        assertThat(blocks).hasSize(11_318);
        for (int i = 0; i < blocks.size(); i++) {
            WholeBlock block = blocks.get(i);
            assertThat(block.header().number()).isEqualTo(i);
            assertThat(block.ended()).isEqualTo(i > 0);
            assertThat(block.batch()).isNotNull();
            assertThat(block.batch().number()).isEqualTo(block.header().batchNumber());
            assertThat(entries.get((int) block.firstEntry()).data())
                    .isEqualTo(Bookmarks.l2Block(i).toBytes());
        }
        assertThat(blocks.stream()
                        .mapToInt(block -> block.transactions().size())
                        .sum())
                .isEqualTo(465);
        assertThat(blocks.get(0).header().stateRoot()).isEqualTo(stateRootOfGenesis());
        assertThat(blocks.get(11_317).lastEntry()).isEqualTo(34_722);
    }

    @Test
    void allBatchesAreWholeButTheLast() {
        BatchAssembler assembler = BatchAssembler.strict(Generation.PROTOBUF);
        List<WholeBatch> batches = new ArrayList<>();
        for (Entry entry : entries) {
            assembler.add(entry).ifPresent(batches::add);
        }
        assertThat(batches).hasSize(101);
        batches.add(assembler.flush().orElseThrow());
        assertThat(batches.get(101).end()).isNull();
        for (int i = 0; i < batches.size(); i++) {
            assertThat(batches.get(i).start().number()).isEqualTo(i);
        }
        assertThat(batches.stream().mapToInt(batch -> batch.blocks().size()).sum())
                .isEqualTo(11_318);
        // The state after a batch is that after its last block.
        for (WholeBatch batch : batches.subList(0, 101)) {
            assertThat(batch.end()).isNotNull();
            assertThat(batch.blocks().get(batch.blocks().size() - 1).header().stateRoot())
                    .isEqualTo(batch.end().stateRoot());
        }
    }

    @Test
    void theAssemblyCanBeginAnywhere() {
        for (int from = 1; from < 3000; from += 7) {
            BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
            long last = -1;
            for (Entry entry : entries.subList(from, from + 60)) {
                WholeBlock block = assembler.add(entry).orElse(null);
                if (block != null) {
                    assertThat(block.firstEntry()).isGreaterThanOrEqualTo(from);
                    assertThat(last == -1 || block.header().number() == last + 1)
                            .isTrue();
                    last = block.header().number();
                }
            }
            assertThat(last).isPositive();
        }
    }
}
