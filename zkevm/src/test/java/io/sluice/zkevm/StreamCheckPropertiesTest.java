package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sluice.core.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The check and the assembly agree about what cannot be. */
class StreamCheckPropertiesTest {
    private final List<StreamFault> faults = new ArrayList<>();

    private void check(List<Entry> entries) {
        faults.clear();
        StreamCheck check = new StreamCheck(faults::add);
        entries.forEach(check::add);
        check.finish();
    }

    private static List<Entry> draw(SplittableRandom random, boolean ends) {
        Entries entries = new Entries();
        long block = 1;
        for (long batch = 1; batch < 7; batch++) {
            entries.batchStart(batch);
            for (int i = random.nextInt(4); i > 0; i--) {
                entries.bookmark(Bookmarks.l2Block(block)).blockStart(block, batch);
                for (int j = random.nextInt(3); j > 0; j--) {
                    entries.add(new Transaction(block, Bytes.of((byte) j), 255, Bytes.EMPTY));
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

    private static List<Entry> renumbered(List<Entry> entries) {
        List<Entry> numbered = new ArrayList<>();
        entries.forEach(entry -> numbered.add(new Entry(numbered.size(), entry.type(), entry.data())));
        return numbered;
    }

    private static void damage(List<Entry> entries, SplittableRandom random) {
        int at = random.nextInt(entries.size());
        switch (random.nextInt(4)) {
            case 0 -> entries.remove(at);
            case 1 -> entries.add(at, entries.get(random.nextInt(entries.size())));
            case 2 ->
                entries.set(at, new Entry(0, entries.get(at).type(), new byte[] {8, (byte) random.nextInt(8), 16, 3}));
            default -> entries.add(at, entries.remove(random.nextInt(entries.size())));
        }
    }

    @Property
    void whatIsRightHasNoFault(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        check(draw(random, random.nextBoolean()));
        assertThat(faults).isEmpty();
    }

    @Property
    void whatTheAssemblyRefusesTheCheckReports(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> entries = draw(random, random.nextBoolean());
        damage(entries, random);
        damage(entries, random);
        List<Entry> damaged = renumbered(entries);
        check(damaged);
        if (faults.isEmpty()) {
            BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
            assertThatCode(() -> damaged.forEach(assembler::add)).doesNotThrowAnyException();
        }
    }

    /** Even something that stands where nothing of it is right. */
    @Property
    void oneFaultIsFewFaults(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> entries = draw(random, true);
        damage(entries, random);
        check(renumbered(entries));
        assertThat(faults).hasSizeLessThanOrEqualTo(6);
    }
}
