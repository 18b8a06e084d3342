package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.storage.SimulatedFaults.Hit;
import io.sluice.storage.SimulatedFaults.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Calls a stream's functions at random, misuse included, and compares each answer with the model's. */
final class SimulatedSource {
    /** Few, so that they come again and again. */
    static final List<Bookmark> BOOKMARKS = List.of(
            Bookmark.of((byte) 1),
            Bookmark.of((byte) 1, (byte) 2),
            Bookmark.of((byte) 0),
            Bookmark.fromHex("ff"),
            Bookmark.fromHex("00112233445566778899aabbccddeeff"),
            Bookmark.fromHex("0800000000000000ff"));

    private final Random random;
    private final int pageLength;
    private final DataStream stream;
    private final SimulatedFaults faults;

    /** Whether the stream has threads of its own, so that only waiting tells what is committed. */
    private final boolean threads;

    private final SimulatedHistory history;
    private final List<Entry> operation = new ArrayList<>();
    private boolean open;
    private boolean stopped;

    /** Whether the call that runs now, or ran last, changes what is committed. */
    private boolean changing;

    SimulatedSource(DataStream stream, StreamModel model, int pageLength, Random random, boolean threads) {
        this(stream, model, pageLength, random, threads, new SimulatedFaults());
    }

    SimulatedSource(
            DataStream stream,
            StreamModel model,
            int pageLength,
            Random random,
            boolean threads,
            SimulatedFaults faults) {
        this.stream = stream;
        this.threads = threads;
        this.faults = faults;
        this.history = new SimulatedHistory(model);
        this.pageLength = pageLength;
        this.random = random;
    }

    SimulatedHistory history() {
        return history;
    }

    /** What the stream holds once it is closed: what was submitted is waited for, an open operation is dropped. */
    StreamModel finish() {
        return history.last();
    }

    /** Whether the stream takes nothing more. */
    boolean isStopped() {
        return stopped;
    }

    /** One random call. */
    void call() {
        try {
            settleDone();
            if (!stopped) {
                changing = false;
                anyCall();
                settleDone();
            }
        } catch (DiskFull e) {
            assertThat(faults.hits()).as("hits before %s", e).anyMatch(Hit::isFull);
            settle(false);
            if (changing) {
                history.intend(history.model());
            }
            drop();
        } catch (Stopped e) {
            stop(e);
        } catch (StorageException e) {
            // A query may fail, and costs nothing.
            if (faults.hits().isEmpty()) {
                throw e;
            }
        }
        if (!stopped && faults.hits().stream().anyMatch(SimulatedSource::isFatal)) {
            refused(Stopped.class, stream::startAtomicOp);
            stopped = true;
        }
    }

    /** What the disk did not take, or take for sure, of the stream file; room that was missing costs less. */
    private static boolean isFatal(Hit hit) {
        return hit.path().equals(SimulatedRun.FILE) && hit.kind() != Kind.READ && !isOperationOnFullDisk(hit);
    }

    private static boolean isOperationOnFullDisk(Hit hit) {
        boolean isData = hit.kind() == Kind.SET_LENGTH || hit.position() >= PageLayout.HEADER_PAGE_LENGTH;
        return hit.isFull() && (hit.path().endsWith("relayout") || (hit.path().equals(SimulatedRun.FILE) && isData));
    }

    private void stop(Stopped why) {
        if (faults.hasCrashed()) {
            throw why;
        }
        boolean isOnlyFull =
                !faults.hits().isEmpty() && faults.hits().stream().allMatch(SimulatedSource::isOperationOnFullDisk);
        if (isOnlyFull && !changing) {
            throw new AssertionError("a full disk has stopped the writer: " + faults.hits(), why);
        }
        stopped = true;
        settle(false);
    }

    /** Once stopped a stream takes nothing. */
    void assertStopped() {
        refused(Stopped.class, stream::startAtomicOp);
        refused(Stopped.class, () -> stream.truncate(0));
        refused(Stopped.class, () -> stream.rewriteCommittedEntry(0, 1, new byte[0]));
    }

