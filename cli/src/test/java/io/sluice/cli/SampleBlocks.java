package io.sluice.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes samples/blocks.jsonl: blocks of a chain that is nobody's, with transactions of all types, signed by accounts that
 * are nobody's. Each run makes the same bytes.
 */
final class SampleBlocks {
    /** Where the file is. */
    static final Path FILE = Path.of(System.getProperty("sluice.home", ".."), "samples", "blocks.jsonl");

    static final long CHAIN_ID = 735_842_301;

    private static final int BLOCKS = 40;
    private static final int ACCOUNTS = 8;
    private static final int MOST_TRANSACTIONS = 12;
    private static final long GENESIS_TIME = 1_750_000_000;
    private static final int SECONDS_BETWEEN = 3;
    private static final long GAS_LIMIT = 30_000_000;
    private static final long GAS_PRICE = 1_500_000_000;
    private static final long SIMPLE_TRANSFER = 21_000;
    private static final int MOST_DATA = 100;

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<SampleAccount> accounts = new ArrayList<>();

    private SampleBlocks() {
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.add(new SampleAccount("Sluice sample account " + i));
        }
    }

    /** Writes the file anew. */
    public static void main(String[] args) throws IOException {
        Files.writeString(FILE, make());
    }

    /** The lines of the file. */
    static String make() {
        SampleBlocks blocks = new SampleBlocks();
        StringBuilder lines = new StringBuilder();
        byte[] parent = made("genesis");
        for (int number = 1; number <= BLOCKS; number++) {
            byte[] hash = made("block " + number);
            lines.append(blocks.line(number, parent, hash)).append('\n');
            parent = hash;
        }
        return lines.toString();
    }

    private static byte[] made(String name) {
        return SampleAccount.keccak(("Sluice sample " + name).getBytes(StandardCharsets.US_ASCII));
    }

    private String line(int number, byte[] parent, byte[] hash) {
        List<String> transactions = new ArrayList<>();
        int count = random.nextInt(1, MOST_TRANSACTIONS + 1);
        for (int i = 0; i < count; i++) {
            transactions.add("\"" + hex(transaction()) + "\"");
        }
        return "{\"network\":\"sluice-sample\",\"number\":" + number + ",\"timestamp\":"
                + (GENESIS_TIME + (long) SECONDS_BETWEEN * number) + ",\"hash\":\"" + hex(hash) + "\",\"parentHash\":\""
                + hex(parent) + "\",\"stateRoot\":\"" + hex(made("state " + number)) + "\",\"coinbase\":\""
                + hex(accounts.get(0).address()) + "\",\"gasLimit\":" + GAS_LIMIT + ",\"txs\":["
                + String.join(",", transactions) + "]}";
    }

    private static String hex(byte[] bytes) {
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    private byte[] transaction() {
        SampleAccount from = accounts.get(random.nextInt(ACCOUNTS));
        SampleAccount to = accounts.get(random.nextInt(ACCOUNTS));
        int kind = random.nextInt(100);
        byte[] nonce = number(from.nextNonce());
        byte[] chain = number(CHAIN_ID);
        byte[] price = number(GAS_PRICE + random.nextLong(GAS_PRICE));
        byte[] tip = number(random.nextLong(GAS_PRICE));
        // Hundredths of an ether.
        byte[] value = number(random.nextLong(1, 500) * 10_000_000_000_000_000L);
        boolean creates = kind % 20 == 7;
        byte[] target = creates ? new byte[0] : to.address();
        byte[] data = creates || kind % 3 == 0 ? data() : new byte[0];
        byte[] gas = number(data.length == 0 ? SIMPLE_TRANSFER : 10 * SIMPLE_TRANSFER);
        if (kind < 30) {
            // Every fifth holds on any chain, as those before EIP-155 do.
            long its = kind % 5 == 0 ? 0 : CHAIN_ID;
            return from.signLegacy(List.of(nonce, price, gas, target, value, data), its);
        }
        if (kind < 45) {
            return from.signTyped(1, List.of(chain, nonce, price, gas, target, value, data, accessList(to)));
        }
        if (kind < 92) {
            Object[] none = {};
            return from.signTyped(2, List.of(chain, nonce, tip, price, gas, target, value, data, none));
        }
        Object[] blobs = {blob(), blob()};
        return from.signTyped(
                3, List.of(chain, nonce, tip, price, gas, to.address(), value, data, accessList(to), number(7), blobs));
    }

    private static byte[] number(long value) {
        return SampleAccount.number(value);
    }

    private byte[] data() {
        byte[] data = new byte[random.nextInt(4, MOST_DATA)];
        random.nextBytes(data);
        return data;
    }

    /** An address and one of its storage keys. */
    private Object[] accessList(SampleAccount account) {
        Object[] keys = {made("key " + random.nextInt(100))};
        Object[] pair = {account.address(), keys};
        return new Object[] {pair};
    }

    /** A version, and what would be the hash of a commitment. */
    private byte[] blob() {
        byte[] hash = made("blob " + random.nextInt(100));
        hash[0] = 1;
        return hash;
    }
}
