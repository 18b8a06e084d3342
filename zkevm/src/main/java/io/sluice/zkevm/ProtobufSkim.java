package io.sluice.zkevm;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.sluice.core.Entry;
import java.io.IOException;

/**
 * Reads of messages what a {@link StreamCheck} wants to know: of a block its number, batch and time, and nothing else.
 * Most entries of a stream are blocks, their ends and bookmarks, and to make whole records of them takes much longer.
 *
 * <p><b>Threading:</b> stateless.
 */
final class ProtobufSkim {
    private static final int FIRST = tag(1);
    private static final int SECOND = tag(2);
    private static final int THIRD = tag(3);

    private static final int DEBUG_OF_BLOCK = 14;

    private ProtobufSkim() {}

    private static int tag(int field) {
        return field << 3 | WireFormat.WIRETYPE_VARINT;
    }

    /** @throws ZkevmException.BadEntry exactly when {@link ProtobufFormat#decode} throws it */
    static ZkevmEntry decode(Entry entry) {
        int type = entry.type();
        if (type != EntryTypes.L2_BLOCK && type != EntryTypes.L2_BLOCK_END && type != EntryTypes.BOOKMARK) {
            return ProtobufFormat.decode(entry);
        }
        long first = 0;
        long second = 0;
        long third = 0;
        CodedInputStream input = CodedInputStream.newInstance(entry.data());
        try {
            while (true) {
                int tag = input.readTag();
                if (tag == 0) {
                    break;
                } else if (tag == FIRST) {
                    first = input.readUInt64();
                } else if (tag == SECOND) {
                    second = input.readUInt64();
                } else if (tag == THIRD) {
                    third = input.readUInt64();
                } else if (isSimple(tag, type)) {
                    input.skipField(tag);
                } else {
                    return ProtobufFormat.decode(entry);
                }
            }
        } catch (IOException e) {
            // It says what is wrong.
            return ProtobufFormat.decode(entry);
        }
        return switch (type) {
            case EntryTypes.L2_BLOCK ->
                L2Block.builder(first, second).timestamp(third).build();
            case EntryTypes.L2_BLOCK_END -> new L2BlockEnd(first);
            default -> new ZkevmBookmark(new BookmarkType((int) first), second);
        };
    }

    /** Whether a field is a number or bytes, and no message or group that could be wrong in itself. */
    private static boolean isSimple(int tag, int type) {
        int wireType = tag & 7;
        boolean message = type == EntryTypes.L2_BLOCK && tag >>> 3 == DEBUG_OF_BLOCK;
        return !message && (wireType == WireFormat.WIRETYPE_VARINT || wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED);
    }
}
