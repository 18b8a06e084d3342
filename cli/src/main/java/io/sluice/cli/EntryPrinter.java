package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.core.Entry;
import java.nio.ByteBuffer;

/** Writes entries in one of the formats. */
interface EntryPrinter {
    /**
     * Writes one entry.
     *
     * @param number unsigned
     * @param type unsigned
     * @param data what remains in it; its position stays
     */
    void print(long number, int type, ByteBuffer data);

    default void print(Entry entry) {
        print(entry.number(), entry.type(), ByteBuffer.wrap(entry.data()));
    }

    /** All operations are whole whose entries were printed. */
    default void endOperation() {}

    /** Writes the first entries of a batch. */
    default void print(EntryBatch batch, long count) {
        for (long i = 0; i < count && batch.advance(); i++) {
            print(batch.number(), batch.type(), batch.data());
        }
    }
}
