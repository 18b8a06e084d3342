package io.sluice.storage;

import io.sluice.core.Bookmark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index in an MVStore beside the stream file. A key is {@code length, bookmark, number}, so that all entries of a
 * bookmark stand next to each other, newest last, and a truncation uncovers the older ones.
 */
final class MvBookmarkIndex implements BookmarkIndex {
    private static final Logger LOG = LoggerFactory.getLogger(MvBookmarkIndex.class);
    private static final byte[] NO_VALUE = {};
    private static final int CACHE_MEGABYTES = 16;

    /** Dead space is given back from time to time; in between the store only appends. */
    private static final int COMMITS_PER_COMPACTION = 64;

    private static final int COMPACTION_BYTES = 4 << 20;

    private final Path path;
    private volatile Store store;
    private int commits;
    private volatile boolean closed;

    private record Store(MVStore file, MVMap<byte[], byte[]> entries, MVMap<Long, Long> mark) {}

    /** @throws MVStoreException when the file is none of MVStore's, or damaged: it can be deleted then */
    MvBookmarkIndex(Path path) {
        this.path = path;
        this.store = open(path);
    }

    private static Store open(Path path) {
        // Its own background commit could split a batch, so that a crash shows half of it.
        MVStore file = new MVStore.Builder()
                .fileName(path.toString())
                .cacheSize(CACHE_MEGABYTES)
                .autoCommitDisabled()
                .open();
        try {
            file.setRetentionTime(0);
            return new Store(
                    file,
                    file.openMap(
                            "bookmarks",
                            new MVMap.Builder<byte[], byte[]>()
                                    .keyType(new KeyType())
                                    .valueType(ByteArrayDataType.INSTANCE)),
                    file.openMap(
                            "mark",
                            new MVMap.Builder<Long, Long>()
                                    .keyType(LongDataType.INSTANCE)
                                    .valueType(LongDataType.INSTANCE)));
        } catch (RuntimeException e) {
            file.closeImmediately();
            throw e;
        }
    }

    @Override
    public Mark mark() {
        return retried(open -> {
            Long entries = open.mark().get(0L);
            Long position = open.mark().get(1L);
            Long fingerprint = open.mark().get(2L);
            return entries == null || position == null || fingerprint == null
                    ? Mark.NONE
                    : new Mark(entries, position, fingerprint);
        });
    }

    private static void putMark(Store open, Mark mark) {
        open.mark().put(0L, mark.entries());
        open.mark().put(1L, mark.position());
        open.mark().put(2L, mark.fingerprint());
    }

    @Override
    public long newest(Bookmark bookmark, long below) {
        return retried(open -> {
            byte[] found = open.entries().lowerKey(key(bookmark, below));
            int prefix = 1 + bookmark.length();
            boolean same = found != null
                    && found.length == prefix + Long.BYTES
                    && Arrays.equals(found, 0, prefix, key(bookmark, 0), 0, prefix);
            return same ? ByteBuffer.wrap(found).getLong(prefix) : -1L;
        });
    }

    @Override
    public void add(List<Item> items, Mark mark) {
        retried(open -> {
            for (Item item : items) {
                open.entries().put(key(item.bookmark(), item.number()), NO_VALUE);
            }
            putMark(open, mark);
            open.file().commit();
            if (++commits % COMMITS_PER_COMPACTION == 0) {
                open.file().compact(50, COMPACTION_BYTES);
            }
            // In order on the disk, batch by batch: what a power cut tears is the last one, which MVStore can tell.
            open.file().sync();
            return mark;
        });
    }

    @Override
    public void change(List<Item> removed, List<Item> added, Mark mark) {
        retried(open -> {
            for (Item item : removed) {
                open.entries().remove(key(item.bookmark(), item.number()));
            }
            for (Item item : added) {
                open.entries().put(key(item.bookmark(), item.number()), NO_VALUE);
            }
            putMark(open, mark);
            open.file().commit();
            open.file().sync();
            return mark;
        });
    }

    @Override
    public void clear() {
        retried(open -> {
            open.entries().clear();
            open.mark().clear();
            open.file().commit();
            open.file().sync();
            return NO_VALUE;
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        store.file().close();
    }

    private static byte[] key(Bookmark bookmark, long number) {
        ByteBuffer key = ByteBuffer.allocate(1 + bookmark.length() + Long.BYTES);
        key.put((byte) bookmark.length());
        bookmark.putTo(key);
        return key.putLong(number).array();
    }

    /**
     * Runs a call on the open store, and once more on the store opened anew when it was closed under the call: that is what
     * the interrupt of any thread inside its file does. What was not committed is gone then, and done again by the call.
     */
    private <T> T retried(Function<Store, T> call) {
        // The caller's interrupt is kept for whoever looks for it: inside the file it would close it at once.
        boolean interrupted = Thread.interrupted();
        Store before = store;
        try {
            return call.apply(before);
        } catch (MVStoreException e) {
            interrupted |= Thread.interrupted();
            LOG.debug("{} was closed under a call, opening it again", path, e);
            return retry(call, before);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T> T retry(Function<Store, T> call, Store broken) {
        try {
            reopen(broken);
            return call.apply(store);
        } catch (MVStoreException e) {
            String message = "The bookmark index " + path + " cannot be used: ";
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof IOException io && FileDisk.isFull(io)) {
                    throw new StorageException.NoRoom(message + StorageException.reason(io) + ".", e);
                }
            }
            throw new StorageException(message + e.getMessage(), e);
        }
    }

    private synchronized void reopen(Store broken) {
        if (closed) {
            throw new StorageException("The bookmark index " + path + " is closed.");
        }
        if (Objects.equals(store, broken)) {
            broken.file().closeImmediately();
            store = open(path);
        }
    }

    /** Keys in the order of their bytes, unsigned. */
    private static final class KeyType extends BasicDataType<byte[]> {
        @Override
        public int getMemory(byte[] key) {
            return 24 + key.length;
        }

        @Override
        public int compare(byte[] a, byte[] b) {
            return Arrays.compareUnsigned(a, b);
        }

        @Override
        public void write(WriteBuffer target, byte[] key) {
            target.put((byte) key.length).put(key);
        }

        @Override
        public byte[] read(ByteBuffer source) {
            byte[] key = new byte[source.get()];
            source.get(key);
            return key;
        }

        @Override
        public byte[] @Nullable [] createStorage(int size) {
            return new byte[size][];
        }
    }
}