    /** And it serves what is committed. */
    void assertServes() {
        StreamModel intended = history.intended();
        boolean isRewrite = changing
                && intended.committed.size() == history.model().committed.size();
        if (isRewrite && intended != history.model()) {
            // Until the next opening that one entry can be anything.
            return;
        }
        boolean isTruncated = changing && stream.getHeader().totalLength() == intended.end();
        (isTruncated ? intended : history.model()).assertShownBy(stream.view(), BOOKMARKS);
    }

    private void anyCall() {
        switch (random.nextInt(24)) {
            case 0, 1, 2 -> start();
            case 3, 4, 5, 6, 7, 8, 9 -> add();
            case 10, 11 -> addBookmark();
            case 12, 13 -> update();
            case 14, 15 -> commit();
            case 16, 17 -> commitAsync();
            case 18 -> rollBack();
            case 19 -> truncate();
            case 20 -> rewrite();
            case 21 -> stream.step();
            default -> query();
        }
    }

    /** What a stream's own threads are about to finish has to be waited for: two looks are of two moments. */
    private void settleDone() {
        if (!threads) {
            settle(false);
        }
    }

    /** Takes over what is known by now of what is on its way. */
    private void settle(boolean wait) {
        switch (history.settle(wait)) {
            case DROPPED -> drop();
            case STOPPED -> stopped = true;
            case NONE -> {}
        }
    }

    /** An operation is lost, and all behind it; the open one can only be rolled back. */
    private void drop() {
        if (open) {
            if (random.nextBoolean()) {
                refused(DiskFull.class, stream::commitAtomicOp);
            } else {
                stream.rollbackAtomicOp();
            }
            closed();
        }
    }

