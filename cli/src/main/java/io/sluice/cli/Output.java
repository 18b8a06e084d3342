package io.sluice.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Where results go: a buffer before a channel. Numbers and hex digits are written without making strings of them, for
 * there can be millions.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link OutputException} for the first write that fails; later ones do nothing.
 */
final class Output implements AutoCloseable {
    private static final int CAPACITY = 1 << 16;
    private static final int MAX_DIGITS = 20;
    private static final short[] HEX = new short[256];

    static {
        String digits = "0123456789abcdef";
        for (int i = 0; i < HEX.length; i++) {
            HEX[i] = (short) ((digits.charAt(i >> 4) << 8) | digits.charAt(i & 15));
        }
    }

    private final WritableByteChannel channel;
    private final String name;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
    private final byte[] digits = new byte[MAX_DIGITS];
    private boolean broken;

    /**
     * @param channel closed with this
     * @param name what it is called when it fails
     */
    Output(WritableByteChannel channel, String name) {
        this.channel = channel;
        this.name = name;
    }

    Output put(char ascii) {
        makeRoom(1);
        buffer.put((byte) ascii);
        return this;
    }

    Output put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(ByteBuffer.wrap(bytes));
        return this;
    }

    Output line(String text) {
        return put(text).put('\n');
    }

    /** Writes text, and spaces before it up to a width. */
    Output putRight(String ascii, int width) {
        return spaces(width - ascii.length()).put(ascii);
    }

    Output spaces(int count) {
        for (int i = 0; i < count; i++) {
            put(' ');
        }
        return this;
    }

    /** Writes an unsigned number, and spaces before it up to a width. */
    Output putUnsigned(long number, int width) {
        if (number < 0) {
            return putRight(Long.toUnsignedString(number), width);
        }
        int start = MAX_DIGITS;
        long rest = number;
        do {
            digits[--start] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        spaces(width - (MAX_DIGITS - start));
        makeRoom(MAX_DIGITS);
        buffer.put(digits, start, MAX_DIGITS - start);
        return this;
    }

    Output putUnsigned(long number) {
        return putUnsigned(number, 0);
    }

    /** Writes the first bytes of a buffer, from its position on, as hex digits. Leaves its position. */
    Output putHex(ByteBuffer bytes, int count) {
        int start = bytes.position();
        for (int i = 0; i < count; i++) {
            makeRoom(2);
            buffer.putShort(HEX[bytes.get(start + i) & 0xff]);
        }
        return this;
    }

    /** Writes what remains in a buffer, as it is. */
    void write(ByteBuffer bytes) {
        if (bytes.remaining() > buffer.remaining()) {
            drain();
        }
        if (bytes.remaining() > buffer.remaining()) {
            send(bytes);
        } else {
            buffer.put(bytes);
        }
    }

    /** Whether something could not be written, so that what was written later is not there either. */
    boolean isBroken() {
        return broken;
    }

    void flush() {
        if (buffer.position() > 0) {
            drain();
        }
    }

    private void makeRoom(int count) {
        if (buffer.remaining() < count) {
            drain();
        }
    }

    private void drain() {
        buffer.flip();
        try {
            send(buffer);
        } finally {
            buffer.clear();
        }
    }

    private void send(ByteBuffer bytes) {
        if (broken) {
            return;
        }
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            broken = true;
            throw new OutputException(name, e);
        }
    }

    /** Flushes, and closes the channel. */
    @Override
    public void close() {
        // Closed in any case, and the first failure is the one that is told.
        try (channel) {
            flush();
        } catch (IOException e) {
            throw new OutputException(name, e);
        }
    }
}
