package io.sluice.zkevm;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.core.Bookmark;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The bookmarks by which batches and blocks are found in a stream.
 *
 * <p><b>Threading:</b> stateless.
 */
public final class Bookmarks {
    private Bookmarks() {}

    /**
     * That of a batch: {@code 08 01 10} and the number as a varint; of batch 0 it is {@code 08 01}.
     *
     * @param number unsigned
     */
    public static Bookmark batch(long number) {
        return batch(Generation.PROTOBUF, number);
    }

    /**
     * That of a block: {@code 08 02 10} and the number as a varint; of block 0 it is {@code 08 02}.
     *
     * @param number unsigned
     */
    public static Bookmark l2Block(long number) {
        return l2Block(Generation.PROTOBUF, number);
    }

    /** That of a batch, in a stream of this generation. */
    public static Bookmark batch(Generation generation, long number) {
        return of(generation, BookmarkType.BATCH, number);
    }

    /** That of a block, in a stream of this generation. */
    public static Bookmark l2Block(Generation generation, long number) {
        return of(generation, BookmarkType.L2_BLOCK, number);
    }

    private static Bookmark of(Generation generation, BookmarkType type, long number) {
        return switch (generation) {
            case PROTOBUF -> new ZkevmBookmark(type, number).toBookmark();
            case BIG_ENDIAN -> Bookmark.of(FixedFormat.bookmark(type, number, ByteOrder.BIG_ENDIAN));
            case LITTLE_ENDIAN -> Bookmark.of(FixedFormat.bookmark(type, number, ByteOrder.LITTLE_ENDIAN));
        };
    }

    /** What a bookmark names in a stream of {@link Generation#PROTOBUF}; empty when it is no bookmark of the zkEVM. */
    public static Optional<ZkevmBookmark> parse(Bookmark bookmark) {
        return parse(Generation.PROTOBUF, bookmark);
    }

    /** What a bookmark names in a stream of this generation; empty when it is none of them. */
    public static Optional<ZkevmBookmark> parse(Generation generation, Bookmark bookmark) {
        byte[] bytes = bookmark.toBytes();
        if (generation == Generation.PROTOBUF) {
            return parseMessage(bookmark);
        }
        if (bytes.length != FixedFormat.BOOKMARK_LENGTH || bytes[0] < 0 || bytes[0] > 1) {
            return Optional.empty();
        }
        ByteOrder order = generation == Generation.BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        long number = ByteBuffer.wrap(bytes).order(order).getLong(1);
        return Optional.of(new ZkevmBookmark(bytes[0] == 0 ? BookmarkType.L2_BLOCK : BookmarkType.BATCH, number));
    }

    private static Optional<ZkevmBookmark> parseMessage(Bookmark bookmark) {
        try {
            ZkevmBookmark parsed = ProtobufFormat.bookmark(bookmark.toBytes());
            boolean known =
                    parsed.type().equals(BookmarkType.BATCH) || parsed.type().equals(BookmarkType.L2_BLOCK);
            // Bookmarks are compared as bytes, so only the bytes that a producer writes name anything.
            return known && parsed.toBookmark().equals(bookmark) ? Optional.of(parsed) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }
}
