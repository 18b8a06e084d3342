package io.sluice.client;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The last entries that a follower has received, as fingerprints: what a server must still have, in the same place, for
 * the follower to go on. A fingerprint is the CRC-32C and the CRC-32 of the entry's length, type, number and data. It
 * tells histories apart, it does not resist forgery: a server that wants to lie can do so without forging anything.
 *
 * <p><b>Threading:</b> one thread.
 */
final class Window {
    /** How many entries are remembered. */
    static final int CAPACITY = 256;

    /** How many bytes of entries are asked for again, at most, unless the last entry alone is longer. */
    private static final int MAX_BYTES = 4 << 20;

    /** Longer ends of batches are not kept: to read them at once costs little beside receiving them. */
    private static final int MAX_UNREAD_BYTES = 64 << 10;

    private final CRC32C castagnoli = new CRC32C();
    private final CRC32 ieee = new CRC32();

    /** Entry number n is at n modulo the capacity, in both. */
    private final long[] fingerprints;

    private final int[] lengths;
    private long next;
    private int held;

    /**
     * The end of the last batch, if it alone fills the window: its fingerprints are computed when somebody asks, because
     * while catching up another one takes its place at once.
     */
    private @Nullable ByteBuffer unread;

    private long unreadFirst;
    private boolean hasUnread;

    Window(long next) {
        this(new long[CAPACITY], new int[CAPACITY], next, 0);
    }

    private Window(long[] fingerprints, int[] lengths, long next, int held) {
        this.fingerprints = fingerprints;
        this.lengths = lengths;
        this.next = next;
        this.held = held;
    }

    /** What it is now, whatever is added later. */
    Window snapshot() {
        settle();
        return new Window(fingerprints.clone(), lengths.clone(), next, held);
    }

    /** The fingerprint of one entry. */
    static long fingerprint(Entry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + entry.data().length);
        EntryFormat.put(bytes, EntryFormat.PACKET_ENTRY, entry.type(), entry.number(), entry.data());
        return new Window(0).fingerprint(bytes, 0, bytes.capacity());
    }

    /** The number after the last entry; unsigned. */
    long next() {
        return next;
    }

    /** Forgets everything, and goes on with this number. */
    void startAt(long number) {
        hasUnread = false;
        next = number;
        held = 0;
    }

    /** How many of the last entries should be compared: all that are held, unless they are very long. */
    int count() {
        settle();
        long bytes = 0;
        for (int count = 0; count < held; count++) {
            bytes += lengths[slot(next - 1 - count)];
            if (bytes > MAX_BYTES) {
                return Math.max(1, count);
            }
        }
        return held;
    }

    /** Adds the entries of a batch, which follow what is held. */
    void add(EntryBatch batch) {
        if (batch.firstNumber() != next) {
            throw new IllegalStateException(batch + " does not follow entry " + Wording.unsigned(next - 1));
        }
        ByteBuffer buffer = batch.buffer();
        int tailBytes = batch.endIndex() - batch.tailIndex();
        if (batch.count() >= CAPACITY && tailBytes <= MAX_UNREAD_BYTES) {
            if (unread == null) {
                unread = ByteBuffer.allocate(MAX_UNREAD_BYTES);
            }
            unread.clear().put(0, buffer, batch.tailIndex(), tailBytes).limit(tailBytes);
            unreadFirst = batch.tailNumber();
            hasUnread = true;
        } else {
            settle();
            addFingerprints(buffer, batch.tailIndex(), batch.tailNumber(), batch.lastNumber() + 1);
        }
        next = batch.lastNumber() + 1;
        held = (int) Math.min(CAPACITY, held + (long) batch.count());
    }

    /** Computes the fingerprints that were put off. */
    private void settle() {
        if (hasUnread && unread != null) {
            hasUnread = false;
            addFingerprints(unread, 0, unreadFirst, next);
        }
    }

    private void addFingerprints(ByteBuffer buffer, int index, long first, long after) {
        ByteBuffer view = buffer.duplicate();
        int at = index;
        for (long number = first; number != after; number++) {
            int length = EntryFormat.length(buffer, at);
            if (after - number <= CAPACITY) {
                fingerprints[slot(number)] = fingerprint(view, at, length);
                lengths[slot(number)] = length;
            }
            at += length;
        }
    }

    /** Becomes the same as the other. */
    void takeOver(Window other) {
        other.settle();
        hasUnread = false;
        System.arraycopy(other.fingerprints, 0, fingerprints, 0, CAPACITY);
        System.arraycopy(other.lengths, 0, lengths, 0, CAPACITY);
        next = other.next;
        held = other.held;
    }

    /** Whether the entry with this number is among those held. */
    boolean holds(long number) {
        long distance = next - number;
        return distance > 0 && distance <= held;
    }

    /** Whether the entry in the buffer is the one that is held under its number. */
    boolean matches(ByteBuffer buffer, int index) {
        settle();
        int length = EntryFormat.length(buffer, index);
        return fingerprints[slot(EntryFormat.number(buffer, index))] == fingerprint(buffer.duplicate(), index, length);
    }

    /**
     * The number of the first entry in which two windows with the same {@link #next()} differ, among the last ones.
     *
     * @param count how many entries are compared; both hold them
     * @return {@code next()} when they do not differ
     */
    long firstDifference(Window other, int count) {
        settle();
        other.settle();
        for (long number = next - count; number != next; number++) {
            if (fingerprints[slot(number)] != other.fingerprints[slot(number)]) {
                return number;
            }
        }
        return next;
    }

    /** One digest of the last entries. */
    byte[] digest(int count) {
        settle();
        ByteBuffer bytes = ByteBuffer.allocate(count * Long.BYTES);
        for (long number = next - count; number != next; number++) {
            bytes.putLong(fingerprints[slot(number)]);
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes.array());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Each Java platform has SHA-256.", e);
        }
    }

    private static int slot(long number) {
        return (int) (number & (CAPACITY - 1));
    }

    /** Without the packet type, which depends on the way an entry came. */
    private long fingerprint(ByteBuffer view, int index, int length) {
        castagnoli.reset();
        ieee.reset();
        castagnoli.update(view.limit(index + length).position(index + 1));
        ieee.update(view.position(index + 1));
        return castagnoli.getValue() << Integer.SIZE | ieee.getValue();
    }
}
