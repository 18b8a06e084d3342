package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.testing.Operations;
import io.sluice.testing.TestData;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A remote source and an embedded one are called alike, give the same answers, and write the same bytes. */
@Timeout(300)
final class SourcesAlikeTest {
    private static final int CALLS = Boolean.getBoolean("sluice.thorough") ? 20_000 : 1_500;
    private static final int BOOKMARKS = 6;
    private static final int LONG_DATA = 200_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void theVectorsCallsOverTcpGiveTheSameCommittedBytes(String name) throws IOException {
        Path expected = TestData.unpack("vectors/" + name + ".bin.gz", folder.resolve("go.bin"));
        Path actual = folder.resolve("ours.bin");
        String list = name.equals("small") ? "vectors/small.json" : "vectors/" + name + ".json.gz";
        JsonNode header = TestData.json(list);
        DataStreamOptions options = DataStreamOptions.defaults()
                .withVersion(header.get("version").asInt())
                .withSystemId(header.get("systemId").asLong());
        try (SourceRig rig = new SourceRig(SourceRig.Kind.REMOTE, actual, options)) {
            Operations.replay(name, rig.source());
        }
        long length = header.get("totalLength").asLong();
        assertThat(committedBytes(actual, length)).isEqualTo(committedBytes(expected, length));
    }

    private static byte[] committedBytes(Path file, long length) throws IOException {
        byte[] bytes = new byte[(int) length];
        try (RandomAccessFile input = new RandomAccessFile(file.toFile(), "r")) {
            input.readFully(bytes);
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomCallsHaveTheSameAnswers(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        DataStreamOptions options = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        Path embeddedFile = folder.resolve("embedded.bin");
        Path remoteFile = folder.resolve("remote.bin");
        long length;
        try (SourceRig embedded = new SourceRig(SourceRig.Kind.EMBEDDED, embeddedFile, options);
                SourceRig remote = new SourceRig(SourceRig.Kind.REMOTE, remoteFile, options)) {
            for (int i = 0; i < CALLS; i++) {
                long total = embedded.view().committed().entries();
                Function<StreamSource, Object> call = call(random, total);
                assertThat(outcome(remote.source(), call))
                        .as("call " + i + " of seed " + seed)
                        .isEqualTo(outcome(embedded.source(), call));
            }
            length = embedded.view().committed().position();
            assertThat(remote.view().header()).isEqualTo(embedded.view().header());
        }
        assertThat(committedBytes(remoteFile, length)).isEqualTo(committedBytes(embeddedFile, length));
    }

    /** A result, or an error with its words. */
    private static Object outcome(StreamSource source, Function<StreamSource, Object> call) {
        try {
            return call.apply(source);
        } catch (StreamSourceException e) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    /** The drawing is done here, so that both sources get the same call. */
    private static Function<StreamSource, Object> call(SplittableRandom random, long total) {
        int kind = random.nextInt(100);
        long number = random.nextLong(total + 8);
        int type = 1 + random.nextInt(2);
        Bookmark bookmark = Bookmark.of((byte) random.nextInt(BOOKMARKS));
        Bookmark other = Bookmark.of((byte) random.nextInt(BOOKMARKS));
        byte[] data = new byte[random.nextInt(20) == 0 ? random.nextInt(LONG_DATA) : random.nextInt(60)];
        random.nextBytes(data);
        if (kind < 20) {
            return done(StreamSource::startAtomicOp);
        }
        if (kind < 50) {
            return source -> source.addStreamEntry(type, data);
        }
        if (kind < 60) {
            return source -> source.addStreamBookmark(bookmark);
        }
        if (kind < 72) {
            return StreamSource::commitAtomicOp;
        }
        if (kind < 76) {
            return done(StreamSource::rollbackAtomicOp);
        }
        if (kind < 84) {
            // Mostly an entry of the open operation, if there is one.
            long near = Math.max(0, total - 1 + random.nextInt(5));
            return done(source -> source.updateEntryData(near, type, data));
        }
        return query(random.nextInt(9), number, type, bookmark, other);
    }

    private static Function<StreamSource, Object> query(
            int kind, long number, int type, Bookmark bookmark, Bookmark other) {
        return switch (kind) {
            case 0 -> StreamSource::getHeader;
            case 1, 2 -> source -> source.getEntry(number);
            case 3 -> source -> source.getBookmark(bookmark);
            case 4 -> source -> source.getFirstEventAfterBookmark(bookmark);
            case 5, 6 -> source -> hex(source.getDataBetweenBookmarks(bookmark, other));
            case 7 -> done(source -> rewrite(source, number, type));
            default -> done(source -> source.truncate(number));
        };
    }

    /** As many bytes as the entry has, if there is one, but others. */
    private static void rewrite(StreamSource source, long number, int type) {
        Entry entry = source.getEntry(number);
        byte[] data = entry.data();
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (data[i] + 1);
        }
        boolean isBookmark = entry.type() == EntryFormat.TYPE_BOOKMARK;
        source.rewriteCommittedEntry(number, isBookmark ? EntryFormat.TYPE_BOOKMARK : type, data);
    }

    private static List<String> hex(Iterable<byte[]> range) {
        List<String> all = new ArrayList<>();
        range.forEach(data -> all.add(HexFormat.of().formatHex(data)));
        return all;
    }

    private interface Call {
        void on(StreamSource source);
    }

    private static Function<StreamSource, Object> done(Call call) {
        return source -> {
            call.on(source);
            StreamHeader header = source.getHeader();
            return "done, " + header;
        };
    }
}
