package io.sluice.cli;

import io.sluice.core.Entry;
import io.sluice.testing.TestData;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/** The stream that a real sequencer wrote: its file, and an independent reading of it. */
final class Net8 {
    /** Its last block, which is whole, in a batch that is open. */
    static final long LAST_BLOCK = 11_317;

    static final long LAST_BATCH = 101;

    private Net8() {}

    static Path unpack(Path folder) {
        return TestData.unpack("data/net8/data-stream.bin.gz", folder.resolve("net8.bin"));
    }

    static List<Entry> entries() {
        return TestData.jsonLines(
                "data/net8/entries.jsonl.gz",
                line -> new Entry(
                        line.get("n").asLong(),
                        line.get("type").asInt(),
                        HexFormat.of().parseHex(line.get("data").asText())));
    }
}
