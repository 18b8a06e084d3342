package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.testing.FaultProxy;
import io.sluice.testing.TestData;
import io.sluice.zkevm.Bookmarks;
import io.sluice.zkevm.L2BlockEnd;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real stream, in a file and on a server, and what goes wrong on the way. */
class CheckCommandTest {
    @TempDir
    static Path folder;

    private static Path net8;

    @BeforeAll
    static void unpack() {
        net8 = TestData.unpack("data/net8/data-stream.bin.gz", folder.resolve("net8.bin"));
    }

    private static StreamServer serve(ReadOnlyStream stream) {
        return StreamServer.start(ServerOptions.defaults().withPort(0), Map.of(1L, stream.view()));
    }

    private static void assertGood(Cli.Run run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines().get(0)).matches("good: 34,723 entries in [0-9.]+ s \\([0-9,]+/s\\)");
        assertThat(run.lines().subList(1, run.lines().size()))
                .containsExactly(
                        "generation    protobuf",
                        "blocks        11,318, from 0 to 11317",
                        "block times   2024-07-31T19:28:36Z to 2024-08-01T11:30:21Z",
                        "batches       102, from 0 to 101, the last one is open",
                        "transactions  465",
                        "faults        none");
    }

    @Test
    void theFileOfARealSequencerIsGood() {
        assertGood(Cli.run("check", net8));
    }

    @Test
    void whatAServerSendsOfItIsGood() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(net8);
                StreamServer server = serve(stream)) {
            assertGood(Cli.run("check", Words.address(server.address())));
        }
    }

    @Test
    void forPrograms() {
        Cli.Run run = Cli.run("check", net8, "--format", "json");
        assertThat(run.lines()).hasSize(1);
        JsonNode summary = Cli.json(run.out());
        assertThat(summary.get("kind").asText()).isEqualTo("summary");
        assertThat(summary.get("good").asBoolean()).isTrue();
        assertThat(summary.get("generation").asText()).isEqualTo("protobuf");
        assertThat(summary.get("entries").asLong()).isEqualTo(34_723);
        assertThat(summary.get("unknownEntries").asLong()).isZero();
        assertThat(summary.get("blocks").asLong()).isEqualTo(11_318);
        assertThat(summary.get("firstBlock").asLong()).isZero();
        assertThat(summary.get("lastBlock").asLong()).isEqualTo(11_317);
        assertThat(summary.get("firstTime").asText()).isEqualTo("2024-07-31T19:28:36Z");
        assertThat(summary.get("batches").asLong()).isEqualTo(102);
        assertThat(summary.get("lastBatch").asLong()).isEqualTo(101);
        assertThat(summary.get("lastBatchOpen").asBoolean()).isTrue();
        assertThat(summary.get("transactions").asLong()).isEqualTo(465);
        assertThat(summary.get("faults").isEmpty()).isTrue();
    }

    @Test
    void faultsAreLinesWithTheirEntries() {
        Path file = folder.resolve("lines.bin");
        Net8Entries entries = Net8Entries.read().first(200);
        int end = entries.indexOf(new L2BlockEnd(7));
        entries.remove(end);
        entries.write(file);

        Cli.Run run = Cli.run("check", file);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.lines().get(0))
                .isEqualTo("entry " + (end + 1) + ": block 7, which begins with entry " + (end - 1) + ", has no end");
        assertThat(run.lines().get(1)).startsWith("bad: 199 entries in ");
        assertThat(run.lines()).contains("faults        1", "  missing-block-end   1");
        assertThat(run.err()).isEqualToIgnoringNewLines("sluice: " + file + " has 1 fault.");
    }

    @Test
    void manyFaultsAreCounted() {
        Path file = folder.resolve("many.bin");
        try (DataStream stream = DataStream.open(file)) {
            stream.startAtomicOp();
            for (int i = 0; i < 3000; i++) {
                stream.addStreamEntry(2, new byte[] {(byte) 0xff, (byte) i});
            }
            stream.commitAtomicOp();
        }
        Cli.Run run = Cli.run("check", file);
        assertThat(run.lines()).filteredOn(line -> line.startsWith("entry ")).hasSize(1000);
        assertThat(run.lines())
                .contains(
                        "faults        3,000",
                        "  bad-entry           3,000",
                        "Of the faults the first 1,000 are told above; --max-faults tells more.");
        assertThat(run.err()).contains("has 3,000 faults");

        Cli.Run two = Cli.run("check", file, "--max-faults", 2, "--format", "json");
        assertThat(two.lines()).hasSize(3);
        assertThat(Cli.json(two.lines().get(2)).get("faults").get("bad-entry").asLong())
                .isEqualTo(3000);
    }

    @Test
    void aStreamThatIsBeingWrittenIsCheckedAsFarAsItIsCommitted() {
        Path file = folder.resolve("written.bin");
        Net8Entries entries = Net8Entries.read();
        int cut = entries.next(1000, L2BlockEnd.class) + 1;
        try (ServedStream served = new ServedStream(file)) {
            entries.add(served.stream, 0, cut);
            served.stream.startAtomicOp();
            served.stream.addStreamBookmark(Bookmarks.l2Block(3));
            served.stream.addStreamEntry(2, new byte[] {(byte) 0xff});

            for (Object place : new Object[] {file, served.address()}) {
                Cli.Run run = Cli.run("check", place);
                assertThat(run.exitCode()).isZero();
                assertThat(run.lines().get(0)).startsWith("good: " + Words.entries(cut) + " in ");
            }
            served.stream.rollbackAtomicOp();
            entries.add(served.stream, cut, entries.next(cut, L2BlockEnd.class) + 1);
            assertThat(Cli.run("check", file).lines().get(0)).startsWith("good: 1,0");
        }
    }

    @Test
    void anEmptyStreamIsGood() {
        Path file = folder.resolve("empty.bin");
        try (ServedStream served = new ServedStream(file)) {
            for (Object place : new Object[] {file, served.address()}) {
                Cli.Run run = Cli.run("check", place);
                assertThat(run.exitCode()).isZero();
                assertThat(run.lines()).contains("blocks        0", "batches       0", "faults        none");
            }
        }
    }

    @Test
    void aServerThatSendsAGapOrARepeatIsAFault() {
        for (long other : new long[] {12_345, 3}) {
            Path file = TestData.unpack("data/net8/data-stream.bin.gz", folder.resolve("disorder-" + other));
            // Not on the first page, where the server itself looks for the beginning.
            Net8Entries.renumber(file, 20_000, 20_001, other);
            try (ReadOnlyStream stream = DataStream.openReadOnly(file);
                    StreamServer server = serve(stream)) {
                Cli.Run run = Cli.run("check", Words.address(server.address()));
                assertThat(run.exitCode()).isEqualTo(1);
                assertThat(run.lines().get(0))
                        .startsWith("entry 20000: ")
                        .contains("Expected entry 20000, but received entry " + other);
                assertThat(run.lines().get(1)).startsWith("bad: 20,000 entries in ");
                assertThat(run.lines()).contains("  protocol            1");
                assertThat(run.err()).contains("has 1 fault.").hasLineCount(1);
            }
        }
    }

    @Test
    void connectionsThatBreakAreMadeAgain() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(net8);
                StreamServer server = serve(stream);
                FaultProxy proxy = new FaultProxy.Builder(3)
                        .faults(FaultProxy.Fault.CUT)
                        .maxBytes(3_000_000)
                        .healthy(0, 3_000_000)
                        .start(server.address())) {
            Cli.Run run = Cli.run("check", Words.address(proxy.address()));
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.err()).contains("Trying again");
            assertThat(run.lines().get(0)).startsWith("good: 34,723 entries in ");
        }
    }

    @Test
    void aServerThatStaysAwayIsNoFaultOfTheStream() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(net8);
                StreamServer server = serve(stream);
                FaultProxy proxy = new FaultProxy.Builder(3)
                        .faults(FaultProxy.Fault.CUT)
                        .maxBytes(1_000_000)
                        .healthy(0, 1_000_000)
                        .start(server.address())) {
            Cli.Run run = Cli.run("check", Words.address(proxy.address()), "--give-up-after", "0s");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).startsWith("sluice: ").hasLineCount(1);
        }
    }

    @Test
    void aFileThatIsNoneIsOneLine() {
        Path missing = folder.resolve("missing.bin");
        Cli.Run run = Cli.run("check", missing);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("no such file").hasLineCount(1);
        assertThat(missing).doesNotExist();
    }

    @Test
    void entriesOfAnotherApplicationAreCountedAsUnknown() {
        Path file = folder.resolve("other.bin");
        try (DataStream stream = DataStream.open(file)) {
            stream.startAtomicOp();
            stream.addStreamEntry(99, new byte[5]);
            stream.addStreamEntry(98, new byte[5]);
            stream.commitAtomicOp();
        }
        Cli.Run run = Cli.run("check", file);
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines()).contains("unknown types 2 entries");
    }
}
