package io.sluice.server;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.Committed;
import io.sluice.storage.EntryChunk;
import io.sluice.storage.StorageErrors;
import io.sluice.storage.StreamListener;
import io.sluice.storage.StreamView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A stream in memory, laid out in pages like a file, with small pages so that tests meet many ends of them. */
final class FakeStream implements StreamView {
    static final int FIRST_POSITION = 4096;

    private final long streamType;
    private final int pageLength;
    private final List<StreamListener> listeners = new CopyOnWriteArrayList<>();

    /** Reads of chunks and entries so far. */
    final AtomicInteger reads = new AtomicInteger();

    /** While there is one, reads wait for it. */
    volatile @Nullable CountDownLatch gate;

    /** Reads of what lies before this position are of a cold disk: they wait for its gate. */
    volatile long coldBefore;

    volatile @Nullable CountDownLatch coldGate;

    /** Reads that have come to the cold disk. */
    final AtomicInteger coldReads = new AtomicInteger();

    /** Reads fail. */
    volatile boolean broken;

    private byte[] bytes = new byte[1 << 16];
    private final List<Long> positions = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    /** How many entries were committed together, by the position behind them. */
    private final TreeMap<Long, Long> operationEnds = new TreeMap<>();

    /** For each generation but the first: the first entry that it changed. */
    private final List<Integer> changedFrom = new ArrayList<>();

    private volatile Committed committed = new Committed(FIRST_POSITION, 0, 0);

    FakeStream(long streamType, int pageLength) {
        this.streamType = streamType;
        this.pageLength = pageLength;
    }

    FakeStream() {
        this(1, 4096);
    }

    static Entry bookmark(String hex) {
        return new Entry(0, EntryFormat.TYPE_BOOKMARK, Bookmark.fromHex(hex).toBytes());
    }

