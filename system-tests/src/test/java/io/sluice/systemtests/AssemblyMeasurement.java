package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.testing.TestData;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BatchType;
import io.sluice.zkevm.BlockAssembler;
import io.sluice.zkevm.BlockWriter;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.tx.SignedTransaction;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How fast blocks come out of a stream, beside plain following of the same stream in the same run. Not a test: it is run by
 * hand, with the command in docs/performance.md.
 */
@EnabledIfSystemProperty(named = "sluice.measure", matches = "true")
final class AssemblyMeasurement {
    private static final int ROUNDS = 9;
    private static final int WARM_UP_ROUNDS = 4;
    private static final int BLOCKS_PER_OPERATION = 100;
    private static final Bytes ROOT = Bytes.of(new byte[32]);

    @TempDir
    Path folder;

    /** What is done with each batch of entries that has come. */
    private interface Reader {
        /** Returns how many blocks it has seen. */
        long read(EntryBatch batch);
    }

    @ParameterizedTest
    @CsvSource({"25, 8000", "2, 100000", "0, 400000"})
    void blocksBesidePlainFollowing(int transactionsPerBlock, int blocks) {
        DataStreamOptions options = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), options)) {
            write(stream, transactionsPerBlock, blocks);
            StreamHeader header = stream.getHeader();
            System.out.printf(
                    "%,d blocks of %d transactions: %,d entries, %,d bytes%n",
                    blocks, transactionsPerBlock, header.totalEntries(), header.totalLength());
            try (StreamServer server = StreamServer.start(
                    ServerOptions.defaults().withPort(0), Map.of(header.streamType(), stream.view()))) {
                measure(server.address(), header, blocks);
            }
        }
    }

    private static void measure(InetSocketAddress server, StreamHeader header, int blocks) {
        double[] plain = new double[ROUNDS];
        double[] assembled = new double[ROUNDS];
        double[] hashed = new double[ROUNDS];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            double first = blocks / follow(server, header, batch -> 0, 0);
            double second = blocks / follow(server, header, assembling(block -> {}), blocks);
            double third = blocks / follow(server, header, assembling(AssemblyMeasurement::hash), blocks);
            if (round >= 0) {
                plain[round] = first;
                assembled[round] = second;
                hashed[round] = third;
            }
        }
        print("followed, blocks/s", plain);
        print("assembled, blocks/s", assembled);
        print("transactions decoded, blocks/s", hashed);
        System.out.printf("assembled / followed: %.2f in the median%n", median(assembled) / median(plain));
    }

    private static Reader assembling(Consumer<WholeBlock> consumer) {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        return batch -> {
            long seen = 0;
            for (Entry entry : batch) {
                Optional<WholeBlock> block = assembler.add(entry);
                if (block.isPresent()) {
                    consumer.accept(block.get());
                    seen++;
                }
            }
            return seen;
        };
    }

    private static void hash(WholeBlock block) {
        for (Transaction transaction : block.transactions()) {
            assertThat(SignedTransaction.decode(transaction.encoded()).hash().length())
                    .isEqualTo(32);
        }
    }

    /** Seconds from the first entry to the last. */
    private static double follow(InetSocketAddress server, StreamHeader header, Reader reader, long blocks) {
        long start = System.nanoTime();
        try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(0), FollowOptions.defaults())) {
            long entries = 0;
            long seen = 0;
            while (entries < header.totalEntries()) {
                EntryBatch batch = follower.next(Duration.ofSeconds(10));
                assertThat(batch).as("nothing came for 10 s").isNotNull();
                entries += batch.count();
                seen += reader.read(batch);
            }
            assertThat(seen).isEqualTo(blocks);
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private static void write(DataStream stream, int transactionsPerBlock, int blocks) {
        List<Bytes> encoded = mainnetTransactions();
        BlockWriter writer = new BlockWriter(stream);
        int next = 0;
        for (int number = 1; number <= blocks; number++) {
            if (number % BLOCKS_PER_OPERATION == 1) {
                stream.startAtomicOp();
            }
            if (number == 1) {
                writer.addBatchStart(new BatchStart(1, BatchType.REGULAR, 12, 1));
            }
            List<Transaction> transactions = new ArrayList<>();
            for (int i = 0; i < transactionsPerBlock; i++) {
                transactions.add(new Transaction(number, encoded.get(next++ % encoded.size()), 255, ROOT));
            }
            writer.addBlock(
                    L2Block.builder(number, 1)
                            .timestamp(1_700_000_000L + number)
                            .hash(ROOT)
                            .stateRoot(ROOT)
                            .build(),
                    transactions);
            if (number % BLOCKS_PER_OPERATION == 0 || number == blocks) {
                stream.commitAtomicOp();
            }
        }
    }

    private static List<Bytes> mainnetTransactions() {
        List<Bytes> all = new ArrayList<>();
        for (JsonNode block : TestData.jsonLines("data/chain/eth-mainnet-99-blocks.jsonl.gz", line -> line)) {
            for (JsonNode transaction : block.get("txs")) {
                all.add(Bytes.of(HexFormat.of().parseHex(transaction.asText().substring(2))));
            }
        }
        return all;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[ROUNDS / 2];
    }

    private static void print(String what, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "%-32s median %,.0f, from %,.0f to %,.0f in %d rounds%n",
                what, sorted[ROUNDS / 2], sorted[0], sorted[ROUNDS - 1], ROUNDS);
    }
}
