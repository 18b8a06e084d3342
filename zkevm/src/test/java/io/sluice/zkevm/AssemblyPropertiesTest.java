package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever happens to the entries of a stream, a block or batch that is handed out is one that was written. */
class AssemblyPropertiesTest {
    private final Map<Long, WholeBlock> blocks = new HashMap<>();
    private final Map<Long, WholeBatch> batches = new HashMap<>();
    private final List<ZkevmException> faults = new ArrayList<>();

    /** Batches of some blocks with some transactions; with ends, or all without. */
    private static List<Entry> draw(SplittableRandom random) {
        boolean ends = random.nextBoolean();
        Entries entries = new Entries();
        long block = 0;
        for (long batch = 0; batch < 6; batch++) {
            entries.batchStart(batch);
            for (int i = random.nextInt(4); i > 0; i--) {
                entries.bookmark(Bookmarks.l2Block(block)).blockStart(block, batch);
                for (int j = random.nextInt(3); j > 0; j--) {
                    entries.transaction(block);
                }
                if (ends) {
                    entries.blockEnd(block);
                }
                block++;
            }
            entries.batchEnd(batch);
        }
        return entries.list();
    }

    private void remember(List<Entry> entries) {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        BatchAssembler batchAssembler = BatchAssembler.strict(Generation.PROTOBUF);
        for (Entry entry : entries) {
            assembler.add(entry).ifPresent(block -> blocks.put(block.header().number(), block));
            batchAssembler
                    .add(entry)
                    .ifPresent(batch -> batches.put(batch.start().number(), batch));
        }
        assertThat(assembler.flush()).isEmpty();
        assertThat(batches).hasSize(6);
    }

    @Property
    void missingEntriesCostTheBlocksTheyAreMissingFrom(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> entries = draw(random);
        remember(entries);
        entries.removeIf(entry -> random.nextInt(12) == 0);
        assertAllAreSound(entries);
    }

    @Property
    void badBytesCostTheBlocksTheyAreIn(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> entries = draw(random);
        remember(entries);
        entries.replaceAll(entry ->
                random.nextInt(12) == 0 ? new Entry(entry.number(), entry.type(), new byte[] {(byte) 0xff}) : entry);
        assertAllAreSound(entries);
    }

    @Property
    void anyBeginningWillDo(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> entries = draw(random);
        remember(entries);
        assertAllAreSound(entries.subList(random.nextInt(entries.size()), entries.size()));
        assertThat(faults).isEmpty();
    }

    private void assertAllAreSound(List<Entry> entries) {
        BlockAssembler assembler = BlockAssembler.goingOn(Generation.PROTOBUF, faults::add);
        BatchAssembler batchAssembler = BatchAssembler.goingOn(Generation.PROTOBUF, fault -> {});
        for (Entry entry : entries) {
            assembler.add(entry).ifPresent(this::assertSound);
            batchAssembler.add(entry).ifPresent(batch -> {
                WholeBatch whole = batches.get(batch.start().number());
                assertThat(batch.end()).isEqualTo(whole.end());
                assertThat(batch.blocks()).hasSameSizeAs(whole.blocks());
                batch.blocks().forEach(this::assertSound);
            });
        }
    }

    /** It may have lost its bookmark, and the start of its batch; nothing else. */
    private void assertSound(WholeBlock block) {
        WholeBlock whole = blocks.get(block.header().number());
        assertThat(block.header()).isEqualTo(whole.header());
        assertThat(block.transactions()).isEqualTo(whole.transactions());
        assertThat(block.lastEntry()).isEqualTo(whole.lastEntry());
        assertThat(block.firstEntry()).isBetween(whole.firstEntry(), whole.firstEntry() + 1);
    }
}
