package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import io.sluice.server.ServerOptions;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.testing.TestData;
import io.sluice.zkevm.BatchAssembler;
import io.sluice.zkevm.BlockAssembler;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.WholeBatch;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.tx.SignedTransaction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.bouncycastle.jcajce.provider.digest.Keccak;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice import} as a process, with the 26,973 transactions of 99 blocks of Ethereum's mainnet. */
@Timeout(180)
class ImportTest {
    private static final String INPUT = "data/chain/eth-mainnet-99-blocks.jsonl.gz";
    private static final int TRANSACTIONS = 26_973;
    private static final int SIZE = 25;
    private static final int BLOCKS_PER_BATCH = 20;
    private static final int BLOCKS = (TRANSACTIONS + SIZE - 1) / SIZE;
    private static final int PATIENCE_SECONDS = 120;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatWasStarted() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    /** The transactions as the test data has them. */
    private static List<Bytes> transactions() {
        List<Bytes> all = new ArrayList<>();
        for (var block : TestData.jsonLines(INPUT, line -> line)) {
            block.get("txs").forEach(transaction -> all.add(Bytes.fromHex(transaction.asText())));
        }
        return all;
    }

    @Test
    void everyTransactionOfMainnetComesThroughAServerAsItWas() throws Exception {
        try (DataStream stream = DataStream.open(folder.resolve("chain.bin"));
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()));
                SourceServer sources = SourceServer.start(SourceServerOptions.defaults(), Map.of(1L, stream))) {
            Process process = start(
                    "--to",
                    address(sources.address()),
                    "--txs-per-block",
                    String.valueOf(SIZE),
                    "--blocks-per-batch",
                    String.valueOf(BLOCKS_PER_BATCH));
            List<WholeBlock> blocks = new ArrayList<>();
            List<WholeBatch> batches = new ArrayList<>();
            receive(server.address(), blocks, batches);
            assertThat(exitCode(process)).isZero();
            assertThat(output(process)).startsWith("1,079 blocks with 26,973 transactions in 54 batches in ");
            assertMainnet(blocks);
            assertBatches(batches);
        }
    }

    @Test
    void everyTransactionOfMainnetIsInAFileAsItWas() throws Exception {
        Path file = folder.resolve("chain.bin");
        Process process = start(
                "--to",
                file.toString(),
                "--txs-per-block",
                String.valueOf(SIZE),
                "--blocks-per-batch",
                String.valueOf(BLOCKS_PER_BATCH));
        assertThat(exitCode(process)).isZero();
        List<WholeBlock> blocks = new ArrayList<>();
        List<WholeBatch> batches = new ArrayList<>();
        read(file, blocks, batches);
        assertMainnet(blocks);
        assertBatches(batches);
    }

    /** What is in when it dies is whole blocks, and another import goes on after them. */
    @Test
    void aDeathInTheMiddleLeavesWholeBlocks() throws Exception {
        Path file = folder.resolve("chain.bin");
        List<WholeBlock> blocks = new ArrayList<>();
        int whole;
        try (DataStream stream = DataStream.open(file);
                SourceServer sources = SourceServer.start(SourceServerOptions.defaults(), Map.of(1L, stream))) {
            Process process = start("--to", address(sources.address()), "--txs-per-block", "7");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .until(() -> stream.getHeader().totalEntries() > 500);
            process.destroyForcibly().waitFor();
        }
        read(file, blocks, new ArrayList<>());
        whole = blocks.size();
        assertThat(whole).isBetween(1, TRANSACTIONS / 7 - 1);
        assertThat(blocks).allSatisfy(block -> {
            assertThat(block.ended()).isTrue();
            assertThat(block.transactions()).hasSize(7);
        });
        long end = blocks.get(whole - 1).lastEntry();
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            // Behind the last block there is the end of its batch at most.
            assertThat(stream.view().committed().entries() - 1 - end).isBetween(0L, 1L);
        }

        assertThat(exitCode(start("--to", file.toString()))).isZero();
        List<WholeBlock> all = new ArrayList<>();
        List<WholeBatch> batches = new ArrayList<>();
        read(file, all, batches);
        assertThat(all).hasSize(whole + 99);
        assertThat(all.get(whole).header().number()).isEqualTo(whole + 1);
        assertThat(batches.stream().mapToInt(batch -> batch.blocks().size()).sum())
                .isEqualTo(all.size());
    }

    /** Follows the server until the last batch is there. */
    private static void receive(InetSocketAddress server, List<WholeBlock> blocks, List<WholeBatch> batches) {
        BlockAssembler blockAssembler = BlockAssembler.strict(Generation.PROTOBUF);
        BatchAssembler batchAssembler = BatchAssembler.strict(Generation.PROTOBUF);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(0), FollowOptions.defaults())) {
            int last = (BLOCKS + BLOCKS_PER_BATCH - 1) / BLOCKS_PER_BATCH;
            while (batches.size() < last) {
                assertThat(System.nanoTime())
                        .as("blocks received: " + blocks.size())
                        .isLessThan(deadline);
                EntryBatch batch = follower.next(Duration.ofMillis(100));
                for (Entry entry : batch == null ? List.<Entry>of() : batch.entries()) {
                    blockAssembler.add(entry).ifPresent(blocks::add);
                    batchAssembler.add(entry).ifPresent(batches::add);
                }
            }
        }
    }

    private static void read(Path file, List<WholeBlock> blocks, List<WholeBatch> batches) {
        BlockAssembler blockAssembler = BlockAssembler.strict(Generation.PROTOBUF);
        BatchAssembler batchAssembler = BatchAssembler.strict(Generation.PROTOBUF);
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            for (long number = 0; number < stream.view().committed().entries(); number++) {
                Entry entry = Objects.requireNonNull(stream.view().entry(number));
                blockAssembler.add(entry).ifPresent(blocks::add);
                batchAssembler.add(entry).ifPresent(batches::add);
            }
        }
    }

    /** All hashes are those that Bouncy Castle computes of the bytes of the test data. */
    private static void assertMainnet(List<WholeBlock> blocks) {
        assertThat(blocks).hasSize(BLOCKS);
        for (int i = 0; i < BLOCKS; i++) {
            assertThat(blocks.get(i).header().number()).isEqualTo(i + 1);
            assertThat(blocks.get(i).transactions())
                    .hasSize(i < BLOCKS - 1 ? SIZE : TRANSACTIONS - SIZE * (BLOCKS - 1));
        }
        Map<Integer, Integer> types = new TreeMap<>();
        List<Bytes> hashes = new ArrayList<>();
        for (WholeBlock block : blocks) {
            for (Transaction transaction : block.transactions()) {
                SignedTransaction signed = SignedTransaction.decode(transaction.encoded());
                types.merge(signed.type(), 1, Integer::sum);
                hashes.add(signed.hash());
            }
        }
        List<Bytes> expected = transactions().stream()
                .map(raw -> Bytes.of(new Keccak.Digest256().digest(raw.toArray())))
                .toList();
        assertThat(expected).hasSize(TRANSACTIONS);
        assertThat(hashes).isEqualTo(expected);
        assertThat(types).isEqualTo(Map.of(0, 13_334, 1, 28, 2, 13_603, 3, 8));
    }

    private static void assertBatches(List<WholeBatch> batches) {
        int blocks = 0;
        for (int i = 0; i < batches.size(); i++) {
            WholeBatch batch = batches.get(i);
            assertThat(batch.start().number()).isEqualTo(i + 1);
            assertThat(batch.start().chainId()).isEqualTo(1);
            assertThat(batch.end()).isNotNull();
            assertThat(batch.blocks()).hasSize(Math.min(BLOCKS_PER_BATCH, BLOCKS - blocks));
            blocks += batch.blocks().size();
        }
        assertThat(blocks).isEqualTo(BLOCKS);
    }

    private static String address(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Starts an import of the test data, with little memory. */
    private Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main",
                "import",
                TestData.path(INPUT).toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).start();
        started.add(process);
        return process;
    }

    private static int exitCode(Process process) throws Exception {
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(ended).isTrue();
        // On a slow computer it tells how far it is.
        assertThat(process.errorReader().lines()).allMatch(line -> line.endsWith("% of the input"));
        return process.exitValue();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
