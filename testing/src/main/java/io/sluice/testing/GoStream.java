package io.sluice.testing;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.testing.GoServer.Fault;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/**
 * One stream to one client of a {@link GoServer}: history, then the handover with its faults, then the live operations.
 *
 * <p><b>Threading:</b> {@link #run()} is for a thread of its own. Operations are offered by any thread that holds the
 * server's handover lock; {@link #end()} is for any thread.
 */
final class GoStream {
    private static final Operation END = new Operation(Long.MAX_VALUE, List.of());
    private static final int MOST_REPEATED = 5;
    private static final long MOST_BEFORE_SILENCE = 3;

    private final GoServer server;
    private final GoSession session;
    private final SplittableRandom random;
    private final long from;
    private final BlockingQueue<Operation> queue = new LinkedBlockingQueue<>();
    private final CountDownLatch historySent = new CountDownLatch(1);

    /** Operations before this one came as history. Guarded by the server's handover lock. */
    private long firstLive;

    /** The faults that are drawn at the handover; for the stream's thread. */
    private boolean losesNext;

    private long silentAfter = Long.MAX_VALUE;

    /** A committed operation, and which one it is, counted from 0. */
    record Operation(long index, List<Entry> entries) {}

    GoStream(GoServer server, GoSession session, SplittableRandom random, long from) {
        this.server = server;
        this.session = session;
        this.random = random;
        this.from = from;
    }

    void run() {
        try {
            if (sendHistory()) {
                historySent.countDown();
                sendLive();
            }
        } catch (InterruptedException e) {
            throw new AssertionError("Nobody interrupts a stream's thread.", e);
        } finally {
            server.forget(this);
            historySent.countDown();
        }
    }

    /** Waits until history is sent, or the stream has ended before that. */
    void awaitHistory() throws InterruptedException {
        historySent.await();
    }

    void end() {
        queue.add(END);
    }

    void handOver(long operations) {
        firstLive = operations;
    }

    void offer(Operation operation) {
        // An operation can be in the history that was sent while its turn to be broadcast is still to come. Go servers
        // send it twice then; here that is left to the fault, which a test can switch off.
        if (operation.index() >= firstLive) {
            queue.add(operation);
        }
    }

    private boolean sendHistory() {
        long next = from;
        while (true) {
            Entry entry = server.history().entry(next);
            if (entry != null) {
                if (!session.send(this, entry)) {
                    return false;
                }
                next++;
            } else if (server.goLive(this, next)) {
                return commitFaults(next);
            }
        }
    }

    private boolean commitFaults(long end) {
        boolean hasHistory = end > from;
        boolean beyondEnd = hasHistory && server.draws(Fault.BEYOND_END, random) && server.strikes(Fault.BEYOND_END);
        if (beyondEnd && !session.send(this, neverCommitted(end))) {
            return false;
        }
        losesNext = !beyondEnd && server.draws(Fault.LOSE, random);
        if (hasHistory && server.draws(Fault.REPEAT, random) && !repeat(end)) {
            return false;
        }
        if (server.draws(Fault.SILENT, random)) {
            // An entry beyond the end is followed by its number's real data first, for the reason that LOSE has.
            silentAfter = random.nextLong(MOST_BEFORE_SILENCE + 1) + (beyondEnd ? 1 : 0);
        }
        return true;
    }

    private Entry neverCommitted(long number) {
        byte[] data = new byte[16 + random.nextInt(48)];
        random.nextBytes(data);
        return new Entry(number, 2, data);
    }

    /** As Go servers filter it, nothing before the start is repeated. */
    private boolean repeat(long end) {
        boolean wholeOperation = random.nextBoolean();
        long first =
                wholeOperation ? server.history().operationStart(end - 1) : end - 1 - random.nextInt(MOST_REPEATED);
        boolean counted = false;
        for (long number = Math.max(first, from); number < end; number++) {
            Entry entry = server.history().entry(number);
            if (entry == null) {
                return true; // Truncated meanwhile.
            }
            if (!counted && !server.strikes(Fault.REPEAT)) {
                return true;
            }
            counted = true;
            if (!session.send(this, entry)) {
                return false;
            }
        }
        return true;
    }

    private void sendLive() throws InterruptedException {
        for (long sent = 0; ; sent++) {
            Operation operation = queue.take();
            if (operation.index() == END.index()) {
                return;
            }
            if (sent >= silentAfter && server.strikes(Fault.SILENT)) {
                session.fallSilent(this);
                return;
            }
            List<Entry> entries = operation.entries();
            if (losesNext) {
                losesNext = false;
                entries = server.strikes(Fault.LOSE) ? withoutSome(entries) : entries;
            }
            for (Entry entry : entries) {
                if (entry.number() >= from && !session.send(this, entry)) {
                    return;
                }
            }
        }
    }

    /** Half of the time nothing is left, otherwise a hole of at least one entry is torn. */
    private List<Entry> withoutSome(List<Entry> entries) {
        if (random.nextBoolean()) {
            return List.of();
        }
        int first = random.nextInt(entries.size());
        int end = first + 1 + random.nextInt(entries.size() - first);
        return Stream.concat(entries.subList(0, first).stream(), entries.subList(end, entries.size()).stream())
                .toList();
    }

    /** The entry as it is streamed. */
    static byte[] packet(int packetType, Entry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + entry.data().length);
        EntryFormat.put(bytes, packetType, entry.type(), entry.number(), entry.data());
        return bytes.array();
    }
}
