package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.StorageException.Corrupt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is committed.
 *
 * <p><b>Threading:</b> any thread; each read of the file is under the history's read lock.
 */
final class CommittedReader implements StreamView {
    private static final Logger LOG = LoggerFactory.getLogger(CommittedReader.class);
    private static final int NEAR_COUNT = 4;

    private final StreamState state;
    private final BookmarkLookup bookmarks;
    private final OperationEnds operations;

    /** Where bookmarks are found. */
    interface BookmarkLookup {
        /** The newest entry below this number that holds the bookmark. */
        OptionalLong newest(Bookmark bookmark, long below);

        /** A hit turned out to be wrong: what is derived from the file has to be derived anew. */
        void rebuild();
    }

    /** Where operations end. */
    interface OperationEnds {
        /** The last end that is known up to a position, in entries. */
        OptionalLong last(long position) throws IOException;
    }

    CommittedReader(StreamState state, BookmarkLookup bookmarks, OperationEnds operations) {
        this.state = state;
        this.bookmarks = bookmarks;
        this.operations = operations;
    }

    @Override
    public StreamHeader header() {
        return state.header();
    }

    @Override
    public Committed committed() {
        return state.committed();
    }

    @Override
    public OptionalLong unchangedBefore(long generation) {
        return state.unchangedBefore(generation);
    }

    @Override
    public @Nullable Entry entry(long number) {
        return search("reading entry " + Long.toUnsignedString(number), now -> entry(number, now));
    }

    private @Nullable Entry entry(long number, Committed now) throws IOException {
        if (Long.compareUnsigned(number, now.entries()) >= 0) {
            return null;
        }
        long position = state.directory().positionOf(number, now);
        ByteBuffer header = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        state.file().readFully(header, position);
        long room = Math.min(now.position(), state.layout().pageEnd(position)) - position;
        int length = EntryFormat.length(header, 0);
        if (EntryFormat.packetType(header, 0) != EntryFormat.PACKET_ENTRY
                || EntryFormat.number(header, 0) != number
                || length < EntryFormat.HEADER_LENGTH
                || length > room) {
            throw new Corrupt(state.path() + ": entry " + number + " was expected at position " + position
                    + ", something else stands there.");
        }
        byte[] data = new byte[length - EntryFormat.HEADER_LENGTH];
        state.file().readFully(ByteBuffer.wrap(data), position + EntryFormat.HEADER_LENGTH);
        return new Entry(number, EntryFormat.type(header, 0), data);
    }

    @Override
    public OptionalLong bookmark(Bookmark bookmark) {
        try {
            OptionalLong found = newest(bookmark);
            if (found.isEmpty() || holds(found.getAsLong(), bookmark)) {
                return found;
            }
            if (found.getAsLong() >= state.committed().entries()) {
                // The stream was truncated between the two looks: it is shorter now, and the index is right.
                return bookmark(bookmark);
            }
            LOG.warn("{}: the bookmark index is wrong about {}, building it anew", state.path(), bookmark);
        } catch (StorageException e) {
            LOG.warn("{}: the bookmark index fails, building it anew: {}", state.path(), e.getMessage());
        }
        bookmarks.rebuild();
        return newest(bookmark);
    }

    /** Under the lock, since a truncation changes the index before it changes the stream. */
    private OptionalLong newest(Bookmark bookmark) {
        return locked("looking for bookmark " + bookmark, now -> bookmarks.newest(bookmark, now.entries()));
    }

    private boolean holds(long number, Bookmark bookmark) {
        Entry entry = entry(number);
        return entry != null && entry.isBookmark() && Arrays.equals(entry.data(), bookmark.toBytes());
    }

    @Override
    public @Nullable Entry firstEventFrom(long number) {
        return search("reading from entry " + Long.toUnsignedString(number), now -> {
            if (Long.compareUnsigned(number, now.entries()) >= 0) {
                return null;
            }
            // The answer is mostly near; only behind many bookmarks in a row whole pages are worth reading.
            long near = Math.min(number + NEAR_COUNT, now.entries());
            for (long next = number; next < near; next++) {
                Entry entry = entry(next, now);
                if (entry != null && !entry.isBookmark()) {
                    return entry;
                }
            }
            Entry[] found = new Entry[1];
            long position = state.directory().positionOf(near, now);
            new EntryWalker(state.file(), state.layout()).walk(position, near, now.position(), (at, buffer, index) -> {
                if (EntryFormat.type(buffer, index) != EntryFormat.TYPE_BOOKMARK) {
                    found[0] = EntryFormat.read(buffer, index);
                }
                return found[0] == null;
            });
            return found[0];
        });
    }

