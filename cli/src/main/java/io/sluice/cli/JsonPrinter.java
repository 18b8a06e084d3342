package io.sluice.cli;

import java.nio.ByteBuffer;

/** A line with a JSON object: number and type, unsigned, and the data in hex. */
final class JsonPrinter implements EntryPrinter {
    private final Output out;

    JsonPrinter(Output out) {
        this.out = out;
    }

    @Override
    public void print(long number, int type, ByteBuffer data) {
        printObject(number, type, data);
        out.put('\n');
    }

    /** Writes the object without the end of the line. */
    void printObject(long number, int type, ByteBuffer data) {
        out.put("{\"number\":").putUnsigned(number);
        out.put(",\"type\":").putUnsigned(Integer.toUnsignedLong(type));
        out.put(",\"data\":\"").putHex(data, data.remaining()).put("\"}");
    }
}
