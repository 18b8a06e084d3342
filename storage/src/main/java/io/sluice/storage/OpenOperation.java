package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.core.OperationRules;
import io.sluice.core.StreamSourceException.Stopped;
import java.io.IOException;
import java.nio.ByteBuffer;
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
            noted = true;
            new KeptOperation(
                            now.position(),
                            now.entries(),
                            now.generation(),
                            operation.position(),
                            rules.nextNumber(),
                            first)
                    .write(disk, parts.folder());
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
     * Drops the last entries of the open operation. What was kept is forgotten; {@link #keep} keeps the others again.
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
        forget();
        try {
            operation.rewind(update.positionBefore(number));
            rules.dropped(number);
        } catch (IOException | RuntimeException | Error e) {
            throw stream.failOperation(e);
        }
    }

    /**
     * Opens an operation with the entries that an earlier process has {@linkplain #keep kept} of the one that it had open,
     * if it still follows what is committed. Whether they are what the operation is to have is the caller's to find out.
     *
     * @return whether an operation is open now, which has at least one entry
     */
    public boolean takeUp() {
        stream.checkRunning();
        if (!noted || rules.isOpen()) {
            return false;
        }
        committer.drain();
        stream.forgetUncommitted();
        Committed now = parts.state().committed();
        try {
            KeptOperation kept = KeptOperation.read(disk, parts.folder());
            if (kept == null || !kept.follows(now) || !isWhole(kept)) {
                forget();
                return false;
            }
        } catch (IOException e) {
            throw StorageException.of(parts.state().path() + ": taking up the operation that was kept", e);
        }
        return true;
    }

    /** Walks over what was kept, page by page, and lets the buffer have it if it is what the note says. */
    private boolean isWhole(KeptOperation kept) throws IOException {
        DiskFile file = parts.state().file();
        if (file.length() < kept.endPosition()) {
            LOG.warn("{}: the operation that was kept is not there any more, the file is shorter", name());
            return false;
        }
        if (readByte(kept.startPosition()) != kept.firstByte()) {
            file.write(ByteBuffer.wrap(new byte[] {kept.firstByte()}), kept.startPosition());
        }
        operation.reset(kept.startPosition());
        PageLayout layout = parts.state().layout();
        long[] before = {kept.startPosition()};
        long end;
        try {
            end = new EntryWalker(file, layout)
                    .walk(kept.startPosition(), kept.startEntries(), kept.endPosition(), (position, bytes, index) -> {
                        operation.found(position, before[0], EntryFormat.number(bytes, index));
                        before[0] = position + EntryFormat.length(bytes, index);
                        return true;
                    });
        } catch (StorageException.Corrupt e) {
            end = -1;
            LOG.warn("{}: the operation that was kept is damaged: {}", name(), e.getMessage());
        }
        if (end != kept.endEntries() || before[0] != kept.endPosition()) {
            operation.reset(kept.startPosition());
            parts.writer().markEnd(kept.startPosition());
            return false;
        }
        operation.foundUpTo(kept.endPosition());
        stream.leases().writing(committer);
        rules.start();
        rules.added(kept.endEntries() - kept.startEntries());
        stream.takenUp();
        return true;
    }

    /** Something else is about to be written behind the committed end. */
    void forget() {
        if (!noted) {
            return;
        }
        try {
            KeptOperation.remove(disk, parts.folder());
            noted = false;
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
