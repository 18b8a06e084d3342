package io.sluice.cli;

import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A made-up chain in the shape of a zkEVM's: a seed tells all of its blocks, so that whoever receives them can make them
 * again and compare.
 *
 * <p><b>Threading:</b> one thread.
 */
final class DemoChain {
    static final int TYPE_BATCH_START = 1;
    static final int TYPE_BLOCK = 2;
    static final int TYPE_TRANSACTION = 3;
    static final int TYPE_BLOCK_END = 6;

    private static final int BLOCKS_PER_BATCH = 10;
    private static final byte BATCH_BOOKMARK = 1;
    private static final byte BLOCK_BOOKMARK = 2;
    private static final int BLOCK_LENGTH = 200;
    private static final int MAX_TRANSACTIONS = 4;
    private static final int MIN_TRANSACTION_LENGTH = 100;
    private static final int MAX_TRANSACTION_LENGTH = 300;

    private final SplittableRandom random;
    private long nextBlock;

    DemoChain(long seed) {
        random = new SplittableRandom(seed);
    }

    /** An entry that is to be added, or is expected. */
    record PlannedEntry(int type, byte[] data) {}

    /**
     * A block: what one atomic operation holds.
     *
     * @param number from 0
     * @param batch from 0; its first block's operation begins with the batch's own bookmark and start
     */
    record Block(long number, long batch, List<PlannedEntry> entries) {
        int dataLength() {
            return entries.stream().mapToInt(entry -> entry.data().length).sum();
        }
    }

    Block next() {
        long number = nextBlock++;
        long batch = number / BLOCKS_PER_BATCH;
        List<PlannedEntry> entries = new ArrayList<>();
        if (number % BLOCKS_PER_BATCH == 0) {
            entries.add(bookmark(BATCH_BOOKMARK, batch));
            entries.add(entry(TYPE_BATCH_START, batch, 2 * Long.BYTES));
        }
        entries.add(bookmark(BLOCK_BOOKMARK, number));
        entries.add(entry(TYPE_BLOCK, number, BLOCK_LENGTH));
        int transactions = random.nextInt(1, MAX_TRANSACTIONS + 1);
        for (int i = 0; i < transactions; i++) {
            int length = random.nextInt(MIN_TRANSACTION_LENGTH, MAX_TRANSACTION_LENGTH + 1);
            entries.add(entry(TYPE_TRANSACTION, number, length));
        }
        entries.add(entry(TYPE_BLOCK_END, number, Long.BYTES));
        return new Block(number, batch, entries);
    }

    private static PlannedEntry bookmark(byte kind, long number) {
        ByteBuffer data = ByteBuffer.allocate(1 + Long.BYTES);
        data.put(kind).putLong(number);
        return new PlannedEntry(EntryFormat.TYPE_BOOKMARK, data.array());
    }

    /** A number, then bytes that cannot be guessed without the seed. */
    private PlannedEntry entry(int type, long number, int length) {
        ByteBuffer data = ByteBuffer.allocate(length);
        data.putLong(number);
        while (data.remaining() >= Long.BYTES) {
            data.putLong(random.nextLong());
        }
        while (data.hasRemaining()) {
            data.put((byte) random.nextInt());
        }
        return new PlannedEntry(type, data.array());
    }
}
