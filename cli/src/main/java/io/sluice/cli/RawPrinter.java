package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;

/** The entries' own bytes, as they lie in a stream file without its padding. */
final class RawPrinter implements EntryPrinter {
    private final Output out;
    private final ByteBuffer header = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);

    RawPrinter(Output out) {
        this.out = out;
    }

    @Override
    public void print(long number, int type, ByteBuffer data) {
        int length = EntryFormat.HEADER_LENGTH + data.remaining();
        EntryFormat.putHeader(header, 0, EntryFormat.PACKET_ENTRY, length, type, number);
        out.write(header.clear());
        out.write(data.duplicate());
    }

    @Override
    public void print(EntryBatch batch, long count) {
        if (count >= batch.count()) {
            out.write(batch.bytes());
        } else {
            EntryPrinter.super.print(batch, count);
        }
    }
}