    static Entry event(int type, int length, int seed) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (seed * 37 + i * 7);
        }
        return new Entry(0, type, data);
    }

    /** Commits one operation; the numbers of the entries do not matter. */
    synchronized void commit(Entry... operation) {
        long end = committed.position();
        for (Entry entry : operation) {
            int length = EntryFormat.HEADER_LENGTH + entry.data().length;
            long pageEnd = (end - FIRST_POSITION) / pageLength * pageLength + pageLength + FIRST_POSITION;
            if (length > pageEnd - end) {
                grow(end + 1);
                bytes[(int) end] = 0;
                end = pageEnd;
            }
            grow(end + length);
            long number = entries.size();
            EntryFormat.put(
                    ByteBuffer.wrap(bytes).position((int) end),
                    EntryFormat.PACKET_ENTRY,
                    entry.type(),
                    number,
                    entry.data());
            positions.add(end);
            entries.add(new Entry(number, entry.type(), entry.data()));
            end += length;
        }
        committed = new Committed(end, entries.size(), committed.generation());
        operationEnds.put(end, (long) entries.size());
        listeners.forEach(listener -> listener.committed(committed));
    }

    /** Commits so many events of this length, some at a time. */
    void commitEvents(int count, int length) {
        for (int done = 0; done < count; ) {
            Entry[] operation = new Entry[Math.min(1000, count - done)];
            for (int i = 0; i < operation.length; i++) {
                operation[i] = event(1, length, done + i);
            }
            commit(operation);
            done += operation.length;
        }
    }

    synchronized void truncate(int number) {
        long position = number == positions.size() ? committed.position() : positions.get(number);
        positions.subList(number, positions.size()).clear();
        entries.subList(number, entries.size()).clear();
        changedFrom.add(number);
        operationEnds.tailMap(position).clear();
        operationEnds.put(position, (long) number);
        committed = new Committed(position, number, committed.generation() + 1);
        Arrays.fill(bytes, (int) position, bytes.length, (byte) 0);
        listeners.forEach(listener -> listener.historyChanged(committed));
    }

    synchronized void rewrite(int number, byte[] data) {
        Entry before = entries.get(number);
        entries.set(number, new Entry(number, before.type(), data));
        System.arraycopy(data, 0, bytes, (int) (positions.get(number) + EntryFormat.HEADER_LENGTH), data.length);
        changedFrom.add(number);
        committed = new Committed(committed.position(), committed.entries(), committed.generation() + 1);
        listeners.forEach(listener -> listener.historyChanged(committed));
    }

    int listenerCount() {
        return listeners.size();
    }

    private void grow(long length) {
        if (length > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.max(length, 2L * bytes.length));
        }
    }

    /** What a client gets that streams from this entry up to another one, not included. */
    synchronized byte[] wire(int from, int to) {
        ByteBuffer wire = ByteBuffer.allocate(entries.subList(from, to).stream()
                .mapToInt(e -> EntryFormat.HEADER_LENGTH + e.data().length)
                .sum());
        for (Entry entry : entries.subList(from, to)) {
            EntryFormat.put(wire, EntryFormat.PACKET_ENTRY, entry.type(), entry.number(), entry.data());
        }
        return wire.array();
    }

    @Override
    public StreamHeader header() {
        Committed now = committed;
        return new StreamHeader(3, 137, streamType, now.position(), now.entries());
    }

    @Override
    public Committed committed() {
        return committed;
    }

    @Override
    public @Nullable Entry entry(long number) {
        beforeRead();
        beforeReadAt(positionOf(number));
        synchronized (this) {
            return Long.compareUnsigned(number, entries.size()) < 0 ? entries.get((int) number) : null;
        }
    }

    @Override
    public OptionalLong bookmark(Bookmark bookmark) {
        beforeRead();
        synchronized (this) {
            for (int i = entries.size() - 1; i >= 0; i--) {
                if (entries.get(i).isBookmark() && Arrays.equals(entries.get(i).data(), bookmark.toBytes())) {
                    return OptionalLong.of(i);
                }
            }
            return OptionalLong.empty();
        }
    }

    @Override
    public synchronized @Nullable Entry firstEventFrom(long number) {
        for (long i = number; i < entries.size(); i++) {
            if (!entries.get((int) i).isBookmark()) {
                return entries.get((int) i);
            }
        }
        return null;
    }

    @Override
    public synchronized long positionOf(long number, Committed upTo) {
        check(upTo);
        return number == upTo.entries() ? upTo.position() : positions.get((int) number);
    }

    @Override
    public EntryChunk read(long position, long endPosition, Committed upTo, ByteBuffer target) {
        beforeRead();
        beforeReadAt(position);
        synchronized (this) {
            check(upTo);
            long pageEnd = (position - FIRST_POSITION) / pageLength * pageLength + pageLength + FIRST_POSITION;
            long end = Math.min(pageEnd, endPosition);
            long at = position;
            while (at < end) {
                if (bytes[(int) at] == EntryFormat.PACKET_PADDING) {
                    return new EntryChunk((int) (at - position), end, 0);
                }
                int length = EntryFormat.length(ByteBuffer.wrap(bytes), (int) at);
                if (length > target.remaining()) {
                    return new EntryChunk((int) (at - position), at, length);
                }
                target.put(bytes, (int) at, length);
                at += length;
            }
            return new EntryChunk((int) (at - position), at, 0);
        }
    }

    @Override
    public synchronized OptionalLong operationEnd(long position, Committed upTo) {
        check(upTo);
        Map.Entry<Long, Long> last = operationEnds.floorEntry(position);
        return last == null ? OptionalLong.empty() : OptionalLong.of(last.getValue());
    }

    @Override
    public synchronized OptionalLong unchangedBefore(long generation) {
        if (generation < 0 || generation > committed.generation()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(changedFrom.subList((int) generation, changedFrom.size()).stream()
                .mapToLong(number -> number)
                .min()
                .orElse(-1));
    }

    @Override
    public void addListener(StreamListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(StreamListener listener) {
        listeners.remove(listener);
    }

    private void check(Committed upTo) {
        if (upTo.generation() != committed.generation()) {
            throw StorageErrors.historyChanged(upTo.generation(), committed.generation());
        }
    }

    private synchronized long positionOf(long number) {
        return Long.compareUnsigned(number, positions.size()) < 0 ? positions.get((int) number) : Long.MAX_VALUE;
    }

    private void beforeReadAt(long position) {
        CountDownLatch latch = coldGate;
        if (latch != null && position < coldBefore) {
            coldReads.incrementAndGet();
            await(latch);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("reader threads are never interrupted", e);
        }
    }

    private void beforeRead() {
        reads.incrementAndGet();
        CountDownLatch latch = gate;
        if (latch != null) {
            await(latch);
        }
        if (broken) {
            throw StorageErrors.diskFailed();
        }
    }
}
