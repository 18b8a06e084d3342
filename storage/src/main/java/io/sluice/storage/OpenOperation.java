package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.OperationRules;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.storage.BookmarkIndex.Item;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What whoever copies a stream does with the open operation of a {@link DataStream}, beside what a source does: it adds
 * entries as they came, many at a time, and it keeps an operation that may take hours beyond the end of the process. An
 * operation is always what is committed and its entries behind that; nobody but the writer sees these.
 *
 * <p><b>Threading:</b> the stream's writing thread.
 *
 * <p><b>Failure:</b> as the {@link DataStream}'s own functions.
 */
public final class OpenOperation {
    private static final Logger LOG = LoggerFactory.getLogger(OpenOperation.class);

    private final DataStream stream;
    private final Opening.Parts parts;
    private final Committer committer;
    private final OperationBuffer operation;
    private final OperationUpdate update;
    private final OperationRules rules;
    private final Disk disk;

    /** Whether there is a note on the disk: it has to go before anything else is written behind the committed end. */
    private boolean noted;

    /** What it says of the operation that is open, or of the one that was open last; null when it is of an earlier process. */
    private @Nullable KeptOperation kept;

    OpenOperation(
            DataStream stream,
            Opening.Parts parts,
            Committer committer,
            OperationBuffer operation,
            OperationUpdate update,
            OperationRules rules,
            Disk disk) {
        this.stream = stream;
        this.parts = parts;
        this.committer = committer;
        this.operation = operation;
        this.update = update;
        this.rules = rules;
        this.disk = disk;
        this.noted = disk.exists(parts.folder().keptOperation());
    }

    /** Whether one is open. */
    public boolean isOpen() {
        return rules.isOpen();
    }

    /** The number that the next entry gets, whether or not an operation is open. */
    public long nextNumber() {
        return rules.nextNumber();
    }

    /**
     * Adds entries as they lie in a stream file: packet type 2, the next numbers, without padding, whole ones only.
     *
     * @param entries is read from its position to its limit
     * @throws IllegalArgumentException when something else stands there; the entries before it were added
     */
    public void add(ByteBuffer entries) {
        stream.checkRunning();
        rules.checkOpen("add");
        stream.checkNotBroken();
        long before = rules.nextNumber();
        long after = before;
        try {
            after = operation.appendAll(entries, before);
        } catch (IOException | RuntimeException | Error e) {
            throw stream.failOperation(e);
        } finally {
            rules.added(after - before);
        }
        if (entries.hasRemaining()) {
            throw new IllegalArgumentException("Entry " + Long.toUnsignedString(after) + " was expected, but "
                    + entries.remaining() + " bytes follow that are none.");
        }
    }

    /**
     * Brings what was added so far to the disk, so that {@link #takeUp} finds it after a crash or a power cut. It costs a
     * force. Nothing happens when no operation is open, or when it is empty.
     */
    public void keep() {
        stream.checkRunning();
        if (!rules.isOpen() || operation.position() == operation.startPosition()) {
            return;
        }
        stream.checkNotBroken();
        committer.drain();
        Committed now = parts.state().committed();
        if (now.position() != operation.startPosition()) {
            // What it was to follow has failed: it cannot be committed either.
            return;
        }
        try {
            operation.spillAll();
            byte first = readByte(now.position());
            committer.force();
            note(new KeptOperation(
                    now.position(), now.entries(), now.generation(), operation.position(), rules.nextNumber(), first));
            addBookmarks();
        } catch (Stopped e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            throw stream.failOperation(e);
        }
    }

    /**
     * Copies entries of the open operation as they lie in a stream file, without padding: as many as are in one page and
     * have room.
     *
     * @param number of the first one; one of the open operation
     * @param target its remaining bytes are filled, and its position is moved; with room for one entry at least
     * @return the number after the last one that was copied
     */
    public long read(long number, ByteBuffer target) {
        stream.checkRunning();
        rules.checkInOperation("read", number);
        stream.checkNotBroken();
        try {
            return update.copy(number, rules.nextNumber(), target);
        } catch (IOException e) {
            throw stream.failOperation(e);
        }
    }

    /**
     * Drops the last entries of the open operation, kept or not.
     *
     * @param number of the first one that is dropped: not the first of the operation, which is a rollback
     */
    public void cut(long number) {
        stream.checkRunning();
        rules.checkInOperation("cut", number);
        stream.checkNotBroken();
        if (number == rules.firstNumber()) {
            throw new IllegalArgumentException(
                    "Entry " + Long.toUnsignedString(number) + " is the first of the operation: that is a rollback.");
        }
        try {
            long position = update.positionBefore(number);
            cutNote(number, position);
            operation.rewind(position);
            rules.dropped(number);
        } catch (IOException | RuntimeException | Error e) {
            throw stream.failOperation(e);
        }
    }

    /**
     * Goes on after a failure that is over, such as a disk that was full, of an addition, of {@link #keep} or of a commit:
     * drops what was added since the operation was kept, or all of it when nothing was.
     *
     * @return whether an operation is open now, which has at least one entry
     */
    public boolean backToKept() {
        stream.checkRunning();
        if (!rules.isOpen()) {
            return takeUp();
        }
        committer.drain();
        KeptOperation end = kept;
        if (end == null || !end.follows(parts.state().committed())) {
            stream.rollbackAtomicOp();
            return false;
        }
        operation.rewind(end.endPosition());
        rules.dropped(end.endEntries());
        stream.canGoOn();
        return true;
    }

