package io.sluice.cli;

import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;

/** A line for people: number, type, length of the data in bytes, and the data's beginning in hex. */
final class TextPrinter implements EntryPrinter {
    private static final int NUMBER_WIDTH = 10;
    private static final int TYPE_WIDTH = 10;
    private static final int LENGTH_WIDTH = 9;
    private static final int SHOWN_BYTES = 20;

    private final Output out;

    TextPrinter(Output out) {
        this.out = out;
    }

    @Override
    public void print(long number, int type, ByteBuffer data) {
        out.putUnsigned(number, NUMBER_WIDTH).spaces(2);
        if (type == EntryFormat.TYPE_BOOKMARK) {
            out.putRight("bookmark", TYPE_WIDTH);
        } else {
            out.putUnsigned(Integer.toUnsignedLong(type), TYPE_WIDTH);
        }
        int length = data.remaining();
        out.putUnsigned(length, LENGTH_WIDTH).put(" B");
        if (length > 0) {
            out.spaces(2).putHex(data, Math.min(length, SHOWN_BYTES));
        }
        if (length > SHOWN_BYTES) {
            out.put("…");
        }
        out.put('\n');
    }
}
