package io.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads an input on a thread of its own, a little ahead. A read of standard input cannot be interrupted, and a command that
 * waits for its input must still hear that it should end.
 *
 * <p><b>Threading:</b> one thread takes.
 *
 * <p><b>Failure:</b> what the input fails with comes out of {@link #take}, after all that was read before.
 */
final class InputFeed implements AutoCloseable {
    private static final int CHUNK_LENGTH = 1 << 16;
    private static final int CHUNKS_AHEAD = 16;

    private final InputStream in;
    private final boolean owned;
    private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS_AHEAD);
    private final Thread reader;

    /** Some bytes; none at the end of the input, or when it failed. */
    record Chunk(byte[] bytes, @Nullable IOException failure) {
        boolean isEnd() {
            return bytes.length == 0 && failure == null;
        }
    }

    /** @param owned whether the input is closed with this */
    InputFeed(InputStream in, boolean owned) {
        this.in = in;
        this.owned = owned;
        reader = new Thread(this::read, "sluice-input");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        byte[] buffer = new byte[CHUNK_LENGTH];
        try {
            while (true) {
                Chunk chunk = readOne(buffer);
                chunks.put(chunk);
                if (chunk.bytes().length == 0) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // Nobody takes any more.
            Thread.currentThread().interrupt();
        }
    }

    private Chunk readOne(byte[] buffer) {
        try {
            int count = in.read(buffer);
            return new Chunk(Arrays.copyOf(buffer, Math.max(count, 0)), null);
        } catch (IOException e) {
            return new Chunk(new byte[0], e);
        }
    }

    /**
     * The next bytes; null when there are none within that time. Not to be called after the end.
     *
     * @throws IOException what the input failed with
     */
    @Nullable
    Chunk take(Duration patience) throws IOException {
        try {
            Chunk chunk = chunks.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (chunk != null && chunk.failure() != null) {
                throw chunk.failure();
            }
            return chunk;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() {
        reader.interrupt();
        if (owned) {
            try {
                in.close();
            } catch (IOException e) {
                // It was read only.
            }
        }
    }
}
