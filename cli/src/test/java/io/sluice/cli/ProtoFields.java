package io.sluice.cli;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** The fields of a protobuf message by their numbers, read without the library: what the tests compare with. */
final class ProtoFields {
    private final Map<Integer, Long> numbers = new HashMap<>();
    private final Map<Integer, String> bytes = new HashMap<>();

    ProtoFields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message);
        while (in.hasRemaining()) {
            int key = (int) varint(in);
            if ((key & 7) == 0) {
                numbers.put(key >> 3, varint(in));
            } else {
                assert (key & 7) == 2;
                byte[] value = new byte[(int) varint(in)];
                in.get(value);
                bytes.put(key >> 3, HexFormat.of().formatHex(value));
            }
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    long number(int field) {
        return numbers.getOrDefault(field, 0L);
    }

    /** In hex, as the commands write it. */
    String bytes(int field) {
        return "0x" + bytes.getOrDefault(field, "");
    }
}
