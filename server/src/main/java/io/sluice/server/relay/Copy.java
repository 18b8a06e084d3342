package io.sluice.server.relay;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.ResumeToken;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.OpenOperation;
import io.sluice.storage.StreamView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The relay's own stream, as the one who writes it sees it. What has come since the last end that an upstream has shown
 * waits in an open operation, behind what is published; there it outlives the process, too.
 *
 * <p><b>Threading:</b> the thread that follows, but for {@link #stream}.
 */
final class Copy {
    /** As many entries are compared with an upstream's. */
    private static final int WINDOW = 256;

    /** So much, or what came in this time, is fetched again after a crash at most. Each time costs a force. */
    private static final long KEEP_BYTES = 64 << 20;

    private static final long KEEP_NANOS = Duration.ofSeconds(2).toNanos();

    private final DataStream stream;
    private final OpenOperation open;
    private long addedBytes;
    private long keptAt = System.nanoTime();

    Copy(DataStream stream) {
        this.stream = stream;
        this.open = stream.openOperation();
    }

    DataStream stream() {
        return stream;
    }

    /** Takes up what an earlier process has left behind the published end. */
    boolean takeUp() {
        return open.takeUp();
    }

    /** The number of the entry that is due. */
    long next() {
        return open.nextNumber();
    }

    /** How many entries are published. */
    long published() {
        return stream.view().committed().entries();
    }

    /** Whether there are entries that are not published. */
    boolean isOpen() {
        return open.isOpen();
    }

    void add(EntryBatch batch) {
        if (!open.isOpen()) {
            stream.startAtomicOp();
            addedBytes = 0;
            keptAt = System.nanoTime();
        }
        open.add(batch.bytes());
        addedBytes += batch.byteLength();
        if (batch.endsOperation()) {
            publish();
        } else if (addedBytes >= KEEP_BYTES || System.nanoTime() - keptAt >= KEEP_NANOS) {
            keep();
        }
    }

    /** All that is there is whole: the upstream has shown this end. */
    void publish() {
        if (open.isOpen()) {
            stream.commitAtomicOp();
        }
    }

    /** Makes sure that the next process finds what is not published. */
    void keep() {
        open.keep();
        addedBytes = 0;
        keptAt = System.nanoTime();
    }

    /** After a failure: drops what came since it was kept, and goes on behind that. */
    void backToKept() {
        open.backToKept();
        addedBytes = 0;
        keptAt = System.nanoTime();
    }

    /** Drops what is not published. */
    void rollBack() {
        if (open.isOpen()) {
            stream.rollbackAtomicOp();
        }
    }

    /** Drops the end of what is not published; the rest of it still outlives the process. */
    void cut(long entries) {
        if (entries <= published()) {
            rollBack();
        } else if (entries < next()) {
            open.cut(entries);
            keep();
        }
    }

    /** The last end of an operation up to a published entry; if none is known, that entry itself. */
    long endUpTo(long number) {
        StreamView view = stream.view();
        Committed now = view.committed();
        return view.operationEnd(view.positionOf(number, now), now).orElse(number);
    }

    void truncate(long entries) {
        rollBack();
        stream.truncate(entries);
    }

    /** What is published as far as it goes, and the rest of what has come behind it, without padding. */
    OwnEntries entries(long from) {
        return new OwnEntries(stream.view(), open, from);
    }

    /**
     * Where to go on: behind the last entry, published or not.
     *
     * @param generation which history of the upstream's the entries are of, if that is known
     */
    FollowFrom place(OptionalLong generation) {
        long next = next();
        if (next == 0) {
            return FollowFrom.entry(0);
        }
        List<Entry> last = new ArrayList<>(WINDOW);
        for (long number = Math.max(0, next - WINDOW); number < next; number++) {
            last.add(entry(number));
        }
        StreamHeader header = stream.getHeader();
        return FollowFrom.token(ResumeToken.after(header, entry(0), last, generation));
    }

    private Entry entry(long number) {
        Entry committed = stream.view().entry(number);
        return committed == null ? Objects.requireNonNull(stream.openEntry(number)) : committed;
    }
}