    static void refused(Class<? extends RuntimeException> expected, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            if (!expected.isInstance(e)) {
                throw e;
            }
            return;
        }
        throw new AssertionError(expected.getSimpleName() + " was expected");
    }

    /** Misuse is refused each time, and tried now and then. */
    private void sometimes(Class<? extends RuntimeException> expected, Runnable misuse) {
        if (threads || random.nextInt(6) == 0) {
            refused(expected, misuse);
        }
    }

    private void start() {
        if (open) {
            sometimes(StreamSourceException.OperationAlreadyOpen.class, stream::startAtomicOp);
        } else {
            stream.startAtomicOp();
            open = true;
        }
    }

    private byte[] randomData() {
        int length = switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> pageLength - EntryFormat.HEADER_LENGTH - random.nextInt(3);
            case 2 -> random.nextInt(pageLength - EntryFormat.HEADER_LENGTH);
            default -> random.nextInt(300);
        };
        byte[] data = new byte[length];
        random.nextBytes(data);
        return data;
    }

    private void add() {
        byte[] data = randomData();
        int type = 1 + random.nextInt(6);
        if (!open) {
            sometimes(StreamSourceException.NoOpenOperation.class, () -> stream.addStreamEntry(type, data));
            return;
        }
        if (random.nextInt(30) == 0) {
            byte[] tooLarge = new byte[pageLength - EntryFormat.HEADER_LENGTH + 1];
            refused(StreamSourceException.EntryTooLarge.class, () -> stream.addStreamEntry(type, tooLarge));
            int reserved = random.nextBoolean() ? 0xb0 : -1;
            refused(StreamSourceException.ReservedEntryType.class, () -> stream.addStreamEntry(reserved, data));
        }
        added(stream.addStreamEntry(type, data), type, data);
    }

    private void addBookmark() {
        Bookmark bookmark = anyBookmark();
        if (!open) {
            sometimes(StreamSourceException.NoOpenOperation.class, () -> stream.addStreamBookmark(bookmark));
            return;
        }
        added(stream.addStreamBookmark(bookmark), EntryFormat.TYPE_BOOKMARK, bookmark.toBytes());
    }

    private void added(long number, int type, byte[] data) {
        assertThat(number).isEqualTo(nextNumber());
        operation.add(new Entry(number, type, data));
    }

    private long nextNumber() {
        return (long) history.last().committed.size() + operation.size();
    }

    private Bookmark anyBookmark() {
        return BOOKMARKS.get(random.nextInt(BOOKMARKS.size()));
    }

    private void update() {
        if (!open) {
            sometimes(StreamSourceException.NoOpenOperation.class, () -> stream.updateEntryData(0, 1, new byte[0]));
            return;
        }
        long next = nextNumber();
        sometimes(StreamSourceException.UnknownEntryNumber.class, () -> stream.updateEntryData(next, 1, new byte[0]));
        if (next > operation.size()) {
            long before = random.nextInt((int) next - operation.size());
            sometimes(
                    StreamSourceException.NotInOpenOperation.class,
                    () -> stream.updateEntryData(before, 1, new byte[0]));
        }
        if (operation.isEmpty()) {
            return;
        }
        int index = random.nextInt(operation.size());
        Entry entry = operation.get(index);
        sometimes(
                StreamSourceException.WrongEntryType.class,
                () -> stream.updateEntryData(entry.number(), entry.type() + 1, entry.data()));
        byte[] data = entry.isBookmark() ? anyBookmark().toBytes() : randomData();
        if (random.nextBoolean() && !entry.isBookmark()) {
            data = Arrays.copyOf(data, entry.data().length);
        }
        stream.updateEntryData(entry.number(), entry.type(), data);
        operation.set(index, new Entry(entry.number(), entry.type(), data));
    }

    private void commit() {
        if (!open) {
            sometimes(StreamSourceException.NoOpenOperation.class, stream::commitAtomicOp);
            return;
        }
        history.intend(history.last().with(operation));
        closed();
        StreamHeader header = stream.commitAtomicOp();
        history.done();
        assertThat(header).isEqualTo(stream.getHeader());
    }

    private void commitAsync() {
        if (!open) {
            return;
        }
        history.intend(history.last().with(operation));
        closed();
        history.submitted(stream.commitAtomicOpAsync());
    }

    private void closed() {
        open = false;
        operation.clear();
    }

    private void rollBack() {
        if (!open) {
            sometimes(StreamSourceException.NoOpenOperation.class, stream::rollbackAtomicOp);
            return;
        }
        stream.rollbackAtomicOp();
        closed();
    }

    private void truncate() {
        settle(threads);
        if (open || !history.isSettled()) {
            refused(StreamSourceException.OperationPending.class, () -> stream.truncate(0));
            return;
        }
        int total = history.model().committed.size();
        sometimes(StreamSourceException.UnknownEntryNumber.class, () -> stream.truncate(total + 1));
        int number = Math.max(0, total - random.nextInt(12));
        history.intend(history.model().truncated(number));
        changing = true;
        stream.truncate(number);
        history.done();
    }

    private void rewrite() {
        settle(threads);
        if (open || !history.isSettled()) {
            refused(
                    StreamSourceException.OperationPending.class,
                    () -> stream.rewriteCommittedEntry(0, 1, new byte[0]));
            return;
        }
        StreamModel model = history.model();
        int total = model.committed.size();
        sometimes(
                StreamSourceException.UnknownEntryNumber.class,
                () -> stream.rewriteCommittedEntry(total, 1, new byte[0]));
        if (total == 0) {
            return;
        }
        int number = random.nextInt(total);
        Entry entry = model.committed.get(number);
        byte[] longer = new byte[entry.data().length + 1];
        sometimes(StreamSourceException.class, () -> stream.rewriteCommittedEntry(number, entry.type(), longer));
        byte[] data = new byte[entry.data().length];
        random.nextBytes(data);
        history.intend(model.rewritten(number, data));
        changing = true;
        stream.rewriteCommittedEntry(number, entry.type(), data);
        history.done();
    }

    private void query() {
        settle(threads);
        if (stopped) {
            return;
        }
        StreamModel model = history.model();
        assertThat(stream.getHeader().totalEntries()).isEqualTo(model.committed.size());
        assertThat(stream.getHeader().totalLength()).isEqualTo(model.end());
        int total = model.committed.size();
        if (total > 0) {
            int number = random.nextInt(total);
            assertThat(stream.getEntry(number)).isEqualTo(model.committed.get(number));
            assertThat(stream.view().positionOf(number, stream.view().committed()))
                    .isEqualTo(model.positions.get(number));
        }
        refused(StreamSourceException.EntryNotFound.class, () -> stream.getEntry(total));
        SimulatedQueries.compare(stream, model, anyBookmark(), anyBookmark());
    }
}
