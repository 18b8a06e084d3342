package io.sluice.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads commands from bytes that arrive in any fragmentation. It keeps no bytes of its own: what is not a whole command
 * yet stays in the caller's buffer, which needs room for {@link Command#MAX_LENGTH} bytes and no more.
 *
 * <p><b>Threading:</b> stateless.
 */
public final class CommandDecoder {
    private CommandDecoder() {}

    /**
     * Reads one command at the buffer's position, if all of it is there; otherwise nothing is consumed.
     *
     * @return null when bytes are missing
     * @throws ProtocolException when a bookmark is announced with 0 or more than 16 bytes
     */
    public static @Nullable Command read(ByteBuffer buffer) {
        int available = buffer.remaining();
        if (available < Command.PREFIX_LENGTH) {
            return null;
        }
        int start = buffer.position();
        long code = buffer.getLong(start);
        long streamType = buffer.getLong(start + Long.BYTES);
        Parameters parameters = new Parameters(buffer, start + Command.PREFIX_LENGTH);
        Command command = read(code, streamType, parameters);
        if (command != null) {
            buffer.position(parameters.index);
        }
        return command;
    }

    private static @Nullable Command read(long code, long streamType, Parameters parameters) {
        if (code == Command.Start.CODE) {
            return parameters.has(Long.BYTES) ? new Command.Start(streamType, parameters.takeLong()) : null;
        }
        if (code == Command.Stop.CODE) {
            return new Command.Stop(streamType);
        }
        if (code == Command.Header.CODE) {
            return new Command.Header(streamType);
        }
        if (code == Command.StartBookmark.CODE) {
            Bookmark from = parameters.takeBookmark();
            return from == null ? null : new Command.StartBookmark(streamType, from);
        }
        if (code == Command.Entry.CODE) {
            return parameters.has(Long.BYTES) ? new Command.Entry(streamType, parameters.takeLong()) : null;
        }
        if (code == Command.FirstAfterBookmark.CODE) {
            Bookmark bookmark = parameters.takeBookmark();
            return bookmark == null ? null : new Command.FirstAfterBookmark(streamType, bookmark);
        }
        if (code == Command.RangeBookmark.CODE) {
            Bookmark from = parameters.takeBookmark();
            Bookmark to = from == null ? null : parameters.takeBookmark();
            return from == null || to == null ? null : new Command.RangeBookmark(streamType, from, to);
        }
        if (code == Command.Extend.CODE) {
            return new Command.Extend(streamType);
        }
        if (code == Command.Unchanged.CODE) {
            return parameters.has(Long.BYTES) ? new Command.Unchanged(streamType, parameters.takeLong()) : null;
        }
        if (code == Command.Mark.CODE) {
            return new Command.Mark(streamType);
        }
        return new Command.Unknown(code, streamType);
    }

    /** A walk over the parameters that does not touch the buffer's position. */
    private static final class Parameters {
        private final ByteBuffer buffer;
        private int index;

        Parameters(ByteBuffer buffer, int index) {
            this.buffer = buffer;
            this.index = index;
        }

        boolean has(int count) {
            return buffer.limit() - index >= count;
        }

        long takeLong() {
            long value = buffer.getLong(index);
            index += Long.BYTES;
            return value;
        }

        @Nullable
        Bookmark takeBookmark() {
            if (!has(Integer.BYTES)) {
                return null;
            }
            int length = buffer.getInt(index);
            if (!Bookmark.isValidLength(length)) {
                throw new ProtocolException("A bookmark has 1 to " + Bookmark.MAX_LENGTH + " bytes, not "
                        + Integer.toUnsignedString(length) + ".");
            }
            if (!has(Integer.BYTES + length)) {
                return null;
            }
            byte[] bytes = new byte[length];
            buffer.get(index + Integer.BYTES, bytes);
            index += Integer.BYTES + length;
            return Bookmark.of(bytes);
        }
    }
}
