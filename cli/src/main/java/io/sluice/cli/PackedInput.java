package io.sluice.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An input that may be packed with gzip, which its first bytes tell. They are read when somebody reads, and not before:
 * standard input may keep one waiting.
 *
 * <p><b>Threading:</b> one thread reads; {@link #taken} may be called by any.
 */
final class PackedInput extends InputStream {
    private static final int BUFFER_LENGTH = 1 << 16;
    private static final int FIRST_MAGIC_BYTE = 0x1f;
    private static final int SECOND_MAGIC_BYTE = 0x8b;

    private final Counted in;
    private @Nullable InputStream plain;

    PackedInput(InputStream in) {
        this.in = new Counted(in);
    }

    @Override
    public int read() throws IOException {
        return plain().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return plain().read(target, offset, length);
    }

    private InputStream plain() throws IOException {
        if (plain == null) {
            PushbackInputStream whole = new PushbackInputStream(in, 2);
            byte[] magic = whole.readNBytes(2);
            whole.unread(magic);
            boolean packed = magic.length == 2
                    && (magic[0] & 0xff) == FIRST_MAGIC_BYTE
                    && (magic[1] & 0xff) == SECOND_MAGIC_BYTE;
            plain = packed ? new GZIPInputStream(whole, BUFFER_LENGTH) : whole;
        }
        return plain;
    }

    /** How many bytes were read of it, packed ones if it is packed. */
    long taken() {
        return in.count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Counts what is read. */
    private static final class Counted extends FilterInputStream {
        /** Written by the thread that reads. */
        private volatile long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            add(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            add(Math.max(read, 0));
            return read;
        }

        // One thread writes it.
        @SuppressWarnings("NonAtomicVolatileUpdate")
        private void add(int read) {
            count += read;
        }
    }
}
