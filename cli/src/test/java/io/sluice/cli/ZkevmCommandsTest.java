package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Entry;
import io.sluice.zkevm.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is shown of the stream of a real sequencer, beside an independent reading of its entries. */
@Timeout(120)
class ZkevmCommandsTest {
    private static final int L2_BLOCK = 2;
    private static final int TRANSACTION = 3;
    private static final Duration AT_ONCE = Duration.ofMillis(100);

    @TempDir
    static Path folder;

    private static List<Entry> entries;
    private static Path file;
    private static ServedStream served;

    @BeforeAll
    static void serve() {
        entries = Net8.entries();
        file = Net8.unpack(folder);
        served = new ServedStream(file);
    }

    @AfterAll
    static void close() {
        if (served != null) {
            served.close();
        }
    }

    private static String shown(Object... words) {
        Cli.Run run = Cli.run(words);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return run.out();
    }

    /** What a server and a file both give. */
    private static String alike(String command, Object... words) {
        Object[] remote = new Object[words.length + 2];
        System.arraycopy(words, 0, remote, 2, words.length);
        remote[0] = command;
        remote[1] = served.address();
        String out = shown(remote);
        remote[1] = file;
        assertThat(shown(remote)).isEqualTo(out);
        return out;
    }

    /** The entries of a block: its header, and its transactions. */
    private static List<Entry> of(long block) {
        List<Entry> found = new ArrayList<>();
        for (Entry entry : entries) {
            boolean header = entry.type() == L2_BLOCK;
            if (header && new ProtoFields(entry.data()).number(1) == block) {
                found.add(entry);
            } else if (!found.isEmpty() && (header || entry.isBookmark())) {
                return found;
            } else if (!found.isEmpty() && entry.type() == TRANSACTION) {
                found.add(entry);
            }
        }
        return found;
    }

    private static void assertIs(JsonNode shown, long block) {
        List<Entry> expected = of(block);
        ProtoFields header = new ProtoFields(expected.get(0).data());
        assertThat(shown.get("kind").asText()).isEqualTo("block");
        assertThat(shown.get("number").asLong()).isEqualTo(block);
        assertThat(shown.get("batchNumber").asLong()).isEqualTo(header.number(2));
        assertThat(shown.get("timestamp").asLong()).isEqualTo(header.number(3));
        assertThat(shown.get("deltaTimestamp").asLong()).isEqualTo(header.number(4));
        assertThat(shown.get("minTimestamp").asLong()).isEqualTo(header.number(5));
        assertThat(shown.get("l1BlockHash").asText()).isEqualTo(header.bytes(6));
        assertThat(shown.get("l1InfoTreeIndex").asLong()).isEqualTo(header.number(7));
        assertThat(shown.get("hash").asText()).isEqualTo(header.bytes(8));
        assertThat(shown.get("stateRoot").asText()).isEqualTo(header.bytes(9));
        assertThat(shown.get("globalExitRoot").asText()).isEqualTo(header.bytes(10));
        assertThat(shown.get("coinbase").asText()).isEqualTo(header.bytes(11));
        assertThat(shown.get("blockGasLimit").asLong()).isEqualTo(header.number(12));
        assertThat(shown.get("blockInfoRoot").asText()).isEqualTo(header.bytes(13));
        assertThat(shown.get("firstEntry").asLong()).isEqualTo(expected.get(0).number() - 1);
        assertThat(shown.get("transactions")).hasSize(expected.size() - 1);
        for (int i = 1; i < expected.size(); i++) {
            ProtoFields transaction = new ProtoFields(expected.get(i).data());
            JsonNode one = shown.get("transactions").get(i - 1);
            assertThat(one.get("valid").asBoolean()).isEqualTo(transaction.number(3) == 1);
            assertThat(one.get("encoded").asText()).isEqualTo(transaction.bytes(4));
            assertThat(one.get("effectiveGasPricePercentage").asLong()).isEqualTo(transaction.number(5));
            assertThat(one.get("imStateRoot").asText()).isEqualTo(transaction.bytes(6));
            assertThat(one.has("error")).isFalse();
        }
    }

    @Test
    void blocksAreThoseOfTheStream() {
        for (long block : new long[] {0, 1, 2, 100, 9_000, Net8.LAST_BLOCK}) {
            assertIs(Cli.json(alike("block", block, "--format", "json")), block);
        }
        assertThat(alike("block", "latest")).isEqualTo(alike("block", Net8.LAST_BLOCK));
    }

    /** Its hash and sender are known from another implementation, in another language. */
    @Test
    void aBlockForPeople() {
        ProtoFields header = new ProtoFields(of(1).get(0).data());
        assertThat(alike("block", 1).lines())
                .containsExactly(
                        "block 1  2024-07-31T19:28:36Z  batch 1  1 transaction  coinbase " + header.bytes(11),
                        "    hash " + header.bytes(8) + "  state root " + header.bytes(9),
                        "    0x0c43fe08dd89b97058358ac2c00d063fb8faed8f8fea6ffd5b03023b6e5b5c29  type 0"
                                + "  0x11e97bcdacba8b910516305f0f49bc8e12dd3f01"
                                + " -> 0x27daed0badd500740762d1792f3277a7f3dadd79  0 ether  nonce 0  gas 30000000");
    }

