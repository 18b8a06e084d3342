package io.sluice.storage;

import io.sluice.core.StreamHeader;
import io.sluice.storage.BookmarkIndex.Mark;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Keeps the {@link GenerationNote} of a stream that is open to write. A change is noted, and forced, before it is made: a
 * crash in between leaves a generation that is new for nothing, never one that hides a change.
 *
 * <p><b>Threading:</b> the opening's thread, then the source's while nothing is on its way; what {@link #note} gives is
 * immutable.
 */
final class Generations {
    private final Disk disk;
    private final StreamFolder folder;
    private final LongSupplier random;
    private GenerationNote note;

    /** Whether the note lies on the disk as it is here. */
    private boolean noted;

    private Generations(Disk disk, StreamFolder folder, LongSupplier random, GenerationNote note, boolean noted) {
        this.disk = disk;
        this.folder = folder;
        this.random = random;
        this.note = note;
        this.noted = noted;
    }

    /** Reads the note that was left; without one the stream begins a generation of which nothing older is known. */
    static Generations open(Disk disk, StreamFolder folder, LongSupplier random) {
        GenerationNote found = GenerationNote.read(disk, folder.generations());
        return found == null
                ? new Generations(disk, folder, random, GenerationNote.begin(random), false)
                : new Generations(disk, folder, random, found, true);
    }

    GenerationNote note() {
        return note;
    }

    /**
     * Everything from this entry on is about to change.
     *
     * @param mark that holds before the change and after it
     * @return what to publish when the change is made
     */
    GenerationNote change(long first, Mark mark) throws IOException {
        write(note.changedFrom(first, mark, random));
        return note;
    }

    /** Everything from this entry on may have been lost with the power. */
    void lost(long first) throws IOException {
        change(first, note.mark().entries() <= first ? note.mark() : Mark.NONE);
    }

    /**
     * A change of everything from this entry on has failed, and nobody knows what it left. The next opening finishes it or
     * undoes it, under the generation that was noted for it. So what is shown until then has a generation that is noted
     * nowhere.
     */
    GenerationNote unfinished(long first) {
        return note.changedFrom(first, note.mark(), random);
    }

    /** Somebody else has changed the stream, nobody knows where. */
    void forget() throws IOException {
        // Without a note nobody has heard of this generation yet.
        if (noted) {
            write(note.forgotten(random));
        }
    }

    /** Whether the file still begins with what it held when the note was written. */
    boolean isOfThisFile(DiskFile file, PageLayout layout, StreamHeader header) throws IOException {
        return BookmarkScan.holds(note.mark(), file, layout, header.totalEntries(), header.totalLength());
    }

    /** Notes what the stream holds, by which the next opening tells whether somebody else has changed it; forced before. */
    void remark(Mark mark) throws IOException {
        if (!noted || !mark.equals(note.mark())) {
            write(note.withMark(mark));
        }
    }

    private void write(GenerationNote next) throws IOException {
        next.write(disk, folder);
        note = next;
        noted = true;
    }
}
