package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.InvalidBookmark;
import io.sluice.core.StreamSourceException.UnknownEntryNumber;
import io.sluice.core.StreamSourceException.WrongDataLength;
import io.sluice.core.StreamSourceException.WrongEntryType;
import io.sluice.storage.BookmarkIndex.Item;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.Lock;

/**
 * The two administrative changes of what is committed. A crash at any moment leaves the old state or the new one.
 *
 * <p><b>Threading:</b> the source's thread, while nothing is on its way; readers are kept out by the history's write lock.
 */
final class HistoryChanges {
    private final StreamState state;
    private final StreamWriter writer;
    private final Bookmarks bookmarks;
    private final Checkpoints checkpoints;
    private final Generations generations;
    private final OperationLog operations;
    private final CommittedReader reader;
    private final Disk disk;
    private final StreamFolder folder;

    HistoryChanges(Opening.Parts parts, CommittedReader reader, Disk disk) {
        this.state = parts.state();
        this.writer = parts.writer();
        this.bookmarks = parts.bookmarks();
        this.checkpoints = parts.checkpoints();
        this.generations = parts.generations();
        this.operations = parts.operations();
        this.folder = parts.folder();
        this.reader = reader;
        this.disk = disk;
    }

    /** Removes this entry and all after it. */
    void truncate(long number) throws IOException {
        Committed before = state.committed();
        if (Long.compareUnsigned(number, before.entries()) > 0) {
            throw new UnknownEntryNumber(number, before.entries());
        }
        if (number == before.entries()) {
            return;
        }
        long position = reader.positionOf(number, before);
        bookmarks.requireRoom();
        GenerationNote after = noteChange(number, position);
        boolean done = false;
        Lock lock = state.historyLock().writeLock();
        lock.lock();
        try {
            // The index first. If the process dies before the header is written, it is brought up again at the next
            // opening; the other way round it would know entries that do not exist.
            bookmarks.change(
                    index -> BookmarkScan.remove(index, state, number, position, before.position()), number, position);
            operations.truncate(number, position, after.current());
            HeaderPage.write(state.file(), state.headerAt(position, number));
            checkpoints.force();
            state.directory().forgetFrom(position);
            state.publishHistory(position, number, after);
            done = true;
        } finally {
            if (!done) {
                // What is still shown has bookmarks that the index may have lost.
                bookmarks.doubt();
            }
            lock.unlock();
        }
        // The clients beyond the new end are told before anything new can be written there.
        state.tellHistoryChanged();
        writer.markEnd(position);
        // The old note may lie beyond the new end.
        checkpoints.write(state.committed());
    }

    /** The first step of a change. */
    private GenerationNote noteChange(long number, long position) throws IOException {
        try {
            return generations.change(number, BookmarkScan.markAt(state, number, position));
        } catch (Disk.FullException e) {
            throw nothingChanged(e);
        }
    }

    private static DiskFull nothingChanged(Disk.FullException e) {
        return new DiskFull("The disk is full, nothing is changed: " + StorageException.reason(e) + ".", e);
    }

    /** Replaces the data of a committed entry by as many other bytes. */
    void rewrite(long number, int entryType, byte[] newData) throws IOException {
        Committed before = state.committed();
        Entry entry = reader.entry(number);
        if (entry == null) {
            throw new UnknownEntryNumber(number, before.entries());
        }
        if (entry.type() != entryType) {
            throw new WrongEntryType(number, entryType, entry.type());
        }
        if (entry.data().length != newData.length) {
            throw new WrongDataLength(number, newData.length, entry.data().length);
        }
        if (entry.isBookmark() && !Bookmark.isValidLength(newData.length)) {
            throw new InvalidBookmark(newData.length);
        }
        long position = reader.positionOf(number, before);
        bookmarks.requireRoom();
        // Else a power cut could bring back the state of the last note with one entry rewritten: neither old nor new.
        checkpoints.write(before);
        GenerationNote after = noteChange(number, position);
        boolean isKnown = false;
        Lock lock = state.historyLock().writeLock();
        lock.lock();
        try {
            replaceData(entry, position + EntryFormat.HEADER_LENGTH, newData.clone(), before, after);
            isKnown = true;
        } catch (DiskFull e) {
            // The generation is noted: new for nothing.
            isKnown = true;
            throw e;
        } finally {
            state.publishHistory(before.position(), before.entries(), isKnown ? after : generations.unfinished(number));
            lock.unlock();
            // Also of a failure, after which the entry may be a mixture until the next opening.
            state.tellHistoryChanged();
        }
    }

    private void replaceData(Entry entry, long position, byte[] newData, Committed before, GenerationNote after)
            throws IOException {
        PendingRewrite pending = new PendingRewrite(entry.number(), position, newData);
        try {
            pending.begin(disk, folder);
        } catch (Disk.FullException e) {
            PendingRewrite.end(disk, folder);
            throw nothingChanged(e);
        }
        pending.apply(state.file());
        bookmarks.change(
                index -> index.change(
                        bookmarkOf(entry, entry.data()),
                        bookmarkOf(entry, newData),
                        BookmarkScan.markAt(state, before.entries(), before.position())),
                before.entries(),
                before.position());
        operations.rewritten(entry.number(), after.current());
        PendingRewrite.end(disk, folder);
    }

    /** The bookmark that an entry stands for with this data, if it is one that can be looked up. */
    private static List<Item> bookmarkOf(Entry entry, byte[] data) {
        return entry.isBookmark() && Bookmark.isValidLength(data.length)
                ? List.of(new Item(Bookmark.of(data), entry.number()))
                : List.of();
    }
}
