package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.testing.TestData;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.ProtobufEntry;
import io.sluice.zkevm.ZkevmEntry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The entries of a real sequencer's stream, which can be changed and written to a file again. */
final class Net8Entries {
    private final List<Entry> entries;

    private Net8Entries(List<Entry> entries) {
        this.entries = entries;
    }

    static Net8Entries read() {
        return new Net8Entries(TestData.jsonLines("data/net8/entries.jsonl.gz", Net8Entries::read));
    }

    private static Entry read(JsonNode line) {
        return new Entry(
                line.get("n").asLong(),
                line.get("type").asInt(),
                HexFormat.of().parseHex(line.get("data").asText()));
    }

    /** One that can be changed while this stays. */
    Net8Entries copy() {
        return first(entries.size());
    }

    /** Only so many of them. */
    Net8Entries first(int count) {
        return new Net8Entries(new ArrayList<>(entries.subList(0, count)));
    }

    /** The place of what says exactly this. */
    int indexOf(ProtobufEntry wanted) {
        Entry entry = new Entry(0, wanted.entryType(), wanted.encode());
        for (int i = 0; i < entries.size(); i++) {
            if (new Entry(0, entries.get(i).type(), entries.get(i).data()).equals(entry)) {
                return i;
            }
        }
        throw new AssertionError("There is no " + wanted);
    }

    /** What an entry says, which must be of this sort. */
    <T extends ZkevmEntry> T get(int index, Class<T> sort) {
        ZkevmEntry typed = Generation.PROTOBUF.decode(entries.get(index));
        assertThat(typed).isInstanceOf(sort);
        return sort.cast(typed);
    }

    /** The first of this sort from here on. */
    int next(int from, Class<? extends ZkevmEntry> sort) {
        for (int i = from; i < entries.size(); i++) {
            if (sort.isInstance(Generation.PROTOBUF.decode(entries.get(i)))) {
                return i;
            }
        }
        throw new AssertionError("There is none");
    }

    void remove(int index, int count) {
        entries.subList(index, index + count).clear();
    }

    void remove(int index) {
        remove(index, 1);
    }

    void move(int from, int to) {
        Entry moved = entries.remove(from);
        entries.add(to, moved);
    }

    void repeat(int index, int count) {
        entries.addAll(index, new ArrayList<>(entries.subList(index, index + count)));
    }

    void set(int index, ProtobufEntry entry) {
        set(index, entry.entryType(), entry.encode());
    }

    void set(int index, int type, byte... data) {
        entries.set(index, new Entry(0, type, data));
    }

    int type(int index) {
        return entries.get(index).type();
    }

    int size() {
        return entries.size();
    }

    /** Writes a stream file, with the numbers that follow from the places. */
    Path write(Path file) {
        try (DataStream stream = DataStream.open(file)) {
            add(stream, 0, entries.size());
        }
        return file;
    }

    /** Adds some of them to a stream, as one operation. */
    void add(DataStream stream, int from, int to) {
        stream.startAtomicOp();
        for (Entry entry : entries.subList(from, to)) {
            if (entry.isBookmark()) {
                stream.addStreamBookmark(Bookmark.of(entry.data()));
            } else {
                stream.addStreamEntry(entry.type(), entry.data());
            }
        }
        stream.commitAtomicOp();
    }

    /** Where an entry of a file begins. */
    static long position(Path file, long place) {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            return stream.view().positionOf(place, stream.view().committed());
        }
    }

    /** Gives entries of a file other numbers, which are counted up from the first one. */
    static void renumber(Path file, int from, int to, long first) {
        long[] positions = new long[to - from];
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            for (int i = 0; i < positions.length; i++) {
                positions[i] = stream.view().positionOf(from + i, stream.view().committed());
            }
        }
        for (int i = 0; i < positions.length; i++) {
            patch(
                    file,
                    positions[i] + 9,
                    ByteBuffer.allocate(8).putLong(first + i).array());
        }
    }

    static void patch(Path file, long position, byte... bytes) {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(position);
            raw.write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
