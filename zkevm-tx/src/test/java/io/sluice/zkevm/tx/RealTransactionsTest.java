package io.sluice.zkevm.tx;

import static org.assertj.core.api.Assertions.assertThat;

import com.esaulpaugh.headlong.rlp.RLPEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.joemelsha.crypto.hash.Keccak;
import io.sluice.core.Entry;
import io.sluice.testing.TestData;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.Transaction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Transactions of a zkEVM and of Ethereum's mainnet. What is expected of them was computed by ethers 6, another
 * implementation in another language: SHA-256 over a line for each, as {@link #line} makes it.
 */
class RealTransactionsTest {
    private static final String NET8 = "dd524505701a0623edd0231480bb75a8e49b03a1903663db245f25277d0641f0";
    private static final String MAINNET = "b1cbe3618db587836aaeba094bff37ad9f55e3a2b3feefaac60bbeb43724f79e";

    private static List<Bytes> net8() {
        return TestData.jsonLines("data/net8/entries.jsonl.gz", RealTransactionsTest::entry).stream()
                .map(Generation.PROTOBUF::decode)
                .filter(Transaction.class::isInstance)
                .map(transaction -> ((Transaction) transaction).encoded())
                .toList();
    }

    private static Entry entry(JsonNode line) {
        return new Entry(
                line.get("n").asLong(),
                line.get("type").asInt(),
                HexFormat.of().parseHex(line.get("data").asText()));
    }

    private static List<Bytes> mainnet() {
        List<Bytes> all = new ArrayList<>();
        for (JsonNode block : TestData.jsonLines("data/chain/eth-mainnet-99-blocks.jsonl.gz", line -> line)) {
            block.get("txs").forEach(transaction -> all.add(Bytes.fromHex(transaction.asText())));
        }
        return all;
    }

    @Test
    void theTransactionsOfAZkevm() {
        List<Bytes> all = net8();
        assertThat(all).hasSize(465);
        Set<Bytes> senders = new HashSet<>();
        assertThat(digest(all, senders)).isEqualTo(NET8);
        assertThat(senders).hasSize(49);

        SignedTransaction injected = SignedTransaction.decode(all.get(0));
        assertThat(injected.hash())
                .isEqualTo(Bytes.fromHex("0c43fe08dd89b97058358ac2c00d063fb8faed8f8fea6ffd5b03023b6e5b5c29"));
        assertThat(injected.chainId()).isNull();
        assertThat(injected.sender()).isEqualTo(Bytes.fromHex("11e97bcdacba8b910516305f0f49bc8e12dd3f01"));
    }

    @Test
    void theTransactionsOfMainnet() {
        List<Bytes> all = mainnet();
        assertThat(all).hasSize(26_973);
        Set<Bytes> senders = new HashSet<>();
        assertThat(digest(all, senders)).isEqualTo(MAINNET);
        assertThat(senders).hasSize(18_229);
    }

    /** The hash of a transaction is that of its bytes; by another implementation of Keccak. */
    @Test
    void hashesAreThoseOfTheBytesWrappedOrNot() {
        Map<Integer, Integer> types = new TreeMap<>();
        for (Bytes raw : mainnet()) {
            SignedTransaction transaction = SignedTransaction.decode(raw);
            assertThat(transaction.hash()).isEqualTo(Bytes.of(new Keccak(256).digest(raw.toArray())));
            types.merge(transaction.type(), 1, Integer::sum);
            if (transaction.type() > 0) {
                Bytes wrapped = Bytes.of(RLPEncoder.string(raw.toArray()));
                assertThat(SignedTransaction.decode(wrapped)).isEqualTo(transaction);
            }
        }
        assertThat(types).isEqualTo(Map.of(0, 13_334, 1, 28, 2, 13_603, 3, 8));
    }

    private static String digest(List<Bytes> transactions, Set<Bytes> senders) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (Bytes encoded : transactions) {
                SignedTransaction transaction = SignedTransaction.decode(encoded);
                Bytes sender = transaction.sender();
                senders.add(sender);
                sha256.update(line(transaction, sender).getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String line(SignedTransaction transaction, Bytes sender) {
        return String.join(
                        " ",
                        transaction.hash().toString(),
                        Integer.toString(transaction.type()),
                        transaction.chainId() == null
                                ? "0"
                                : transaction.chainId().toString(),
                        Long.toUnsignedString(transaction.nonce()),
                        Long.toUnsignedString(transaction.gasLimit()),
                        transaction.to() == null ? "-" : transaction.to().toString(),
                        transaction.value().toString(),
                        sender.toString())
                + "\n";
    }
}
