package io.sluice.client;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One or more whole entries with consecutive numbers, as they arrived. A batch is a view of the client's receive buffer
 * and valid <b>until the next call to the client</b>, to its range or to the follower, and in an {@link EntryHandler} until
 * it returns; later use is an {@link IllegalStateException}. What a {@linkplain StreamFollower#publisher publisher} gives
 * stays valid.
 *
 * <p>The cursor reads without an allocation per entry:
 *
 * <pre>{@code
 * while (batch.advance()) {
 *     handle(batch.number(), batch.type(), batch.data());
 * }
 * }</pre>
 *
 * <p>Who rather has plain records, which stay valid, iterates: {@code for (Entry entry : batch)}.
 *
 * <p><b>Threading:</b> for the thread that calls the client or the follower; one from a publisher for one thread at a time.
 */
public final class EntryBatch implements Iterable<Entry> {
    private static final int NONE = -1;

    private final ByteBuffer buffer;
    private final int start;
    private final int end;
    private final long firstNumber;
    private final int count;

    /** An entry with no fewer than a window's after it, if there are that many: see {@link EntrySequence}. */
    private final int tailIndex;

    private final long tailNumber;

    private boolean endsOperation;
    private @Nullable Supplier<ResumeToken> token;
    private boolean valid = true;

    /** Where the cursor's entry begins. */
    private int current = NONE;

    /** Where the entry after the cursor's begins. */
    private int following;

    EntryBatch(ByteBuffer buffer, int start, int end, long firstNumber, int count, int tailIndex, long tailNumber) {
        this.buffer = buffer;
        this.start = start;
        this.end = end;
        this.firstNumber = firstNumber;
        this.count = count;
        this.tailIndex = tailIndex;
        this.tailNumber = tailNumber;
        this.following = start;
    }

    /** How many entries there are, at least 1. */
    public int count() {
        return count;
    }

    /** The number of the first entry; unsigned. */
    public long firstNumber() {
        return firstNumber;
    }

    /** The number of the last entry; unsigned. */
    public long lastNumber() {
        return firstNumber + count - 1;
    }

    /** How many bytes the entries have, with the 17 before each one's data. */
    public int byteLength() {
        return end - start;
    }

    /**
     * The entries' own bytes, as they lie in a stream file (packet type 2, no padding): a read-only view, which shows
     * other bytes once the batch is no longer valid.
     */
    public ByteBuffer bytes() {
        requireValid();
        return buffer.slice(start, end - start).asReadOnlyBuffer();
    }

    /** Puts the cursor on the next entry, which is the first one at first; false when there is none left. */
    public boolean advance() {
        requireValid();
        if (following == end) {
            current = NONE;
            return false;
        }
        current = following;
        following += EntryFormat.length(buffer, current);
        return true;
    }

    /** Puts the cursor before the first entry again. */
    public void rewind() {
        requireValid();
        current = NONE;
        following = start;
    }

    /** The number of the cursor's entry; unsigned. */
    public long number() {
        return EntryFormat.number(buffer, current());
    }

    /** The type of the cursor's entry; unsigned. */
    public int type() {
        return EntryFormat.type(buffer, current());
    }

    /** How many bytes of data the cursor's entry has. */
    public int dataLength() {
        return following - current() - EntryFormat.HEADER_LENGTH;
    }

    /**
     * The data of the cursor's entry: a read-only view, which shows other bytes once the batch is no longer valid.
     */
    public ByteBuffer data() {
        return buffer.slice(current() + EntryFormat.HEADER_LENGTH, dataLength()).asReadOnlyBuffer();
    }

    /**
     * Copies the data of the cursor's entry.
     *
     * @param target what to copy into
     * @param offset where in it to begin
     * @return {@link #dataLength()}
     * @throws IndexOutOfBoundsException when it does not fit
     */
    public int copyData(byte[] target, int offset) {
        int length = dataLength();
        buffer.get(current + EntryFormat.HEADER_LENGTH, target, offset, length);
        return length;
    }

    /** All entries as records of their own, which stay valid. Does not move the cursor. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>(count);
        forEach(entries::add);
        return entries;
    }

    /** Gives each entry as a record of its own, which stays valid. Does not move the cursor. */
    @Override
    public Iterator<Entry> iterator() {
        requireValid();
        return new Iterator<>() {
            private int next = start;

            @Override
            public boolean hasNext() {
                return next < end;
            }

            @Override
            public Entry next() {
                requireValid();
                if (!hasNext()) {
                    throw new NoSuchElementException("The batch ends with entry " + Wording.unsigned(lastNumber()));
                }
                Entry entry = EntryFormat.read(buffer, next);
                next += EntryFormat.length(buffer, next);
                return entry;
            }
        };
    }

    /**
     * Whether the stream was committed exactly up to the end of this batch at some moment, as far as the server has
     * shown: whoever has taken it has whole operations. A follower that asked for
     * {@linkplain FollowOptions#wholeOperations() whole operations} gets batches that never reach over such an end.
     */
    public boolean endsOperation() {
        return endsOperation;
    }

    /**
     * The place after this batch, to be stored beside what was made of it.
     *
     * @throws IllegalStateException when the batch does not come from a {@link StreamFollower}
     */
    public ResumeToken resumeToken() {
        requireValid();
        if (token == null) {
            throw new IllegalStateException("Only the batches of a StreamFollower have a place to go on from.");
        }
        return token.get();
    }

    /** The same entries in memory of their own, which stay valid. */
    EntryBatch copy(Supplier<ResumeToken> lastingToken) {
        ByteBuffer bytes = ByteBuffer.allocate(end - start);
        bytes.put(0, buffer, start, end - start);
        EntryBatch copy = new EntryBatch(bytes, 0, end - start, firstNumber, count, tailIndex - start, tailNumber);
        copy.endsOperation = endsOperation;
        copy.token = lastingToken;
        return copy;
    }

    /** The first entry as a record of its own, which stays valid. */
    Entry firstEntry() {
        return EntryFormat.read(buffer, start);
    }

    /** The last entry as a record of its own, which stays valid. */
    Entry lastEntry() {
        return EntryFormat.read(buffer, lastIndex());
    }

    /** The same without the last entry; null when there is no other. */
    @Nullable
    EntryBatch withoutLast() {
        return count == 1
                ? null
                : new EntryBatch(buffer, start, lastIndex(), firstNumber, count - 1, tailIndex, tailNumber);
    }

    private int lastIndex() {
        int index = tailIndex;
        for (long number = tailNumber; number != lastNumber(); number++) {
            index += EntryFormat.length(buffer, index);
        }
        return index;
    }

    void setEndsOperation(boolean isEnd) {
        endsOperation = isEnd;
    }

    void setResumeToken(Supplier<ResumeToken> newToken) {
        token = newToken;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    int endIndex() {
        return end;
    }

    int tailIndex() {
        return tailIndex;
    }

    long tailNumber() {
        return tailNumber;
    }

    @Override
    public String toString() {
        return "EntryBatch[entries " + Wording.unsigned(firstNumber) + " to " + Wording.unsigned(lastNumber()) + ", "
                + byteLength() + " bytes]";
    }

    /** The buffer is about to be used for other bytes. */
    void invalidate() {
        valid = false;
        current = NONE;
    }

    private void requireValid() {
        if (!valid) {
            throw new IllegalStateException(
                    "This batch was valid until the next call to the client, which has happened:"
                            + " take what is needed of a batch before asking for more.");
        }
    }

    private int current() {
        if (current == NONE) {
            requireValid();
            throw new IllegalStateException("The cursor is on no entry: advance() must have returned true.");
        }
        return current;
    }
}
