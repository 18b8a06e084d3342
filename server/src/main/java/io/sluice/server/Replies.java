package io.sluice.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamMark;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replies to commands, byte for byte (docs/protocol.md, "Replies").
 *
 * <p><b>Threading:</b> stateless.
 */
final class Replies {
    private Replies() {}

    static ByteBuf result(ByteBufAllocator allocator, Result result) {
        return encode(allocator, result.length(), result::putTo);
    }

    static ByteBuf header(ByteBufAllocator allocator, StreamHeader header) {
        return encode(allocator, Result.OK.length() + StreamHeader.LENGTH, buffer -> {
            Result.OK.putTo(buffer);
            header.putTo(buffer);
        });
    }

    /** An entry, or the entry that means "not found". */
    static ByteBuf entry(ByteBufAllocator allocator, @Nullable Entry entry) {
        int length = EntryFormat.HEADER_LENGTH + (entry == null ? 0 : entry.data().length);
        return encode(allocator, Result.OK.length() + length, buffer -> {
            Result.OK.putTo(buffer);
            if (entry == null) {
                EntryFormat.putNotFound(buffer);
            } else {
                EntryFormat.put(buffer, EntryFormat.PACKET_QUERIED_ENTRY, entry.type(), entry.number(), entry.data());
            }
        });
    }

    /** OK and a bare number: what stands before a range's entries, and what has stayed the same. */
    static ByteBuf number(ByteBufAllocator allocator, long number) {
        return encode(allocator, Result.OK.length() + Long.BYTES, buffer -> {
            Result.OK.putTo(buffer);
            buffer.putLong(number);
        });
    }

    /** The answer to the command that extends the protocol. */
    static ByteBuf extended(ByteBufAllocator allocator, StreamMark mark) {
        return encode(allocator, Result.OK.length() + mark.length(), buffer -> {
            Result.OK.putTo(buffer);
            mark.putTo(buffer);
        });
    }

    static ByteBuf mark(ByteBufAllocator allocator, StreamMark mark) {
        return encode(allocator, mark.length(), mark::putTo);
    }

    private static ByteBuf encode(ByteBufAllocator allocator, int length, Consumer<ByteBuffer> content) {
        ByteBuf bytes = allocator.directBuffer(length, length);
        content.accept(bytes.nioBuffer(0, length));
        return bytes.writerIndex(length);
    }
}
