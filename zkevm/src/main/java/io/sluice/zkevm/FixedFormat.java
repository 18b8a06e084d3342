package io.sluice.zkevm;

import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * The fixed layouts before June 2024. The length of an entry tells which of them it has, so a length that none of
 * them has is an error.
 *
 * <p><b>Threading:</b> stateless.
 */
final class FixedFormat {
    static final int BOOKMARK_LENGTH = 9;
    private static final int BIG_ENDIAN_UPDATE_GER_LENGTH = 106;
    private static final int LITTLE_ENDIAN_UPDATE_GER_LENGTH = 102;

    /** The usual one, and the one of some weeks in spring 2024, with a local exit root. */
    private static final Set<Integer> BIG_ENDIAN_START_LENGTHS = Set.of(122, 154);

    /** The usual one, one with an L1 block hash, and one with that and an L1 info root. */
    private static final Set<Integer> LITTLE_ENDIAN_START_LENGTHS = Set.of(78, 110, 142);

    private static final int END_LENGTH = 72;
    private static final int TX_HEAD = 2;
    private static final int TX_HEAD_WITH_ROOT = 34;
    private static final int HASH = 32;
    private static final int ADDRESS = 20;

    private static final int KIND_L2_BLOCK = 0;
    private static final int KIND_BATCH = 1;

    private FixedFormat() {}

    static ZkevmEntry decode(Entry entry, ByteOrder order) {
        ByteBuffer data = ByteBuffer.wrap(entry.data()).order(order);
        return switch (entry.type()) {
            case EntryTypes.FIXED_START_L2_BLOCK ->
                order == ByteOrder.BIG_ENDIAN
                        ? startBigEndian(lengthOf(entry, "StartL2Block", BIG_ENDIAN_START_LENGTHS), data)
                        : startLittleEndian(lengthOf(entry, "StartL2Block", LITTLE_ENDIAN_START_LENGTHS), data);
            case EntryTypes.FIXED_L2_TX -> transaction(entry, data);
            case EntryTypes.FIXED_END_L2_BLOCK -> {
                lengthOf(entry, "EndL2Block", Set.of(END_LENGTH));
                yield new EndL2Block(data.getLong(), bytes(data, HASH), bytes(data, HASH));
            }
            case EntryTypes.FIXED_UPDATE_GER -> updateGer(entry, data);
            case EntryTypes.BOOKMARK -> bookmark(entry, data);
            default -> new UnknownEntry(entry.type(), Bytes.of(entry.data()));
        };
    }

    private static int lengthOf(Entry entry, String name, Set<Integer> allowed) {
        if (!allowed.contains(entry.data().length)) {
            throw new BadEntry(
                    entry.number(),
                    name + " has " + allowed.stream().sorted().toList() + " bytes, and this entry has "
                            + entry.data().length);
        }
        return entry.data().length;
    }

    private static StartL2Block startBigEndian(int length, ByteBuffer data) {
        return new StartL2Block(
                data.getLong(),
                data.getLong(),
                data.getLong(),
                unsigned(data.getInt()),
                unsigned(data.getInt()),
                bytes(data, HASH),
                bytes(data, HASH),
                Bytes.EMPTY,
                bytes(data, ADDRESS),
                Short.toUnsignedInt(data.getShort()),
                unsigned(data.getInt()),
                length == 154 ? bytes(data, HASH) : Bytes.EMPTY);
    }

    private static StartL2Block startLittleEndian(int length, ByteBuffer data) {
        return new StartL2Block(
                data.getLong(),
                data.getLong(),
                data.getLong(),
                0,
                0,
                length >= 110 ? bytes(data, HASH) : Bytes.EMPTY,
                bytes(data, HASH),
                length == 142 ? bytes(data, HASH) : Bytes.EMPTY,
                bytes(data, ADDRESS),
                Short.toUnsignedInt(data.getShort()),
                0,
                Bytes.EMPTY);
    }

    private static L2Tx transaction(Entry entry, ByteBuffer data) {
        boolean withRoot = isTransaction(entry.data(), data.order(), TX_HEAD_WITH_ROOT);
        boolean without = data.order() == ByteOrder.LITTLE_ENDIAN && isTransaction(entry.data(), data.order(), TX_HEAD);
        if (!withRoot && !without) {
            throw new BadEntry(
                    entry.number(),
                    "the length that an L2Tx of " + entry.data().length
                            + " bytes gives for its transaction does not reach its end");
        }
        int percentage = Byte.toUnsignedInt(data.get());
        boolean valid = flag(entry.number(), data.get());
        Bytes stateRoot = withRoot ? bytes(data, HASH) : Bytes.EMPTY;
        int length = data.getInt();
        return new L2Tx(percentage, valid, stateRoot, bytes(data, length));
    }

    /** Whether a length stands behind a head of so many bytes, and is that of all the rest. */
    private static boolean isTransaction(byte[] data, ByteOrder order, int head) {
        int rest = data.length - head - Integer.BYTES;
        return rest >= 0 && ByteBuffer.wrap(data).order(order).getInt(head) == rest;
    }

    private static boolean flag(long entryNumber, byte value) {
        if (value != 0 && value != 1) {
            throw new BadEntry(entryNumber, "isValid of an L2Tx is 0 or 1, and this is " + Byte.toUnsignedInt(value));
        }
        return value == 1;
    }

    private static UpdateGer updateGer(Entry entry, ByteBuffer data) {
        boolean hasChainId = data.order() == ByteOrder.BIG_ENDIAN;
        lengthOf(
                entry,
                "UpdateGER",
                Set.of(hasChainId ? BIG_ENDIAN_UPDATE_GER_LENGTH : LITTLE_ENDIAN_UPDATE_GER_LENGTH));
        return new UpdateGer(
                data.getLong(),
                data.getLong(),
                bytes(data, HASH),
                bytes(data, ADDRESS),
                Short.toUnsignedInt(data.getShort()),
                hasChainId ? unsigned(data.getInt()) : 0,
                bytes(data, HASH),
                null);
    }

    private static ZkevmBookmark bookmark(Entry entry, ByteBuffer data) {
        lengthOf(entry, "bookmark", Set.of(BOOKMARK_LENGTH));
        int kind = data.get();
        BookmarkType type = switch (kind) {
            case KIND_L2_BLOCK -> BookmarkType.L2_BLOCK;
            case KIND_BATCH -> BookmarkType.BATCH;
            default ->
                throw new BadEntry(entry.number(), "the kind of a bookmark is 0 or 1, and this is " + (kind & 0xff));
        };
        return new ZkevmBookmark(type, data.getLong());
    }

    /** The data of a bookmark entry. */
    static byte[] bookmark(BookmarkType type, long value, ByteOrder order) {
        byte kind = (byte) (type.equals(BookmarkType.BATCH) ? KIND_BATCH : KIND_L2_BLOCK);
        return ByteBuffer.allocate(BOOKMARK_LENGTH)
                .order(order)
                .put(kind)
                .putLong(value)
                .array();
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    private static Bytes bytes(ByteBuffer data, int length) {
        byte[] bytes = new byte[length];
        data.get(bytes);
        return Bytes.wrap(bytes);
    }
}
