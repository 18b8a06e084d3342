package io.sluice.cli;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSource;
import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.StreamView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps the end of a stream in a file of its own: raw entries, without the pages' padding. */
final class CutOff {
    private CutOff() {}

    /** Writes the entries that are to be kept. */
    @FunctionalInterface
    private interface Copy {
        void to(FileChannel target) throws IOException;
    }

    /**
     * Copies all entries from a position on, and forces them to the disk.
     *
     * @param target must not exist; what was written of it is deleted when that fails, or is to stop
     * @return bytes written
     */
    static long keep(StreamView view, Committed upTo, long position, Path target, StopRequest stop) {
        return keep(target, channel -> copy(view, upTo, position, channel, stop));
    }

    /**
     * Copies entries that a source is asked for one by one, and forces them to the disk.
     *
     * @param from the first one
     * @param to where they end
     * @param target must not exist; what was written of it is deleted when that fails, or is to stop
     * @return bytes written
     */
    static long keep(StreamSource source, long from, long to, Path target, StopRequest stop) {
        return keep(target, channel -> {
            for (long number = from; number < to; number++) {
                requireNoStop(stop);
                Entry entry = source.getEntry(number);
                ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + entry.data().length);
                EntryFormat.put(bytes, EntryFormat.PACKET_ENTRY, entry.type(), entry.number(), entry.data());
                writeAll(bytes.flip(), channel);
            }
        });
    }

    private static long keep(Path target, Copy entries) {
        try {
            try (FileChannel channel =
                    FileChannel.open(target, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                entries.to(channel);
                channel.force(true);
                Folders.force(target);
                return channel.size();
            } catch (IOException | RuntimeException e) {
                if (!(e instanceof java.nio.file.FileAlreadyExistsException)) {
                    Files.deleteIfExists(target);
                }
                throw e;
            }
        } catch (IOException e) {
            throw CommandFailure.failed(
                    "Nothing was removed, because it cannot be kept in " + target + ": " + Words.reason(e) + ".");
        }
    }

    private static void copy(StreamView view, Committed upTo, long from, FileChannel target, StopRequest stop)
            throws IOException {
        // As large as a page: the largest entry fits.
        ByteBuffer buffer = ByteBuffer.allocateDirect(EntryFormat.PAGE_LENGTH);
        long position = from;
        while (position < upTo.position()) {
            requireNoStop(stop);
            EntryChunk chunk = view.read(position, upTo.position(), upTo, buffer.clear());
            writeAll(buffer.flip(), target);
            position = chunk.nextPosition();
        }
    }

    private static void requireNoStop(StopRequest stop) {
        if (stop.isRequested()) {
            throw CommandFailure.interrupted("Interrupted; nothing was removed.");
        }
    }

    private static void writeAll(ByteBuffer bytes, FileChannel target) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