    @Test
    void aBatchHasItsBlocks() {
        JsonNode batch = Cli.json(alike("batch", 2, "--format", "json"));
        assertThat(batch.get("kind").asText()).isEqualTo("batch");
        assertThat(batch.get("open").asBoolean()).isFalse();
        assertThat(batch.get("start").get("type").asText()).isEqualTo("REGULAR");
        assertThat(batch.get("start").get("chainId").asLong()).isEqualTo(779);
        long first = batch.get("blocks").get(0).get("number").asLong();
        for (JsonNode block : batch.get("blocks")) {
            assertIs(block, first++);
        }
        ProtoFields next = new ProtoFields(of(first).get(0).data());
        assertThat(next.number(2)).as("the batch of the block behind it").isEqualTo(3);
        assertThat(batch.get("end").get("number").asLong()).isEqualTo(2);
        assertThat(alike("batch", 0).lines())
                .hasSize(4)
                .element(3)
                .asString()
                .startsWith(
                        "batch 0 ends  state root 0xea8d1e415c7615b49413cb381afef93a0f1cd45c9b179af5fba9b90134d04966");
    }

    @Test
    void theLatestBatchIsOpen() {
        JsonNode batch = Cli.json(alike("batch", "latest", "--format", "json"));
        assertThat(batch.get("number").asLong()).isEqualTo(Net8.LAST_BATCH);
        assertThat(batch.get("open").asBoolean()).isTrue();
        assertThat(batch.get("end").isNull()).isTrue();
        JsonNode blocks = batch.get("blocks");
        assertIs(blocks.get(blocks.size() - 1), Net8.LAST_BLOCK);
        assertThat(alike("batch", "latest")).endsWith("\nbatch 101 is open\n");
    }

    @Test
    void whatIsNotThereIsSaidWithWhatIs() {
        for (Object stream : new Object[] {served.address(), file}) {
            Cli.Run block = Cli.run("block", stream, 11_318);
            assertThat(block.exitCode()).isEqualTo(1);
            assertThat(block.err())
                    .isEqualToIgnoringNewLines(
                            "sluice: The stream has no block 11318: its first block is 0, its latest is 11317.");
            Cli.Run batch = Cli.run("batch", stream, "18446744073709551615");
            assertThat(batch.exitCode()).isEqualTo(1);
            assertThat(batch.err())
                    .isEqualToIgnoringNewLines(
                            "sluice: The stream has no batch 18446744073709551615: its first batch is"
                                    + " 0, its latest is 101.");
        }
    }

    @Test
    void theLatestBlockIsThereAtOnceAndFewEntriesAreRead() {
        try (ServerEntries remote = new ServerEntries(new ServerStream(served.server.address(), 1))) {
            ZkevmStream stream =
                    new ZkevmStream(remote, message -> assertThat(message).isNull());
            assertThat(stream.latestBlock().header().number()).isEqualTo(Net8.LAST_BLOCK);
            assertThat(remote.received()).isLessThanOrEqualTo(70);
        }
        long[] nanos = new long[15];
        for (int i = 0; i < nanos.length; i++) {
            shown("block", served.address(), "latest");
        }
        for (int i = 0; i < nanos.length; i++) {
            long started = System.nanoTime();
            shown("block", served.address(), "latest");
            nanos[i] = System.nanoTime() - started;
        }
        Arrays.sort(nanos);
        assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(AT_ONCE);
    }

    @Test
    void blocksAndBatchesAreFollowedAsTheyAre() {
        List<String> lines = alike("follow", "--decode", "--until", "end", "--format", "json")
                .lines()
                .toList();
        List<JsonNode> blocks = new ArrayList<>();
        int starts = 0;
        int ends = 0;
        int transactions = 0;
        for (String line : lines) {
            JsonNode node = Cli.json(line);
            switch (node.get("kind").asText()) {
                case "batchStart" -> assertThat(node.get("number").asLong()).isEqualTo(starts++);
                case "batchEnd" -> assertThat(node.get("number").asLong()).isEqualTo(ends++);
                default -> {
                    assertThat(node.get("batchNumber").asLong()).isEqualTo(starts - 1);
                    transactions += node.get("transactions").size();
                    blocks.add(node);
                }
            }
        }
        assertThat(starts).isEqualTo(102);
        assertThat(ends).isEqualTo(101);
        assertThat(blocks).hasSize(11_318);
        assertThat(transactions).isEqualTo(465);
        for (int i = 0; i < blocks.size(); i += 997) {
            assertIs(blocks.get(i), i);
        }
        assertThat(blocks.get(1).get("transactions").get(0).get("from").asText())
                .isEqualTo(Bytes.fromHex("11e97bcdacba8b910516305f0f49bc8e12dd3f01")
                        .toString());
    }

    @Test
    void aFollowCanBeginWithABlock() {
        List<String> lines = alike(
                        "follow", "--decode", "--bookmark", "080210b558", "--until", "end", "--format", "json")
                .lines()
                .toList();
        assertThat(lines).hasSize(1);
        assertIs(Cli.json(lines.get(0)), Net8.LAST_BLOCK);
    }
}
