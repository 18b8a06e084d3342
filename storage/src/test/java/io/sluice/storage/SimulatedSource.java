package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

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

    /** Whether the stream has threads of its own, so that only waiting tells what is committed. */
    private final boolean threads;

    /** What was acknowledged. */
    private StreamModel model;

    /** What the call that runs now would make of it, if it got through. */
    private StreamModel intended;

    /** All that was acknowledged since the stream was opened. */
    private final List<StreamModel> states = new ArrayList<>();

    private final Deque<Pending> pending = new ArrayDeque<>();
    private final List<Entry> operation = new ArrayList<>();
    private boolean open;

    private record Pending(CompletableFuture<StreamHeader> outcome, StreamModel after) {}

    SimulatedSource(DataStream stream, StreamModel model, int pageLength, Random random, boolean threads) {
        this.stream = stream;
        this.threads = threads;
        this.model = model;
        this.intended = model;
        states.add(model);
        this.pageLength = pageLength;
        this.random = random;
    }

    /** What the stream holds once it is closed: what was submitted is waited for, an open operation is dropped. */
    StreamModel finish() {
        return last();
    }

    /** The states that the stream may be in now, seen from outside, after a crash. */
    List<StreamModel> possible() {
        List<StreamModel> states = new ArrayList<>();
        states.add(model);
        pending.forEach(each -> states.add(each.after()));
        states.add(intended);
        return states;
    }

    /** What the call that runs now would make of the stream. */
    StreamModel intended() {
        return intended;
    }

    /** Which of the states that are possible now has this end; one that was just committed. */
    Optional<StreamModel> shown(Committed now) {
        return possible().stream()
                .filter(state -> state.committed.size() == now.entries() && state.end() == now.position())
                .findFirst();
    }

    /** The states that the stream may have had at any time since it was opened. */
    List<StreamModel> everPossible() {
        List<StreamModel> all = new ArrayList<>(states);
        all.addAll(possible());
        return all;
    }

    private void acknowledge(StreamModel state) {
        model = state;
        states.add(state);
    }

    private StreamModel last() {
        return pending.isEmpty() ? model : pending.getLast().after();
    }

    /** One random call. */
    void call() {
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
            case 21 -> {
                stream.step();
                settle();
            }
            default -> query();
        }
    }

    private void start() {
        if (open) {
            assertThatThrownBy(stream::startAtomicOp).isInstanceOf(StreamSourceException.OperationAlreadyOpen.class);
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
            assertThatThrownBy(() -> stream.addStreamEntry(type, data))
                    .isInstanceOf(StreamSourceException.NoOpenOperation.class);
            return;
        }
        if (random.nextInt(30) == 0) {
            byte[] tooLarge = new byte[pageLength - EntryFormat.HEADER_LENGTH + 1];
            assertThatThrownBy(() -> stream.addStreamEntry(type, tooLarge))
                    .isInstanceOf(StreamSourceException.EntryTooLarge.class);
            assertThatThrownBy(() -> stream.addStreamEntry(random.nextBoolean() ? 0xb0 : -1, data))
                    .isInstanceOf(StreamSourceException.ReservedEntryType.class);
        }
        added(stream.addStreamEntry(type, data), type, data);
    }

    private void addBookmark() {
        Bookmark bookmark = anyBookmark();
        if (!open) {
            assertThatThrownBy(() -> stream.addStreamBookmark(bookmark))
                    .isInstanceOf(StreamSourceException.NoOpenOperation.class);
            return;
        }
        added(stream.addStreamBookmark(bookmark), EntryFormat.TYPE_BOOKMARK, bookmark.toBytes());
    }

    private void added(long number, int type, byte[] data) {
        assertThat(number).isEqualTo(nextNumber());
        operation.add(new Entry(number, type, data));
    }

    private long nextNumber() {
        return (long) last().committed.size() + operation.size();
    }

    private static Bookmark random(List<Bookmark> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    private Bookmark anyBookmark() {
        return random(BOOKMARKS, random);
    }

    private void update() {
        if (!open) {
            assertThatThrownBy(() -> stream.updateEntryData(0, 1, new byte[0]))
                    .isInstanceOf(StreamSourceException.NoOpenOperation.class);
            return;
        }
        long next = nextNumber();
        assertThatThrownBy(() -> stream.updateEntryData(next, 1, new byte[0]))
                .isInstanceOf(StreamSourceException.UnknownEntryNumber.class);
        if (next > operation.size()) {
            assertThatThrownBy(() -> stream.updateEntryData(random.nextLong(next - operation.size()), 1, new byte[0]))
                    .isInstanceOf(StreamSourceException.NotInOpenOperation.class);
        }
        if (operation.isEmpty()) {
            return;
        }
        int index = random.nextInt(operation.size());
        Entry entry = operation.get(index);
        assertThatThrownBy(() -> stream.updateEntryData(entry.number(), entry.type() + 1, entry.data()))
                .isInstanceOf(StreamSourceException.WrongEntryType.class);
        byte[] data = entry.isBookmark() ? anyBookmark().toBytes() : randomData();
        if (random.nextBoolean() && !entry.isBookmark()) {
            data = java.util.Arrays.copyOf(data, entry.data().length);
        }
        stream.updateEntryData(entry.number(), entry.type(), data);
        operation.set(index, new Entry(entry.number(), entry.type(), data));
    }

    private void commit() {
        if (!open) {
            assertThatThrownBy(stream::commitAtomicOp).isInstanceOf(StreamSourceException.NoOpenOperation.class);
            return;
        }
        intended = last().with(operation);
        StreamHeader header = stream.commitAtomicOp();
        pending.clear();
        acknowledge(intended);
        assertThat(header).isEqualTo(stream.getHeader());
        closed();
    }

    private void commitAsync() {
        if (!open) {
            return;
        }
        intended = last().with(operation);
        pending.add(new Pending(stream.commitAtomicOpAsync(), intended));
        closed();
        settle();
    }

    private void closed() {
        open = false;
        operation.clear();
    }

    /** Takes over what was acknowledged by now; in order. */
    private void settle() {
        boolean earlierOpen = false;
        for (Pending each : List.copyOf(pending)) {
            if (threads) {
                each.outcome().join();
            }
            boolean done = each.outcome().isDone();
            assertThat(done && earlierOpen).as("acknowledged out of order").isFalse();
            earlierOpen |= !done;
            if (done) {
                if (each.outcome().isCompletedExceptionally()) {
                    throw (RuntimeException)
                            each.outcome().handle((header, failure) -> failure).join();
                }
                assertThat(each.outcome().join().totalEntries())
                        .isEqualTo(each.after().committed.size());
                acknowledge(each.after());
                pending.remove();
            }
        }
    }

    private void rollBack() {
        if (!open) {
            assertThatThrownBy(stream::rollbackAtomicOp).isInstanceOf(StreamSourceException.NoOpenOperation.class);
            return;
        }
        stream.rollbackAtomicOp();
        closed();
    }

    private void truncate() {
        settle();
        if (open || !pending.isEmpty()) {
            assertThatThrownBy(() -> stream.truncate(0)).isInstanceOf(StreamSourceException.OperationPending.class);
            return;
        }
        int total = model.committed.size();
        assertThatThrownBy(() -> stream.truncate(total + 1))
                .isInstanceOf(StreamSourceException.UnknownEntryNumber.class);
        int number = Math.max(0, total - random.nextInt(12));
        intended = model.truncated(number);
        stream.truncate(number);
        acknowledge(intended);
    }

    private void rewrite() {
        settle();
        if (open || !pending.isEmpty()) {
            assertThatThrownBy(() -> stream.rewriteCommittedEntry(0, 1, new byte[0]))
                    .isInstanceOf(StreamSourceException.OperationPending.class);
            return;
        }
        int total = model.committed.size();
        assertThatThrownBy(() -> stream.rewriteCommittedEntry(total, 1, new byte[0]))
                .isInstanceOf(StreamSourceException.UnknownEntryNumber.class);
        if (total == 0) {
            return;
        }
        int number = random.nextInt(total);
        Entry entry = model.committed.get(number);
        assertThatThrownBy(() -> stream.rewriteCommittedEntry(number, entry.type(), new byte[entry.data().length + 1]))
                .isInstanceOf(StreamSourceException.class);
        byte[] data = new byte[entry.data().length];
        random.nextBytes(data);
        intended = model.rewritten(number, data);
        stream.rewriteCommittedEntry(number, entry.type(), data);
        acknowledge(intended);
    }

    private void query() {
        settle();
        assertThat(stream.getHeader().totalEntries()).isEqualTo(model.committed.size());
        assertThat(stream.getHeader().totalLength()).isEqualTo(model.end());
        int total = model.committed.size();
        if (total > 0) {
            int number = random.nextInt(total);
            assertThat(stream.getEntry(number)).isEqualTo(model.committed.get(number));
            assertThat(stream.view().positionOf(number, stream.view().committed()))
                    .isEqualTo(model.positions.get(number));
        }
        assertThatThrownBy(() -> stream.getEntry(total)).isInstanceOf(StreamSourceException.EntryNotFound.class);
        SimulatedQueries.compare(stream, model, anyBookmark(), anyBookmark());
    }
}
