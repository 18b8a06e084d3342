package io.sluice.zkevm.tx;

import com.esaulpaugh.headlong.rlp.RLPDecoder;
import com.esaulpaugh.headlong.rlp.RLPItem;
import com.esaulpaugh.headlong.rlp.RLPList;
import io.sluice.zkevm.Bytes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a transaction, read one after the other. */
final class Fields {
    private static final int ADDRESS = 20;
    private static final int WORD = 32;

    private final List<RLPItem> items;
    private int next;

    private Fields(List<RLPItem> items) {
        this.items = items;
    }

    /** @param count how many there must be */
    static Fields of(RLPItem item, int count) {
        if (!item.isList()) {
            throw new TransactionException("A transaction is a list in RLP, and this is a string.");
        }
        List<RLPItem> items = elements(item);
        if (items.size() != count) {
            throw new TransactionException(
                    "This transaction has " + items.size() + " fields, and those of its type have " + count + ".");
        }
        return new Fields(items);
    }

    /** The first of them as a list again, in RLP. */
    byte[] encodeFirst(int count, RLPItem... more) {
        List<RLPItem> list = new ArrayList<>(items.subList(0, count));
        list.addAll(List.of(more));
        return RLPList.wrap(list).encoding();
    }

    BigInteger number(String name) {
        return number(name, string(name), WORD);
    }

    /** An unsigned number of 64 bits. */
    long uint64(String name) {
        return number(name, string(name), Long.BYTES).longValue();
    }

    private static BigInteger number(String name, byte[] bytes, int maxLength) {
        if (bytes.length > maxLength) {
            throw new TransactionException(
                    name + " has " + bytes.length + " bytes, and must have " + maxLength + " at most.");
        }
        if (bytes.length > 0 && bytes[0] == 0) {
            throw new TransactionException(name + " begins with a zero byte.");
        }
        return new BigInteger(1, bytes);
    }

    Bytes bytes(String name) {
        return Bytes.of(string(name));
    }

    Bytes address(String name) {
        return exactly(name, string(name), ADDRESS);
    }

    @Nullable
    Bytes addressOrNone(String name) {
        byte[] bytes = string(name);
        return bytes.length == 0 ? null : exactly(name, bytes, ADDRESS);
    }

    List<Bytes> words(String name) {
        return words(name, next());
    }

    List<AccessListItem> accessList() {
        List<AccessListItem> list = new ArrayList<>();
        for (RLPItem item : list("accessList", next())) {
            List<RLPItem> pair = list("accessList", item);
            if (pair.size() != 2) {
                throw new TransactionException(
                        "What the accessList names has an address and storage keys, and this has " + pair.size()
                                + " fields.");
            }
            Bytes address = exactly("an address of the accessList", string("accessList", pair.get(0)), ADDRESS);
            list.add(new AccessListItem(address, words("accessList", pair.get(1))));
        }
        return list;
    }

    private static List<Bytes> words(String name, RLPItem item) {
        return list(name, item).stream()
                .map(word -> exactly("a word of " + name, string(name, word), WORD))
                .toList();
    }

    private static Bytes exactly(String name, byte[] bytes, int length) {
        if (bytes.length != length) {
            throw new TransactionException(name + " has " + bytes.length + " bytes, and must have " + length + ".");
        }
        return Bytes.of(bytes);
    }

    private RLPItem next() {
        return items.get(next++);
    }

    private byte[] string(String name) {
        return string(name, next());
    }

    private static byte[] string(String name, RLPItem item) {
        if (item.isList()) {
            throw new TransactionException(name + " is a list in RLP, and must be a string.");
        }
        return item.data();
    }

    private static List<RLPItem> list(String name, RLPItem item) {
        if (!item.isList()) {
            throw new TransactionException(name + " is a string in RLP, and must be a list.");
        }
        return elements(item);
    }

    private static List<RLPItem> elements(RLPItem list) {
        return list.asRLPList().elements(RLPDecoder.RLP_STRICT);
    }
}