    /**
     * Opens an operation with the entries that an earlier process has {@linkplain #keep kept} of the one that it had open,
     * if it still follows what is committed; or this process, when that could not be committed. Whether they are what the
     * operation is to have is the caller's to find out.
     *
     * @return whether an operation is open now, which has at least one entry
     */
    public boolean takeUp() {
        stream.checkRunning();
        if (rules.isOpen()) {
            return false;
        }
        committer.drain();
        stream.forgetUncommitted();
        if (!noted) {
            return false;
        }
        Committed now = parts.state().committed();
        if (kept != null && !kept.follows(now)) {
            // It was committed; the note goes when the next operation begins.
            return false;
        }
        try {
            KeptOperation found = KeptOperation.read(disk, parts.folder());
            if (found == null || !found.follows(now) || !isWhole(found)) {
                forget();
                return false;
            }
            kept = found;
        } catch (IOException e) {
            throw StorageException.of(parts.state().path() + ": taking up the operation that was kept", e);
        }
        return true;
    }

    /** Walks over what was kept, page by page, and lets the buffer have it if it is what the note says. */
    private boolean isWhole(KeptOperation found) throws IOException {
        DiskFile file = parts.state().file();
        if (file.length() < found.endPosition()) {
            LOG.warn("{}: the operation that was kept is not there any more, the file is shorter", name());
            return false;
        }
        if (readByte(found.startPosition()) != found.firstByte()) {
            file.write(ByteBuffer.wrap(new byte[] {found.firstByte()}), found.startPosition());
        }
        stream.leases().writing(committer);
        operation.reset(found.startPosition());
        PageLayout layout = parts.state().layout();
        long[] before = {found.startPosition()};
        long end;
        try {
            end = new EntryWalker(file, layout)
                    .walk(
                            found.startPosition(),
                            found.startEntries(),
                            found.endPosition(),
                            (position, bytes, index) -> {
                                operation.found(position, before[0], EntryFormat.number(bytes, index));
                                before[0] = position + EntryFormat.length(bytes, index);
                                return true;
                            });
        } catch (StorageException.Corrupt e) {
            end = -1;
            LOG.warn("{}: the operation that was kept is damaged: {}", name(), e.getMessage());
        }
        if (end != found.endEntries() || before[0] != found.endPosition()) {
            operation.reset(found.startPosition());
            parts.writer().markEnd(found.startPosition());
            return false;
        }
        operation.foundUpTo(found.endPosition());
        rules.start();
        rules.added(found.endEntries() - found.startEntries());
        stream.canGoOn();
        return true;
    }

    /**
     * Adds the bookmarks of what is kept, so that not all of them have to be added when it is committed. An index that is
     * ahead of the committed end is believed by an opening that finds the note, and the bytes of the index's mark.
     */
    private void addBookmarks() throws IOException {
        Bookmarks bookmarks = parts.bookmarks();
        long end = operation.position();
        if (!bookmarks.takesAhead()) {
            return;
        }
        Bookmarks.End added = bookmarks.added();
        new EntryWalker(parts.state().file(), parts.state().layout())
                .walk(added.position(), added.entries(), end, (position, bytes, index) -> {
                    Bookmark bookmark = BookmarkScan.bookmarkAt(bytes, index);
                    if (bookmark != null) {
                        bookmarks.add(
                                new Item(bookmark, EntryFormat.number(bytes, index)),
                                position + EntryFormat.length(bytes, index));
                    }
                    return true;
                });
        bookmarks.committed(rules.nextNumber(), end);
    }

    private void note(KeptOperation next) throws IOException {
        noted = true;
        next.write(disk, parts.folder());
        kept = next;
    }

    /** The index first: then nothing is ahead of the note at any moment. */
    private void cutNote(long entries, long position) throws IOException {
        KeptOperation before = kept;
        if (noted && before != null && entries < before.endEntries()) {
            dropBookmarks(entries, position);
            note(before.cutTo(position, entries));
        }
    }

    private void dropBookmarks(long entries, long position) {
        long end = parts.bookmarks().added().position();
        parts.bookmarks()
                .dropAhead(
                        new Bookmarks.End(entries, position),
                        index -> BookmarkScan.remove(index, parts.state(), entries, position, end));
    }

    /** Something else is about to be written behind the committed end. */
    void forget() {
        if (!noted) {
            return;
        }
        committer.drain();
        Committed now = parts.state().committed();
        dropBookmarks(now.entries(), now.position());
        try {
            KeptOperation.remove(disk, parts.folder());
            noted = false;
            kept = null;
        } catch (IOException e) {
            throw StorageException.of(name() + ": removing the note of the operation that was kept", e);
        }
    }

    private byte readByte(long position) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(1);
        parts.state().file().readFully(first, position);
        return first.get(0);
    }

    private String name() {
        return parts.state().path().toString();
    }
}
