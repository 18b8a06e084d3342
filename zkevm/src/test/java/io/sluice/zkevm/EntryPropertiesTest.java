package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What is written is read again, and whatever else is read gives an entry or an error that names it. */
class EntryPropertiesTest {
    @Property
    void whatIsWrittenIsRead(@ForAll("entries") ProtobufEntry entry) {
        assertThat(Generation.PROTOBUF.decode(new Entry(1, entry.entryType(), entry.encode())))
                .isEqualTo(entry);
    }

    @Provide
    Arbitrary<ProtobufEntry> entries() {
        return Arbitraries.randoms().map(random -> draw(new SplittableRandom(random.nextLong())));
    }

    private static ProtobufEntry draw(SplittableRandom random) {
        return switch (random.nextInt(7)) {
            case 0 ->
                new BatchStart(number(random), new BatchType(random.nextInt(6)), number(random), 1, debug(random));
            case 1 -> new BatchEnd(number(random), bytes(random), bytes(random), debug(random));
            case 2 ->
                new L2Block(
                        number(random),
                        number(random),
                        number(random),
                        uint32(random),
                        number(random),
                        bytes(random),
                        uint32(random),
                        bytes(random),
                        bytes(random),
                        bytes(random),
                        bytes(random),
                        number(random),
                        bytes(random),
                        debug(random),
                        bytes(random));
            case 3 -> new L2BlockEnd(number(random));
            case 4 ->
                new Transaction(
                        number(random),
                        number(random),
                        random.nextBoolean(),
                        bytes(random),
                        uint32(random),
                        bytes(random),
                        debug(random));
            case 5 ->
                new UpdateGer(
                        number(random),
                        number(random),
                        bytes(random),
                        bytes(random),
                        number(random),
                        number(random),
                        bytes(random),
                        debug(random));
            default -> new ZkevmBookmark(new BookmarkType(random.nextInt(4)), number(random));
        };
    }

    /** Of any magnitude; 0 and the largest often. */
    private static long number(SplittableRandom random) {
        int bits = random.nextInt(65);
        return bits == 0 ? 0 : random.nextLong() >>> (64 - bits);
    }

    private static long uint32(SplittableRandom random) {
        return number(random) & 0xffff_ffffL;
    }

    private static Bytes bytes(SplittableRandom random) {
        byte[] bytes = new byte[random.nextBoolean() ? 32 : random.nextInt(40)];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private static Debug debug(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> new Debug("");
            default -> new Debug("größer");
        };
    }

    @Property(tries = 5000)
    void anyBytesGiveAnEntryOrAnErrorThatNamesIt(
            @ForAll Generation generation, @ForAll @IntRange(max = 7) int type, @ForAll @Size(max = 200) byte[] data) {
        decodeOrFail(generation, type, data);
        decodeOrFail(generation, EntryTypes.BOOKMARK, data);
    }

    @Property
    void brokenMessagesGiveAnEntryOrAnErrorThatNamesIt(
            @ForAll("entries") ProtobufEntry entry, @ForAll @IntRange(max = 400) int place, @ForAll byte change) {
        byte[] data = entry.encode();
        for (Generation generation : Generation.values()) {
            decodeOrFail(generation, entry.entryType(), Arrays.copyOf(data, Math.min(place, data.length)));
        }
        if (data.length > 0) {
            data[place % data.length] = change;
            decodeOrFail(Generation.PROTOBUF, entry.entryType(), data);
        }
    }

    private static void decodeOrFail(Generation generation, int type, byte[] data) {
        byte[] before = data.clone();
        try {
            assertThat(generation.decode(new Entry(-3, type, data))).isNotNull();
        } catch (BadEntry e) {
            assertThat(e.entryNumber()).isEqualTo(-3);
            assertThat(e).hasMessageStartingWith("Entry 18446744073709551613: ");
        }
        assertThat(data).isEqualTo(before);
    }
}
