package io.sluice.zkevm;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.testing.TestData;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Makes sequences of entries for tests. */
final class Entries {
    private final List<Entry> entries = new ArrayList<>();
    private long next;

    Entries() {
        this(0);
    }

    Entries(long first) {
        this.next = first;
    }

    /** The stream of a real sequencer. */
    static List<Entry> net8() {
        return TestData.jsonLines("data/net8/entries.jsonl.gz", Entries::read);
    }

    private static Entry read(JsonNode line) {
        return new Entry(
                line.get("n").asLong(),
                line.get("type").asInt(),
                HexFormat.of().parseHex(line.get("data").asText()));
    }

    List<Entry> list() {
        return entries;
    }

    Entries raw(int type, byte[] data) {
        entries.add(new Entry(next++, type, data));
        return this;
    }

    Entries hex(int type, String data) {
        return raw(type, HexFormat.of().parseHex(data));
    }

    /** As if some entries were missing. */
    Entries skip(int count) {
        next += count;
        return this;
    }

    Entries add(ProtobufEntry entry) {
        return raw(entry.entryType(), entry.encode());
    }

    Entries bookmark(Bookmark bookmark) {
        return raw(EntryTypes.BOOKMARK, bookmark.toBytes());
    }

    Entries batchStart(long number) {
        return bookmark(Bookmarks.batch(number)).add(start(number));
    }

    static BatchStart start(long number) {
        return new BatchStart(number, BatchType.REGULAR, 9, 1440);
    }

    Entries batchEnd(long number) {
        return add(new BatchEnd(number, Bytes.fromHex("00".repeat(32)), Bytes.fromHex("11".repeat(32))));
    }

    /** Only the entry that a block begins with. */
    Entries blockStart(long number, long batch) {
        return add(header(number, batch));
    }

    static L2Block header(long number, long batch) {
        return L2Block.builder(number, batch).timestamp(1_700_000_000 + number).build();
    }

    /** A block as it should be, with one transaction. */
    Entries block(long number, long batch) {
        return bookmark(Bookmarks.l2Block(number))
                .blockStart(number, batch)
                .transaction(number)
                .blockEnd(number);
    }

    /** A block without end. */
    Entries endlessBlock(long number, long batch) {
        return bookmark(Bookmarks.l2Block(number)).blockStart(number, batch).transaction(number);
    }

    Entries transaction(long block) {
        return add(new Transaction(block, Bytes.fromHex("c0"), 255, Bytes.EMPTY));
    }

    Entries blockEnd(long number) {
        return add(new L2BlockEnd(number));
    }
}
