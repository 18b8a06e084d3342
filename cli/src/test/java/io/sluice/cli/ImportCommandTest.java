package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BatchType;
import io.sluice.zkevm.BlockWriter;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.UpdateGer;
import io.sluice.zkevm.WholeBatch;
import io.sluice.zkevm.WholeBlock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ImportCommandTest {
    @TempDir
    Path folder;

    private final StopRequest stop = new StopRequest();
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("chain.bin");
    }

    private static InputBlock parsed(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return new BlockParser().parse(bytes, bytes.length);
    }

    private static List<Bytes> transactions(List<String> lines) {
        return lines.stream()
                .flatMap(line -> parsed(line).transactions().stream())
                .toList();
    }

    private List<WholeBlock> blocks() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            return BlockLines.blocks(stream.view());
        }
    }

    private List<WholeBatch> batches() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            return BlockLines.batches(stream.view());
        }
    }

    private static List<Bytes> encoded(WholeBlock block) {
        return block.transactions().stream().map(Transaction::encoded).toList();
    }

    @Test
    void aFileGetsTheBlocksOfTheInput() {
        Cli.Run run = Cli.run("import", SampleBlocks.FILE, "--to", file);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("40 blocks with 278 transactions in 4 batches in ")
                .contains("; the stream has 410 entries\nblocks 1 to 40, batches 1 to 4\n");
        List<String> lines = BlockLines.sample(40);
        List<WholeBlock> blocks = blocks();
        assertThat(blocks).hasSize(40);
        for (int i = 0; i < blocks.size(); i++) {
            InputBlock wanted = parsed(lines.get(i));
            L2Block header = L2Block.builder(i + 1, i / 10 + 1)
                    .timestamp(wanted.timestamp())
                    .deltaTimestamp(i == 0 ? 0 : 3)
                    .hash(wanted.hash())
                    .stateRoot(wanted.stateRoot())
                    .coinbase(wanted.coinbase())
                    .blockGasLimit(wanted.gasLimit())
                    .build();
            assertThat(blocks.get(i).header()).isEqualTo(header);
            assertThat(encoded(blocks.get(i))).isEqualTo(wanted.transactions());
            assertThat(blocks.get(i).ended()).isTrue();
        }
        List<WholeBatch> batches = batches();
        assertThat(batches).hasSize(4);
        assertThat(batches.get(3).start()).isEqualTo(new BatchStart(4, BatchType.REGULAR, 12, SampleBlocks.CHAIN_ID));
        assertThat(batches.get(3).end())
                .isEqualTo(new BatchEnd(4, Bytes.EMPTY, parsed(lines.get(39)).stateRoot()));
        StreamHeader header = header();
        assertThat(header.streamType()).isEqualTo(1);
        assertThat(header.systemId()).isEqualTo(1);
    }

    private StreamHeader header() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            return stream.view().header();
        }
    }

    @Test
    void eachBlockIsAnOperationAndTheLastBatchIsEnded() {
        try (SourcePort port = new SourcePort(file)) {
            Cli.Run run = Cli.run("import", SampleBlocks.FILE, "--to", port.address(), "--format", "json");
            assertThat(run.err()).isEmpty();
            assertThat(Cli.json(run.out()).get("blocks").asInt()).isEqualTo(40);
            assertThat(Cli.json(run.out()).get("transactions").asInt()).isEqualTo(278);
            assertThat(Cli.json(run.out()).get("lastBatch").asInt()).isEqualTo(4);
            assertThat(BlockLines.blocks(port.stream.view())).hasSize(40);
            assertThat(BlockLines.batches(port.stream.view())).hasSize(4);
        }
    }

    @Test
    void batchesAndBlocksAreAsLargeAsTheyShouldBe() {
        Cli.run("import", SampleBlocks.FILE, "--to", file, "--txs-per-block", 25, "--blocks-per-batch", 5);
        List<WholeBlock> blocks = blocks();
        assertThat(blocks).hasSize(12);
        assertThat(blocks.subList(0, 11)).allSatisfy(block -> {
            assertThat(block.transactions()).hasSize(25);
            assertThat(block.header().hash()).isEqualTo(Bytes.EMPTY);
        });
        assertThat(blocks.get(11).transactions()).hasSize(3);
        assertThat(blocks.stream().flatMap(block -> encoded(block).stream()).toList())
                .isEqualTo(transactions(BlockLines.sample(40)));
        assertThat(batches()).extracting(batch -> batch.blocks().size()).containsExactly(5, 5, 2);
        assertThat(blocks.get(11).header().timestamp())
                .isEqualTo(parsed(BlockLines.sample(40).get(39)).timestamp());
    }

    @Test
    void idsAreThoseThatAreAskedFor() {
        Object[] words = {"--chain-id", 7, "--fork-id", 9, "--system-id", 8, "--stream-version", 2};
        Object[] all = new Object[4 + words.length];
        System.arraycopy(new Object[] {"import", SampleBlocks.FILE, "--to", file}, 0, all, 0, 4);
        System.arraycopy(words, 0, all, 4, words.length);
        assertThat(Cli.run(all).exitCode()).isZero();
        assertThat(batches().get(0).start()).isEqualTo(new BatchStart(1, BatchType.REGULAR, 9, 7));
        assertThat(header().systemId()).isEqualTo(8);
        assertThat(header().version()).isEqualTo(2);
        Cli.Run other = Cli.run("import", SampleBlocks.FILE, "--to", file, "--system-id", 9);
        assertThat(other.exitCode()).isEqualTo(1);
    }

    @Test
    void aStreamGoesOnAfterItsLatestBlockAndTimeDoesNotGoBack() {
        Cli.run("import", SampleBlocks.FILE, "--to", file);
        Cli.Run run = Cli.reading(BlockLines.text(BlockLines.sample(2)), "import", "-", "--to", file);
        assertThat(run.out()).contains("blocks 41 to 42, batches 5 to 5");
        List<WholeBlock> blocks = blocks();
        assertThat(blocks).hasSize(42);
        long latest = parsed(BlockLines.sample(40).get(39)).timestamp();
        assertThat(blocks.get(40).header().timestamp()).isEqualTo(latest);
        assertThat(blocks.get(40).header().deltaTimestamp()).isZero();
        assertThat(batches()).hasSize(5);
    }

    /** Writes a stream in another way. */
    private void stream(Consumer<DataStream> writer) {
        try (DataStream stream = DataStream.open(file)) {
            writer.accept(stream);
        }
    }

    @Test
    void anOpenBatchIsEndedFirst() {
        stream(stream -> {
            BlockWriter writer = new BlockWriter(stream);
            writer.startBatch(new BatchStart(6, BatchType.REGULAR, 9, 1));
            L2Block block = L2Block.builder(70, 6)
                    .stateRoot(Bytes.of(new byte[32]))
                    .timestamp(5)
                    .build();
            writer.writeBlock(block, List.of());
        });
        Cli.Run run = Cli.reading(BlockLines.text(BlockLines.sample(1)), "import", "-", "--to", file);
        assertThat(run.out()).contains("blocks 71 to 71, batches 7 to 7", "1 batch in");
        assertThat(batches())
                .extracting(WholeBatch::end)
                .extracting(end -> end == null ? null : end.stateRoot())
                .containsExactly(
                        Bytes.of(new byte[32]),
                        parsed(BlockLines.sample(1).get(0)).stateRoot());
        assertThat(blocks().get(1).header().deltaTimestamp()).isEqualTo(1_750_000_003 - 5);
    }

    /** Blocks of older streams have no ends, and other things may be last. */
    @Test
    void whateverStandsLastIsUnderstood() {
        stream(stream -> {
            BlockWriter writer = new BlockWriter(stream);
            writer.writeBlock(
                    new BatchStart(0, BatchType.REGULAR, 9, 1),
                    L2Block.builder(0, 0).build(),
                    List.of());
        });
        assertThat(nextBlock()).isEqualTo(1);
        stream(stream -> {
            BlockWriter writer = new BlockWriter(stream);
            writer.endBatch(new BatchEnd(0, Bytes.EMPTY, Bytes.EMPTY));
        });
        assertThat(next()).isEqualTo(new Next(1, 1, false));
        stream(stream -> {
            stream.startAtomicOp();
            stream.addStreamEntry(5, new UpdateGer(3, 0, Bytes.EMPTY, Bytes.EMPTY, 9, 1, Bytes.EMPTY, null).encode());
            stream.addStreamEntry(99, new byte[3]);
            stream.commitAtomicOp();
        });
        assertThat(next()).isEqualTo(new Next(1, 4, false));
        stream(stream -> new BlockWriter(stream).startBatch(new BatchStart(4, BatchType.REGULAR, 9, 1)));
        assertThat(next()).isEqualTo(new Next(1, 5, true));
        stream(stream -> {
            stream.startAtomicOp();
            new BlockWriter(stream).addBlock(L2Block.builder(1, 4).build(), List.of());
            stream.commitAtomicOp();
            stream.truncate(stream.getHeader().totalEntries() - 1);
        });
        assertThat(next()).isEqualTo(new Next(2, 5, true));
    }

    private record Next(long block, long batch, boolean open) {}

    private Next next() {
        try (DataStream stream = DataStream.open(file)) {
            ChainEnd end = ChainEnd.of(stream);
            return new Next(end.nextBlock(), end.nextBatch(), end.batchOpen());
        }
    }

    private long nextBlock() {
        return next().block();
    }

    @Test
    void aStreamThatIsNoZkevmsIsRefused() {
        stream(stream -> {
            stream.startAtomicOp();
            stream.addStreamEntry(3, new byte[72]);
            stream.commitAtomicOp();
        });
        Cli.Run run = Cli.run("import", SampleBlocks.FILE, "--to", file);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("Cannot tell which block comes next in the stream: ", "ntry 0", "Nothing was written.")
                .hasLineCount(1);
        stream(stream -> {
            stream.truncate(0);
            stream.startAtomicOp();
            // The end of a block, which has no bookmark.
            stream.addStreamEntry(6, new byte[] {8, 5});
            stream.commitAtomicOp();
        });
        assertThat(Cli.run("import", SampleBlocks.FILE, "--to", file).err())
                .contains("entry 0 is of block 5, and this block has no bookmark");
        stream(stream -> {
            stream.truncate(0);
            stream.startAtomicOp();
            for (int i = 0; i < 101; i++) {
                stream.addStreamEntry(77, new byte[0]);
            }
            stream.commitAtomicOp();
        });
        assertThat(Cli.run("import", SampleBlocks.FILE, "--to", file).err())
                .contains("none of its last 100 entries is of a block");
        assertThat(header().totalEntries()).isEqualTo(101);
    }

    @Test
    void aFileThatAnotherProgramWritesIsRefused() {
        try (DataStream open = DataStream.open(file, DataStreamOptions.defaults())) {
            Cli.Run run = Cli.run("import", SampleBlocks.FILE, "--to", file);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith("sluice: ")
                    .contains(file.toString())
                    .hasLineCount(1);
            assertThat(open.getHeader().totalEntries()).isZero();
        }
    }

    @Test
    void standardInputMayBePackedToo() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(Files.readAllBytes(SampleBlocks.FILE));
        }
        byte[] bytes = packed.toByteArray();
        assertThat(Cli.reading(new ByteArrayInputStream(bytes), stop, "import", "-", "--to", file)
                        .exitCode())
                .isZero();
        assertThat(blocks()).hasSize(40);
        Cli.Run cut =
                Cli.reading(new ByteArrayInputStream(bytes, 0, bytes.length / 2), stop, "import", "-", "--to", file);
        assertThat(cut.exitCode()).isEqualTo(2);
        assertThat(cut.err())
                .containsPattern(
                        "standard input is packed, and damaged or not whole: .*\\. [0-9]+ blocks are in, of the first");
        assertThat(blocks()).hasSizeGreaterThan(40);
        // The batch is ended although the input was not read to its end.
        assertThat(batches().stream().mapToInt(batch -> batch.blocks().size()).sum())
                .isEqualTo(blocks().size());
    }

    @Test
    void anEmptyInputIsNoMistake() {
        Cli.Run run = Cli.reading("\n \r\n", "import", "-", "--to", file);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("0 blocks with 0 transactions in 0 batches in ");
        assertThat(header().totalEntries()).isZero();
        Cli.Run none = Cli.run("import", folder.resolve("none"), "--to", folder.resolve("other"));
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("Cannot read", "no such file");
        assertThat(folder.resolve("other")).doesNotExist();
    }

    @Test
    void keepsToItsRate() {
        long started = System.nanoTime();
        assertThat(Cli.reading(BlockLines.text(BlockLines.sample(6)), "import", "-", "--to", file, "--rate", 5)
                        .exitCode())
                .isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(blocks()).hasSize(6);
    }

    @Test
    void stopsBetweenBlocksAndEndsTheBatch() throws Exception {
        PipedOutputStream typed = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(typed, 1 << 20);
        try (SourcePort port = new SourcePort(file)) {
            CompletableFuture<Cli.Run> command =
                    CompletableFuture.supplyAsync(() -> Cli.reading(in, stop, "import", "-", "--to", port.address()));
            typed.write(BlockLines.text(BlockLines.sample(3)).getBytes(StandardCharsets.US_ASCII));
            typed.flush();
            Await.until(() -> BlockLines.blocks(port.stream.view()).size() == 3);
            stop.request();
            Cli.Run run = command.get(30, TimeUnit.SECONDS);
            assertThat(run.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(run.err()).isEqualToIgnoringNewLines("sluice: Stopped. 3 blocks are in, of the first 3 lines.");
            assertThat(run.out()).startsWith("3 blocks with ");
            assertThat(BlockLines.batches(port.stream.view())).hasSize(1);
        }
    }

    @Test
    void theMostThatAnEntryCanHoldFits() {
        long largest = BlockParser.MAX_TRANSACTION_LENGTH;
        Transaction transaction = new Transaction(-1, Bytes.of(new byte[(int) largest]), 255, Bytes.EMPTY);
        assertThat(transaction.encode().length).isLessThanOrEqualTo(EntryFormat.MAX_DATA_LENGTH);
    }
}
