package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.tx.SignedTransaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SampleBlocksTest {
    private static final int MOST_BYTES = 150_000;

    /** If it is not, {@link SampleBlocks#main} makes it anew. */
    @Test
    void theFileIsWhatItsGeneratorMakes() throws Exception {
        String made = SampleBlocks.make();
        assertThat(Files.readString(SampleBlocks.FILE)).isEqualTo(made);
        assertThat(made.length()).isLessThan(MOST_BYTES);
    }

    @Test
    void itsTransactionsAreOfAllTypesAndOfTheAccountsThatSignedThem() throws Exception {
        BlockParser parser = new BlockParser();
        Map<Integer, Integer> types = new TreeMap<>();
        Set<Bytes> senders = new HashSet<>();
        Map<Bytes, Long> nonces = new TreeMap<>((a, b) -> a.toHex().compareTo(b.toHex()));
        int blocks = 0;
        for (String line : Files.readAllLines(SampleBlocks.FILE)) {
            byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
            InputBlock block = parser.parse(bytes, bytes.length);
            assertThat(block.transactions()).hasSizeBetween(1, 12);
            blocks++;
            for (Bytes encoded : block.transactions()) {
                SignedTransaction transaction = SignedTransaction.decode(encoded);
                types.merge(transaction.type(), 1, Integer::sum);
                Bytes sender = transaction.sender();
                senders.add(sender);
                assertThat(transaction.nonce()).isEqualTo(nonces.merge(sender, 0L, (old, zero) -> old + 1));
                if (transaction.chainId() != null) {
                    assertThat(transaction.chainId()).isEqualTo(SampleBlocks.CHAIN_ID);
                }
            }
        }
        assertThat(blocks).isEqualTo(40);
        assertThat(types.keySet()).containsExactly(0, 1, 2, 3);
        assertThat(senders).hasSize(8);
    }
}
