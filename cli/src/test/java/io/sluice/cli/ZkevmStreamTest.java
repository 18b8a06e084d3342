package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.L2BlockEnd;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks and batches of streams of all generations, with bookmarks and without, with a server and in a file. */
@Timeout(60)
class ZkevmStreamTest extends ServedFile {
    private String alike(String command, Object... words) {
        Object[] all = new Object[words.length + 2];
        System.arraycopy(words, 0, all, 2, words.length);
        all[0] = command;
        all[1] = served.address();
        Cli.Run remote = Cli.run(all);
        assertThat(remote.err()).isEmpty();
        assertThat(remote.exitCode()).isZero();
        all[1] = file;
        Cli.Run local = Cli.run(all);
        assertThat(local.out()).isEqualTo(remote.out());
        assertThat(local.err()).isEmpty();
        return remote.out();
    }

    private void failsAlike(String message, String command, Object place) {
        for (Object stream : new Object[] {served.address(), file}) {
            Cli.Run run = Cli.run(command, stream, place);
            assertThat(run.err()).startsWith("sluice: ").contains(message).hasLineCount(1);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PROTOBUF, true",
        "PROTOBUF, false",
        "BIG_ENDIAN, true",
        "BIG_ENDIAN, false",
        "LITTLE_ENDIAN, true",
        "LITTLE_ENDIAN, false"
    })
    void everyBlockAndBatchIsFound(Generation generation, boolean bookmarks) {
        Chain chain = new Chain(served.stream, generation, bookmarks);
        boolean ends = generation == Generation.PROTOBUF;
        long block = 40;
        for (long batch = 7; batch < 16; batch++) {
            chain.startBatch(batch);
            for (int i = 0; i < 1 + batch % 3; i++) {
                chain.block(batch, block++, (int) batch % 4);
            }
            if (ends && batch < 15) {
                chain.endBatch(batch);
            }
        }

        long first = 40;
        for (long batch = 7; batch < 16; batch++) {
            long count = 1 + batch % 3;
            JsonNode shown = Cli.json(alike("batch", batch, "--format", "json"));
            assertThat(shown.get("number").asLong()).isEqualTo(batch);
            assertThat(shown.get("open").asBoolean()).isEqualTo(batch == 15);
            assertThat(shown.get("end").isNull()).isEqualTo(!ends || batch == 15);
            assertThat(shown.get("blocks")).hasSize((int) count);
            for (JsonNode one : shown.get("blocks")) {
                assertThat(one.get("number").asLong()).isEqualTo(first);
                assertThat(one.get("hash").asText()).isEqualTo("0x" + "aa".repeat(32));
                assertThat(one.get("transactions")).hasSize((int) batch % 4);
                assertThat(alike("block", first, "--format", "json")).isEqualTo(one + "\n");
                first++;
            }
        }
        assertThat(alike("block", "latest", "--format", "json")).contains("\"number\":" + (block - 1) + ",");
        assertThat(alike("batch", "latest", "--format", "json")).startsWith("{\"kind\":\"batch\",\"number\":15,");
        failsAlike("no block 39: its first block is 40, its latest is " + (block - 1), "block", 39);
        failsAlike("no batch 16: its first batch is 7, its latest is 15", "batch", 16);
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void everyGenerationIsFollowedAlike(Generation generation) {
        Chain chain = new Chain(served.stream, generation, true);
        chain.startBatch(1).block(1, 5, 1).block(1, 6, 0);
        if (generation == Generation.PROTOBUF) {
            chain.endBatch(1);
        }
        chain.startBatch(2).block(2, 7, 0);
        String root = "0x" + "bb".repeat(32);
        String hash = "0x" + "aa".repeat(32);
        boolean message = generation == Generation.PROTOBUF;
        String tail = message ? "  gas limit 30000000" : "  coinbase 0x" + "00".repeat(20);
        assertThat(alike("follow", "--decode", "--until", "end").lines().filter(line -> !line.contains(" ends")))
                .containsExactly(
                        message ? "batch 1  regular  fork 9  chain 1440" : "batch 1  fork 0  chain 0",
                        "block 5  2023-11-14T22:13:25Z  batch 1  1 transaction" + tail,
                        "    hash " + hash + "  state root " + root,
                        "    " + Chain.SIGNED_HASH + "  type 0  " + Chain.SIGNED_BY + " -> 0x" + "35".repeat(20)
                                + "  1 ether  nonce 9  gas 21000",
                        "block 6  2023-11-14T22:13:26Z  batch 1  0 transactions" + tail,
                        "    hash " + hash + "  state root " + root,
                        message ? "batch 2  regular  fork 9  chain 1440" : "batch 2  fork 0  chain 0",
                        "block 7  2023-11-14T22:13:27Z  batch 2  0 transactions" + tail,
                        "    hash " + hash + "  state root " + root);
    }

    /** Without bookmarks it is found by some of its entries. */
    @Test
    void aSearchReadsFewEntries() {
        Path large = folder.resolve("large.bin");
        DataStreamOptions quick = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(large, quick)) {
            Chain chain = new Chain(stream, Generation.PROTOBUF, false);
            chain.startBatch(1);
            stream.startAtomicOp();
            for (long block = 1; block <= 20_000; block++) {
                chain.start(1, block);
                chain.end(block);
            }
            stream.commitAtomicOp();
        }
        try (ServedStream server = new ServedStream(large);
                ServerEntries remote = new ServerEntries(new ServerStream(server.server.address(), 1))) {
            ZkevmStream stream =
                    new ZkevmStream(remote, message -> assertThat(message).isNull());
            assertThat(stream.block(12_345).firstEntry()).isEqualTo(24_689);
            // What a server sends at once is a page at most.
            assertThat(remote.received()).isLessThan(12_000);
        }
    }

