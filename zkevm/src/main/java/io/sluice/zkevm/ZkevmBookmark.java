package io.sluice.zkevm;

import io.sluice.core.Bookmark;

/**
 * What a bookmark of the zkEVM names: the message {@code BookMark}.
 *
 * @param type a batch or a block
 * @param value its number; unsigned
 */
public record ZkevmBookmark(BookmarkType type, long value) implements ProtobufEntry {
    @Override
    public int entryType() {
        return EntryTypes.BOOKMARK;
    }

    /** The bookmark itself, to look it up with, in a stream of {@link Generation#PROTOBUF}. */
    public Bookmark toBookmark() {
        return Bookmark.of(encode());
    }
}
