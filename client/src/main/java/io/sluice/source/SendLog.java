package io.sluice.source;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;

/**
 * The messages of operations, one behind the other, from the moment they are made until the server has answered: what is to
 * be sent, and what may have to be sent again. Positions count the bytes since the source was opened, and only grow.
 *
 * <p><b>Threading:</b> guarded by the lock of {@link Delivery}. The bytes of a {@link Slice} do not change before the next
 * one is taken, and may be read without it.
 */
final class SendLog {
    private static final int SEGMENT_LENGTH = 64 << 10;

    /** Some bytes that are to be sent. */
    record Slice(byte[] bytes, int offset, int length) {}

    /** Segments that are kept to be used again: new memory costs more than what is done with it. */
    private static final int MAX_SPARE = 32;

    private final List<ByteBuffer> segments = new ArrayList<>();
    private final Deque<ByteBuffer> spare = new ArrayDeque<>();

    /** Ends of messages, one in about each 64 KiB, so that other messages can be sent in between. */
    private final TreeSet<Long> boundaries = new TreeSet<>();

    /** The position of the first segment's first byte. */
    private long start;

    private long released;
    private long sent;

    /** What lies before this position was handed out before the last time, and nobody looks at those slices any more. */
    private long written;

    private long end;

    /** Where the next message goes. */
    long end() {
        return end;
    }

    /** What was handed out to be sent, over the connection of now. */
    long sent() {
        return sent;
    }

    /** Bytes that are kept. */
    long keptBytes() {
        return end - released;
    }

    /** Adds whole messages; the buffer is consumed. */
    void append(ByteBuffer messages) {
        end += messages.remaining();
        while (messages.hasRemaining()) {
            ByteBuffer tail = tail();
            int count = Math.min(tail.remaining(), messages.remaining());
            tail.put(tail.position(), messages, messages.position(), count);
            tail.position(tail.position() + count);
            messages.position(messages.position() + count);
        }
        if (boundaries.isEmpty() || end - boundaries.last() >= SEGMENT_LENGTH) {
            boundaries.add(end);
        }
    }

    private ByteBuffer tail() {
        ByteBuffer last = segments.isEmpty() ? null : segments.get(segments.size() - 1);
        if (last != null && last.hasRemaining()) {
            return last;
        }
        ByteBuffer reused = spare.pollLast();
        ByteBuffer next = reused == null ? ByteBuffer.allocate(SEGMENT_LENGTH) : reused.clear();
        segments.add(next);
        return next;
    }

    /**
     * Hands out what is to be sent next, up to the end of a message; empty when nothing is. What was handed out the last time
     * has been sent by then, or cannot be any more.
     */
    List<Slice> take() {
        written = sent;
        Long boundary = boundaries.higher(sent);
        long to = boundary == null ? end : boundary;
        List<Slice> slices = new ArrayList<>();
        while (sent < to) {
            int segment = (int) ((sent - start) / SEGMENT_LENGTH);
            int offset = (int) ((sent - start) % SEGMENT_LENGTH);
            int length = (int) Math.min(SEGMENT_LENGTH - offset, to - sent);
            slices.add(new Slice(segments.get(segment).array(), offset, length));
            sent += length;
        }
        return slices;
    }

    /** Another connection: everything from this position on is to be sent again. */
    void sendAgainFrom(long position) {
        sent = position;
    }

    /** What lies before this position was answered. */
    void release(long position) {
        released = position;
        int count = (int) ((released - start) / SEGMENT_LENGTH);
        if (count > 0) {
            int idle = (int) (Math.min(written, released) - start) / SEGMENT_LENGTH;
            segments.subList(0, Math.max(0, idle)).stream()
                    .limit(MAX_SPARE - spare.size())
                    .forEach(spare::addLast);
            segments.subList(0, count).clear();
            start += (long) count * SEGMENT_LENGTH;
            boundaries.headSet(released).clear();
        }
    }

    /** What was added from here on is not wanted any more; nothing of it was sent. */
    void dropFrom(long position) {
        end = position;
        int count = (int) ((end - start + SEGMENT_LENGTH - 1) / SEGMENT_LENGTH);
        segments.subList(count, segments.size()).clear();
        if (count > 0) {
            segments.get(count - 1).position((int) (end - start - (count - 1L) * SEGMENT_LENGTH));
        }
        boundaries.tailSet(position, false).clear();
    }

    /** Nothing of what is kept is wanted any more. */
    void clear() {
        segments.clear();
        boundaries.clear();
        start = end;
        released = end;
        sent = end;
    }
}
