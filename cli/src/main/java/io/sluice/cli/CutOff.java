package io.sluice.cli;

import io.sluice.core.EntryFormat;
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

    /**
     * Copies all entries from a position on, and forces them to the disk.
     *
     * @param target must not exist; what was written of it is deleted when that fails, or is to stop
     * @return bytes written
     */
    static long keep(StreamView view, Committed upTo, long position, Path target, StopRequest stop) {
        try {
            try (FileChannel channel =
                    FileChannel.open(target, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                copy(view, upTo, position, channel, stop);
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
            if (stop.isRequested()) {
                throw CommandFailure.interrupted("Interrupted; nothing was removed.");
            }
            EntryChunk chunk = view.read(position, upTo.position(), upTo, buffer.clear());
            buffer.flip();
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
            position = chunk.nextPosition();
        }
    }
}