    @Override
    public long positionOf(long number, Committed upTo) {
        return locked("looking for entry " + Long.toUnsignedString(number), now -> {
            checkGeneration(now, upTo);
            return state.directory().positionOf(number, upTo);
        });
    }

    @Override
    public EntryChunk read(long position, long endPosition, Committed upTo, ByteBuffer target) {
        return locked("reading at position " + position, now -> {
            checkGeneration(now, upTo);
            return readPage(position, endPosition, target);
        });
    }

    private EntryChunk readPage(long position, long endPosition, ByteBuffer target) throws IOException {
        PageLayout layout = state.layout();
        int page = layout.pageOf(position);
        long pageStart = layout.pageStart(page);
        long pageEnd = Math.min(pageStart + layout.pageLength(), endPosition);
        int used = state.directory().usedLength(page);
        long end = used < 0 ? pageEnd : Math.min(pageEnd, pageStart + used);
        if (position >= end) {
            return new EntryChunk(0, pageEnd, 0);
        }
        int start = target.position();
        int limit = target.limit();
        int wanted = (int) Math.min(limit - start, end - position);
        if (wanted == 0) {
            return new EntryChunk(0, position, EntryFormat.HEADER_LENGTH);
        }
        target.limit(start + wanted);
        state.file().readFully(target, position);
        target.limit(limit);
        if (used >= 0 && position + wanted == end) {
            return new EntryChunk(wanted, pageEnd, 0);
        }
        return cut(position, end, target, start, wanted);
    }

    /** Keeps the whole entries of what was read, and learns where the page's padding begins if it comes by. */
    private EntryChunk cut(long position, long end, ByteBuffer target, int start, int count) {
        PageLayout layout = state.layout();
        int index = 0;
        int required = 0;
        while (index < count) {
            int packetType = EntryFormat.packetType(target, start + index);
            if (packetType == EntryFormat.PACKET_PADDING && layout.offset(position) + index > 0) {
                state.directory().learnUsedLength(layout.pageOf(position), layout.offset(position) + index);
                target.position(start + index);
                return new EntryChunk(index, end, 0);
            }
            int room = count - index;
            int length = room < EntryFormat.HEADER_LENGTH
                    ? EntryFormat.HEADER_LENGTH
                    : EntryFormat.length(target, start + index);
            if (packetType != EntryFormat.PACKET_ENTRY
                    || length < EntryFormat.HEADER_LENGTH
                    || length > end - position - index) {
                throw new Corrupt(state.path() + ": no entry at position " + (position + index) + ": packet type "
                        + packetType + ", length " + Integer.toUnsignedString(length) + ".");
            }
            if (length > room) {
                required = length;
                break;
            }
            index += length;
        }
        target.position(start + index);
        if (index > 0 && required == 0 && layout.offset(position + index) == 0) {
            state.directory().learnUsedLength(layout.pageOf(position), layout.pageLength());
        }
        return new EntryChunk(index, position + index, required);
    }

    @Override
    public OptionalLong operationEnd(long position, Committed upTo) {
        return locked("looking for the end of an operation", now -> {
            checkGeneration(now, upTo);
            try {
                return operations.last(position);
            } catch (IOException e) {
                // It is only known less exactly then where operations end.
                LOG.debug("{}: where operations end cannot be read", state.path(), e);
                return OptionalLong.empty();
            }
        });
    }

    @Override
    public void addListener(StreamListener listener) {
        state.addListener(listener);
    }

    @Override
    public void removeListener(StreamListener listener) {
        state.removeListener(listener);
    }

    private static void checkGeneration(Committed now, Committed upTo) {
        if (now.generation() != upTo.generation()) {
            throw new HistoryChangedException(upTo.generation(), now.generation());
        }
    }

    private interface Read<T> {
        T at(Committed now) throws IOException;
    }

    /** A read that may find nothing. */
    private interface Search<T> {
        @Nullable
        T at(Committed now) throws IOException;
    }

    /** Reads while nobody can change what is committed. */
    private <T> T locked(String what, Read<T> read) {
        return Objects.requireNonNull(search(what, read::at));
    }

    private <T> @Nullable T search(String what, Search<T> search) {
        Lock lock = state.historyLock().readLock();
        lock.lock();
        try {
            return search.at(state.committed());
        } catch (IOException e) {
            throw StorageException.of(state.path() + ": " + what, e);
        } finally {
            lock.unlock();
        }
    }
}