    @Test
    void theLatestBlockIsTheLastOneThatIsWhole() {
        Chain chain = new Chain(served.stream);
        chain.startBatch(1).block(1, 1, 0).block(1, 2, 0);
        chain.operation(() -> served.stream.addStreamEntry(2, new byte[] {(byte) 0xff}));
        for (Object stream : new Object[] {served.address(), file}) {
            Cli.Run run = Cli.run("block", stream, "latest");
            assertThat(run.lines().get(0)).startsWith("block 2  ");
            assertThat(run.err()).startsWith("sluice: Entry 8: ").hasLineCount(1);
            assertThat(run.exitCode()).isZero();
        }
    }

    /** The window has to grow over a block that has more transactions than it has entries. */
    @Test
    void aLargeBlockIsTheLatestOne() {
        new Chain(served.stream).startBatch(1).block(1, 1, 0).block(1, 2, 700);
        assertThat(Cli.json(alike("block", "latest", "--format", "json")).get("transactions"))
                .hasSize(700);
    }

    @Test
    void aBlockWithoutEndIsWholeWithItsOperation() {
        new Chain(served.stream).startBatch(1).blockWithoutEnd(1, 1).blockWithoutEnd(1, 2);
        JsonNode latest = Cli.json(alike("block", "latest", "--format", "json"));
        assertThat(latest.get("number").asLong()).isEqualTo(2);
        assertThat(latest.get("transactions")).hasSize(1);
        assertThat(Cli.json(alike("block", 1, "--format", "json"))
                        .get("lastEntry")
                        .asLong())
                .isEqualTo(4);
        assertThat(Cli.json(alike("batch", 1, "--format", "json")).get("blocks"))
                .hasSize(2);
    }

    @Test
    void aTransactionThatIsNoneIsShownWithItsBytes() {
        Chain chain = new Chain(served.stream).startBatch(1);
        chain.operation(() -> {
            chain.start(1, 1);
            chain.transaction(1, Bytes.fromHex("c0"));
            chain.transaction(1, Chain.SIGNED);
            chain.end(1);
        });
        JsonNode transactions = Cli.json(alike("block", 1, "--format", "json")).get("transactions");
        assertThat(transactions.get(0).get("error").asText()).contains("has 0 fields");
        assertThat(transactions.get(0).get("encoded").asText()).isEqualTo("0xc0");
        assertThat(transactions.get(0).has("hash")).isFalse();
        assertThat(transactions.get(1).get("hash").asText()).isEqualTo(Chain.SIGNED_HASH);
        assertThat(transactions.get(1).get("from").asText()).isEqualTo(Chain.SIGNED_BY);
        assertThat(transactions.get(1).get("value").asText()).isEqualTo("1000000000000000000");
        assertThat(transactions.get(1).get("gasPrice").asText()).isEqualTo("20000000000");
        assertThat(alike("block", 1)).contains("    not understood: ", "  bytes 0xc0\n", Chain.SIGNED_HASH);
    }

    @Test
    void aWrongSequenceInABatchIsTold() {
        Chain chain = new Chain(served.stream).startBatch(1).block(1, 1, 0);
        chain.operation(() -> chain.add(new L2BlockEnd(9))).block(1, 2, 0);
        failsAlike("Entry 5: the end of block 9 outside of a block", "batch", 1);
        assertThat(Cli.run("block", served.address(), 2).out()).startsWith("block 2  ");
    }

    @Test
    void aStreamWithoutBlocks() {
        failsAlike("The stream has no entries yet.", "block", "latest");
        Chain chain = new Chain(served.stream).startBatch(5);
        failsAlike("The stream has no whole block yet.", "block", "latest");
        failsAlike("The stream has no whole block yet.", "block", 3);
        assertThat(alike("batch", "latest")).isEqualTo("batch 5  regular  fork 9  chain 1440\nbatch 5 is open\n");
        chain.endBatch(5);
        assertThat(alike("batch", "latest")).contains("\nbatch 5 ends  state root ");
    }

    @Test
    void anotherStreamIsNoZkevms() {
        served.stream.startAtomicOp();
        for (int i = 0; i < 1200; i++) {
            served.stream.addStreamEntry(99, new byte[] {1, 2});
        }
        served.stream.commitAtomicOp();
        failsAlike("This is not the stream of a zkEVM", "block", "latest");
        failsAlike("This is not the stream of a zkEVM", "batch", 3);
    }

    @Test
    void aFileThatIsNotThere() {
        Cli.Run run = Cli.run("block", folder.resolve("none.bin"), 1);
        assertThat(run.err())
                .startsWith("sluice: Cannot open ")
                .contains("no such file")
                .hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
    }
}
