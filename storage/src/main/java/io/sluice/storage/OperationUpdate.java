package io.sluice.storage;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSourceException.WrongEntryType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Replaces the data of an entry of the open operation, in memory or where it was written to already. Data of another
 * length lays out again all that follows.
 *
 * <p><b>Threading:</b> confined to the source's thread.
 */
final class OperationUpdate {
    /** What follows the entry is kept in memory while it is laid out again if it is not more than this, else in a file. */
    private static final int MEMORY_BYTES = 1 << 20;

    private final OperationBuffer operation;
    private final StreamWriter writer;
    private final DiskFile stream;
    private final PageLayout layout;
    private final Disk disk;
    private final Path relayout;

    OperationUpdate(
            OperationBuffer operation,
            StreamWriter writer,
            DiskFile stream,
            PageLayout layout,
            Disk disk,
            Path relayout) {
        this.operation = operation;
        this.writer = writer;
        this.stream = stream;
        this.layout = layout;
        this.disk = disk;
        this.relayout = relayout;
    }

    /** An entry of the open operation, in a view of its page. */
    private record Found(ByteBuffer view, int index, long position, boolean inMemory, int page) {}

    void update(long number, int entryType, byte[] newData, long nextNumber) throws IOException {
        Found found = find(number);
        int type = EntryFormat.type(found.view(), found.index());
        if (type != entryType) {
            throw new WrongEntryType(number, entryType, type);
        }
        int length = EntryFormat.length(found.view(), found.index());
        if (length != EntryFormat.HEADER_LENGTH + newData.length) {
            layOutAgain(found, length, number, entryType, newData, nextNumber);
        } else if (found.inMemory()) {
            found.view().put(found.index() + EntryFormat.HEADER_LENGTH, newData);
        } else {
            writer.write(ByteBuffer.wrap(newData), found.position() + EntryFormat.HEADER_LENGTH);
        }
    }

    /** A copy of an entry of the open operation. */
    Entry read(long number) throws IOException {
        Found found = find(number);
        return EntryFormat.read(found.view(), found.index());
    }

    /** Where the entry of the open operation before this one ends: padding may lie in between. */
    long positionBefore(long number) throws IOException {
        return positionBefore(find(number));
    }

    private long positionBefore(Found found) {
        boolean isFirstOfPage = operation.pages().position(found.page()) == found.position();
        return isFirstOfPage ? operation.pages().positionBefore(found.page()) : found.position();
    }

    /** Copies entries from one on, as many as can be seen at once, have room, and come before the other one. */
    long copy(long number, long end, ByteBuffer target) throws IOException {
        Found found = find(number);
        ByteBuffer view = found.view();
        int index = found.index();
        long next = number;
        while (next < end
                && index < view.limit()
                && EntryFormat.packetType(view, index) == EntryFormat.PACKET_ENTRY
                && index - found.index() + EntryFormat.length(view, index) <= target.remaining()) {
            index += EntryFormat.length(view, index);
            next++;
        }
        target.put(view.slice(found.index(), index - found.index()));
        return next;
    }

    private Found find(long number) throws IOException {
        int page = operation.pages().pageHolding(number);
        long position = operation.pages().position(page);
        ByteBuffer view = viewAt(position);
        int index = view.position();
        for (long at = operation.pages().firstNumber(page); at < number; at++) {
            index += EntryFormat.length(view, index);
            if (index == view.limit()) {
                position = positionAfter(position, view);
                view = viewAt(position);
                index = view.position();
            }
        }
        boolean inMemory = operation.inMemory(position) != null;
        return new Found(view, index, position + index - view.position(), inMemory, page);
    }

    /** What can be seen at once from this position on: the rest of a page, or of that part of it that was written. */
    private ByteBuffer viewAt(long position) throws IOException {
        ByteBuffer inMemory = operation.inMemory(position);
        return inMemory == null ? readPage(position, operation.spilledPosition()) : inMemory;
    }

    private long positionAfter(long position, ByteBuffer view) {
        long after = position + view.remaining();
        return operation.inMemory(after) == null ? layout.pageEnd(position) : after;
    }

    private ByteBuffer readPage(long from, long end) throws IOException {
        ByteBuffer page = ByteBuffer.allocate((int) (Math.min(layout.pageEnd(from), end) - from));
        stream.readFully(page, from);
        return page.flip();
    }

    private void layOutAgain(Found found, int length, long number, int type, byte[] newData, long nextNumber)
            throws IOException {
        long from = positionBefore(found);
        long restPosition = found.position() + length;
        long restLength = operation.position() - restPosition;
        if (restLength <= MEMORY_BYTES) {
            ByteBuffer rest = ByteBuffer.allocate((int) restLength);
            copyRest(
                    restPosition,
                    (bytes, offset) -> rest.put((int) offset, bytes, bytes.position(), bytes.remaining()));
            operation.rewind(from);
            operation.append(type, number, newData);
            appendAll(restPosition, restLength, number + 1, nextNumber, (target, offset) -> {
                target.put(0, rest, (int) offset, target.limit());
            });
            return;
        }
        try (DiskFile rest = disk.openToWrite(relayout)) {
            copyRest(restPosition, rest::write);
            operation.rewind(from);
            operation.append(type, number, newData);
            appendAll(restPosition, restLength, number + 1, nextNumber, (target, offset) -> {
                rest.readFully(target, offset);
            });
        } finally {
            disk.delete(relayout);
        }
    }

    private interface BytesAt {
        void accept(ByteBuffer bytes, long offset) throws IOException;
    }

    /** Copies what follows the entry, page by page, with each byte where it stood. */
    private void copyRest(long restPosition, BytesAt sink) throws IOException {
        long position = restPosition;
        while (position < operation.position()) {
            ByteBuffer view = viewAt(position);
            long after = positionAfter(position, view);
            sink.accept(view, position - restPosition);
            position = after;
        }
    }

    private void appendAll(long restPosition, long restLength, long firstNumber, long nextNumber, BytesAt source)
            throws IOException {
        long number = firstNumber;
        long offset = 0;
        while (number < nextNumber) {
            long position = restPosition + offset;
            long pageEnd = layout.pageEnd(position);
            int count = (int) Math.min(pageEnd - position, restLength - offset);
            ByteBuffer page = ByteBuffer.allocate(count);
            source.accept(page, offset);
            int index = 0;
            while (number < nextNumber
                    && index < count
                    && EntryFormat.packetType(page, index) == EntryFormat.PACKET_ENTRY) {
                byte[] data = new byte[EntryFormat.length(page, index) - EntryFormat.HEADER_LENGTH];
                page.get(index + EntryFormat.HEADER_LENGTH, data);
                operation.append(EntryFormat.type(page, index), number, data);
                index += EntryFormat.HEADER_LENGTH + data.length;
                number++;
            }
            offset += pageEnd - position;
        }
    }
}
