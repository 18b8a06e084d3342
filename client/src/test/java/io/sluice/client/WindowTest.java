package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The last entries, however they came in batches. */
final class WindowTest {
    private static EntryBatch batch(List<Entry> entries, byte[] junk) {
        byte[][] parts = new byte[entries.size() + 1][];
        parts[0] = junk;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            parts[i + 1] = ScriptedServer.entry(entry.number(), entry.type(), entry.data());
        }
        ByteBuffer bytes = ByteBuffer.wrap(ScriptedServer.join(parts)).position(junk.length);
        return EntrySequence.after(new Window(entries.get(0).number())).take(bytes);
    }

    @Property(tries = 200)
    void holdsTheLastEntriesHoweverTheyAreCutIntoBatches(
            @ForAll long anywhere, @ForAll @IntRange(min = 1, max = 1200) int count, @ForAll long seed) {
        // No stream reaches 2^64-1.
        long first = Long.compareUnsigned(anywhere, -2000) < 0 ? anywhere : anywhere - 2000;
        Random random = new Random(seed);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[random.nextInt(4)];
            random.nextBytes(data);
            entries.add(new Entry(first + i, random.nextInt(3), data));
        }
        Window cut = new Window(first);
        for (int at = 0; at < count; ) {
            int end = Math.min(count, at + 1 + random.nextInt(700));
            cut.add(batch(entries.subList(at, end), new byte[random.nextInt(5)]));
            at = end;
        }
        Window whole = new Window(first);
        whole.add(batch(entries, new byte[0]));
        int held = Math.min(count, Window.CAPACITY);
        assertThat(cut.next()).isEqualTo(first + count);
        assertThat(cut.count()).isEqualTo(held);
        assertThat(cut.digest(held)).isEqualTo(whole.digest(held));
        assertThat(cut.firstDifference(whole, held)).isEqualTo(cut.next());
        assertThat(cut.holds(cut.next())).isFalse();
        assertThat(cut.holds(cut.next() - held - 1)).isFalse();
        for (int i = count - held; i < count; i++) {
            Entry entry = entries.get(i);
            assertThat(cut.holds(entry.number())).isTrue();
            assertThat(cut.matches(
                            ByteBuffer.wrap(ScriptedServer.entry(entry.number(), entry.type(), entry.data())), 0))
                    .isTrue();
        }
        Entry last = entries.get(count - held);
        entries.set(count - held, new Entry(last.number(), last.type() + 1, last.data()));
        Window other = new Window(first);
        other.add(batch(entries, new byte[0]));
        assertThat(cut.firstDifference(other, held)).isEqualTo(last.number());
        assertThat(cut.snapshot().digest(held)).isEqualTo(cut.digest(held));
    }

    @Property
    void eachBitOfAnEntryCounts(@ForAll long anywhere, @ForAll int type, @ForAll byte[] data, @ForAll int bit) {
        long number = anywhere == -1 ? 0 : anywhere;
        byte[] bytes = ScriptedServer.entry(number, type, data);
        Window window = new Window(number);
        window.add(batch(List.of(new Entry(number, type, data)), new byte[0]));
        // The packet type depends on the way, and length and number are checked before.
        int[] parts = {5, 6, 7, 8};
        int at = data.length == 0 ? parts[Math.floorMod(bit, 4)] : 17 + Math.floorMod(bit, data.length);
        bytes[at] ^= (byte) (1 << Math.floorMod(bit, 8));
        assertThat(window.matches(ByteBuffer.wrap(bytes), 0)).isFalse();
    }
}
