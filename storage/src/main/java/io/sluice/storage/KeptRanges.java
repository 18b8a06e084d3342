package io.sluice.storage;

import io.sluice.storage.RepairPlan.Kept;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Copies parts of a stream file, as they are, into files beside it. A copy has its name when it lies on the disk as a whole,
 * not before.
 */
final class KeptRanges {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Disk disk;
    private final Path path;
    private final DiskFile file;

    KeptRanges(Disk disk, Path path, DiskFile file) {
        this.disk = disk;
        this.path = path;
        this.file = file;
    }

    /** The file that keeps what stands between two positions. */
    static Path nameOf(Path stream, long position, long endPosition) {
        return stream.resolveSibling(stream.getFileName() + ".removed-" + position + "-" + endPosition);
    }

    /** Keeps them all; when this returns they survive a power cut. */
    void keep(List<Kept> ranges) throws IOException {
        for (Kept range : ranges) {
            // A repair that was interrupted has kept them already.
            if (!disk.exists(range.file()) || !isKept(range)) {
                copy(range);
            }
        }
    }

    private void copy(Kept range) throws IOException {
        if (disk.exists(range.file())) {
            throw new StorageException(range.file() + " exists already and holds something else. It is not overwritten;"
                    + " nothing was changed. Move it away.");
        }
        Path next = range.file().resolveSibling(range.file().getFileName() + ".partial");
        disk.delete(next);
        try (DiskFile target = disk.openToWrite(next)) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            for (long at = range.position(); at < range.endPosition(); at += CHUNK_BYTES) {
                target.write(read(chunk, range, at), at - range.position());
            }
            target.force();
        } catch (IOException e) {
            disk.delete(next);
            throw e;
        }
        disk.move(next, range.file());
        disk.forceFolder(Objects.requireNonNull(path.getParent()));
    }

    private ByteBuffer read(ByteBuffer chunk, Kept range, long at) throws IOException {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, range.endPosition() - at));
        file.readFully(chunk, at);
        return chunk.flip();
    }

    private boolean isKept(Kept range) throws IOException {
        try (DiskFile copy = disk.openToRead(range.file())) {
            if (copy.length() != range.length()) {
                return false;
            }
            ByteBuffer here = ByteBuffer.allocate(CHUNK_BYTES);
            ByteBuffer there = ByteBuffer.allocate(CHUNK_BYTES);
            for (long at = range.position(); at < range.endPosition(); at += CHUNK_BYTES) {
                read(here, range, at);
                there.clear().limit(here.limit());
                copy.readFully(there, at - range.position());
                if (!here.equals(there.flip())) {
                    return false;
                }
            }
            return true;
        }
    }
}
