package io.sluice.storage;

import io.sluice.storage.BookmarkIndex.Mark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of a stream's generations. A generation is a count of the changes of committed bytes, so that generations
 * of one file are ordered, above random bits, so that two copies of a file that are changed apart from each other do not
 * share one.
 *
 * @param changes how each known generation began, in order; never empty. The first one is where knowledge begins: what it
 *     changed is not known
 * @param mark what the stream held when the note was written, and still holds unless somebody else changed it
 */
record GenerationNote(List<Change> changes, Mark mark) {
    /** Generations that are known at most: whoever comes with an older one compares what it has by itself. */
    static final int MAX_CHANGES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(GenerationNote.class);
    private static final int RANDOM_BITS = 40;
    private static final long MAX_COUNT = Long.MAX_VALUE >>> RANDOM_BITS;
    private static final int SMALL_STEP_BITS = 16;

    private static final long MAGIC = 0x736c756963654765L;
    private static final int HEADER_LENGTH = 4 * Long.BYTES + Integer.BYTES;
    private static final int CHANGE_LENGTH = 2 * Long.BYTES;

    /**
     * A change of committed bytes.
     *
     * @param generation that began with it
     * @param first everything from this entry on may have changed, and nothing before it
     */
    record Change(long generation, long first) {}

    /** A stream of which nothing is known but what it holds from now on. */
    static GenerationNote begin(LongSupplier random) {
        return new GenerationNote(List.of(new Change(next(0, random), 0)), Mark.NONE);
    }

    /** The generation after this one: positive and higher. */
    static long next(long generation, LongSupplier random) {
        long count = (generation >>> RANDOM_BITS) + 1;
        if (count > MAX_COUNT) {
            // After eight million changes: order matters more than chance.
            return generation + 1 + bits(SMALL_STEP_BITS, random);
        }
        return count << RANDOM_BITS | bits(RANDOM_BITS, random);
    }

    private static long bits(int count, LongSupplier random) {
        return random.getAsLong() >>> (Long.SIZE - count);
    }

    /** The generation of now. */
    long current() {
        return changes.get(changes.size() - 1).generation();
    }

    /** See {@link StreamView#unchangedBefore}. */
    OptionalLong unchangedBefore(long generation) {
        long lowest = -1;
        for (int i = changes.size() - 1; i >= 0; i--) {
            Change change = changes.get(i);
            if (change.generation() == generation) {
                return OptionalLong.of(lowest);
            }
            if (Long.compareUnsigned(change.first(), lowest) < 0) {
                lowest = change.first();
            }
        }
        return OptionalLong.empty();
    }

    /** Whether nothing has changed since this generation but by the change after it, which began with this entry. */
    boolean isOnlyChangeSince(long generation, long first) {
        int last = changes.size() - 1;
        return last > 0
                && changes.get(last - 1).generation() == generation
                && changes.get(last).first() == first;
    }

    /** After a change of everything from this entry on; the mark has to hold before the change and after it. */
    GenerationNote changedFrom(long first, Mark newMark, LongSupplier random) {
        int dropped = Math.max(0, changes.size() + 1 - MAX_CHANGES);
        List<Change> next = new ArrayList<>(changes.subList(dropped, changes.size()));
        next.add(new Change(next(current(), random), first));
        return new GenerationNote(List.copyOf(next), newMark);
    }

    /** After a change of which nothing is known. */
    GenerationNote forgotten(LongSupplier random) {
        return new GenerationNote(List.of(new Change(next(current(), random), 0)), Mark.NONE);
    }

    /** The same generations of a stream that has grown. */
    GenerationNote withMark(Mark newMark) {
        return new GenerationNote(changes, newMark);
    }

    /** Writes the note; when this returns it survives a power cut, and at any moment before the old one or this one does. */
    void write(Disk disk, StreamFolder folder) throws IOException {
        Path next = folder.nextGenerations();
        disk.delete(next);
        try (DiskFile file = disk.openToWrite(next)) {
            file.write(toBytes(), 0);
            file.force();
        }
        disk.move(next, folder.generations());
        disk.forceFolder(folder.path());
    }

    private ByteBuffer toBytes() {
        byte[] array = new byte[HEADER_LENGTH + changes.size() * CHANGE_LENGTH + Integer.BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        bytes.putLong(MAGIC)
                .putLong(mark.entries())
                .putLong(mark.position())
                .putLong(mark.fingerprint())
                .putInt(changes.size());
        for (Change change : changes) {
            bytes.putLong(change.generation()).putLong(change.first());
        }
        return bytes.putInt(checksum(array, bytes.position())).flip();
    }

    /** The note, or null when there is none, or none that can be believed. */
    static @Nullable GenerationNote read(Disk disk, Path path) {
        if (!disk.exists(path)) {
            return null;
        }
        byte[] array = new byte[HEADER_LENGTH + MAX_CHANGES * CHANGE_LENGTH + Integer.BYTES];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        try (DiskFile file = disk.openToRead(path)) {
            file.read(bytes, 0);
        } catch (IOException e) {
            LOG.warn("{} cannot be read, the stream begins a new generation: {}", path, StorageException.reason(e));
            return null;
        }
        GenerationNote note = fromBytes(array, bytes.flip());
        if (note == null) {
            LOG.warn("{} is damaged, the stream begins a new generation", path);
        }
        return note;
    }

    private static @Nullable GenerationNote fromBytes(byte[] array, ByteBuffer bytes) {
        if (bytes.remaining() < HEADER_LENGTH || bytes.getLong() != MAGIC) {
            return null;
        }
        Mark mark = new Mark(bytes.getLong(), bytes.getLong(), bytes.getLong());
        int count = bytes.getInt();
        if (count < 1 || count > MAX_CHANGES || bytes.remaining() != count * CHANGE_LENGTH + Integer.BYTES) {
            return null;
        }
        List<Change> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            changes.add(new Change(bytes.getLong(), bytes.getLong()));
        }
        int expected = checksum(array, bytes.position());
        return bytes.getInt() == expected ? new GenerationNote(List.copyOf(changes), mark) : null;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
