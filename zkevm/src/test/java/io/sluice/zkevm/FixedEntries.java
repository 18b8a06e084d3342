package io.sluice.zkevm;

import io.sluice.core.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Makes sequences of entries of a fixed layout for tests. */
final class FixedEntries {
    private final Generation generation;
    private final ByteOrder order;
    private final Entries entries;

    FixedEntries(Generation generation) {
        this(generation, 0);
    }

    FixedEntries(Generation generation, long first) {
        this.generation = generation;
        this.order = generation == Generation.BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        this.entries = new Entries(first);
    }

    List<Entry> list() {
        return entries.list();
    }

    /** The start of a block, with its bookmark. */
    FixedEntries start(long batch, long block) {
        blockBookmark(block);
        return bareStart(batch, block);
    }

    FixedEntries bareStart(long batch, long block) {
        int length = generation == Generation.BIG_ENDIAN ? 122 : 78;
        ByteBuffer data = ByteBuffer.allocate(length).order(order);
        data.putLong(batch).putLong(block).putLong(1_700_000_000);
        entries.raw(1, data.array());
        return this;
    }

    FixedEntries transaction() {
        ByteBuffer data = ByteBuffer.allocate(38 + 1).order(order);
        data.put((byte) 255).put((byte) 1).position(34).putInt(1).put((byte) 0xc0);
        // The root after it is another one each time.
        data.put(2, (byte) entries.list().size());
        entries.raw(2, data.array());
        return this;
    }

    FixedEntries end(long block) {
        ByteBuffer data = ByteBuffer.allocate(72).order(order);
        data.putLong(block).put(8, (byte) 0xaa).put(40, (byte) 0xbb);
        entries.raw(3, data.array());
        return this;
    }

    FixedEntries update(long batch) {
        ByteBuffer data = ByteBuffer.allocate(generation == Generation.BIG_ENDIAN ? 106 : 102)
                .order(order);
        entries.raw(4, data.putLong(batch).array());
        return this;
    }

    FixedEntries batchBookmark(long batch) {
        entries.bookmark(Bookmarks.batch(generation, batch));
        return this;
    }

    FixedEntries blockBookmark(long block) {
        entries.bookmark(Bookmarks.l2Block(generation, block));
        return this;
    }
}
