package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.client.EntryBatch;
import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stream that a real sequencer wrote, served as it is, beside an independent reading of the same file. */
final class Net8Test {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int BOOKMARKS = 1_000;

    @TempDir
    static Path folder;

    private static List<Entry> expected;

    /** All entries as they travel, one after the other, and where each begins. */
    private static byte[] expectedBytes;

    private static int[] offsets;
    private static DataStream stream;
    private static StreamServer server;

    @BeforeAll
    static void serve() {
        expected = TestData.jsonLines("data/net8/entries.jsonl.gz", Net8Test::read);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        offsets = new int[expected.size() + 1];
        for (Entry entry : expected) {
            ByteBuffer one = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + entry.data().length);
            EntryFormat.put(one, EntryFormat.PACKET_ENTRY, entry.type(), entry.number(), entry.data());
            bytes.writeBytes(one.array());
            offsets[(int) entry.number() + 1] = bytes.size();
        }
        expectedBytes = bytes.toByteArray();
        Path file = TestData.unpack("data/net8/data-stream.bin.gz", folder.resolve("net8.bin"));
        stream = DataStream.open(file);
        server = StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()));
    }

    private static Entry read(JsonNode line) {
        return new Entry(
                line.get("n").asLong(),
                line.get("type").asInt(),
                HexFormat.of().parseHex(line.get("data").asText()));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
            stream.close();
        }
    }

    @Test
    void theHeaderIsTheRecordedOne() {
        JsonNode header = TestData.json("data/net8/summary.json").get("header");
        try (StreamClient client = StreamClient.connect(server.address())) {
            assertThat(client.header())
                    .isEqualTo(new StreamHeader(
                            header.get("version").asInt(),
                            header.get("systemId").asLong(),
                            header.get("streamType").asLong(),
                            header.get("totalLength").asLong(),
                            header.get("totalEntries").asLong()));
        }
    }

    @Test
    void everyEntryIsThereFromTheBeginning() throws Exception {
        List<Entry> received = new ArrayList<>();
        try (StreamClient client = StreamClient.connect(server.address())) {
            client.follow(0);
            while (received.size() < expected.size()) {
                EntryBatch batch = client.next(PATIENCE);
                assertThat(batch).as("nothing came").isNotNull();
                received.addAll(batch.entries());
            }
        }
        assertThat(received).isEqualTo(expected);
        assertThat(digest(received)).isEqualTo(recordedDigest());
    }

    private static String recordedDigest() {
        for (Map.Entry<String, JsonNode> field : TestData.fields(TestData.json("data/net8/summary.json"))) {
            if (field.getKey().startsWith("entries_digest_sha256")) {
                return field.getValue().asText();
            }
        }
        throw new AssertionError("no digest in the summary");
    }

    /** As the summary says: {@code type u32be, 0 u64, len u32be, data}. */
    private static String digest(List<Entry> entries) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Entry entry : entries) {
            digest.update(ByteBuffer.allocate(16)
                    .putInt(entry.type())
                    .putLong(0)
                    .putInt(entry.data().length)
                    .flip());
            digest.update(entry.data());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void theRestIsThereFromTheMiddle() {
        try (StreamClient client = StreamClient.connect(server.address())) {
            client.follow(expected.size() / 2);
            assertReceives(client, expected.size() / 2, expected.size());
        }
    }

    @Test
    void theRestIsThereFromAThousandBookmarks() {
        Map<Bookmark, Integer> bookmarks = new LinkedHashMap<>();
        for (Entry entry : expected) {
            if (entry.isBookmark()) {
                bookmarks.put(Bookmark.of(entry.data()), (int) entry.number());
            }
        }
        List<Bookmark> chosen = new ArrayList<>(bookmarks.keySet());
        Collections.shuffle(chosen, new Random(8));
        assertThat(chosen).hasSizeGreaterThan(BOOKMARKS);
        try (StreamClient client = StreamClient.connect(server.address())) {
            for (Bookmark bookmark : chosen.subList(0, BOOKMARKS)) {
                int number = bookmarks.get(bookmark);
                client.follow(bookmark);
                assertReceives(client, number, expected.size());
                client.stop();
                Entry event = expected.subList(number, expected.size()).stream()
                        .filter(entry -> !entry.isBookmark())
                        .findFirst()
                        .orElseThrow();
                assertThat(client.firstEventAfter(bookmark)).contains(event);
            }
        }
    }

    /** Compares what comes, byte for byte, from one entry up to another. */
    private static void assertReceives(StreamClient client, int from, int to) {
        int offset = offsets[from];
        while (offset < offsets[to]) {
            EntryBatch batch = client.next(PATIENCE);
            assertThat(batch).as("nothing came").isNotNull();
            ByteBuffer bytes = batch.bytes();
            ByteBuffer wanted = ByteBuffer.wrap(expectedBytes, offset, bytes.remaining());
            assertThat(bytes.mismatch(wanted))
                    .as("first difference after entry %d", batch.firstNumber())
                    .isEqualTo(-1);
            offset += bytes.remaining();
        }
        assertThat(offset).isEqualTo(offsets[to]);
    }

    @Test
    void everySingleEntryIsAnswered() {
        try (StreamClient client = StreamClient.connect(server.address())) {
            for (int number = 0; number < expected.size(); number += 17) {
                assertThat(client.entry(number)).contains(expected.get(number));
            }
            assertThat(client.entry(expected.size())).isEmpty();
        }
    }
}
