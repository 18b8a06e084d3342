package io.sluice.cli;

import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.tx.SignedTransaction;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

/** A block on one line, for people who watch: how many transactions it has, and what the first of them does. */
final class BlockLine {
    private static final int WEI_DIGITS = 18;
    private static final int SHOWN_BYTES = 4;

    private BlockLine() {}

    static String of(WholeBlock block, long latencyNanos) {
        int count = block.transactions().size();
        String line = String.format(
                Locale.ROOT,
                "block %5s   batch %4s   %2d %-4s %7.2f ms",
                Words.unsigned(block.header().number()),
                Words.unsigned(block.header().batchNumber()),
                count,
                count == 1 ? "tx" : "txs",
                latencyNanos / 1e6);
        return count == 0 ? line : line + "   " + first(block);
    }

    private static String first(WholeBlock block) {
        SignedTransaction first =
                SignedTransaction.decode(block.transactions().get(0).encoded());
        String to = first.to() == null ? "new contract" : shortForm(first.to());
        return shortForm(first.hash()) + ": " + shortForm(first.sender()) + " -> " + to + "  " + ether(first.value());
    }

    private static String shortForm(Bytes bytes) {
        return "0x" + bytes.toHex().substring(0, 2 * SHOWN_BYTES) + "…";
    }

    private static String ether(BigInteger wei) {
        return new BigDecimal(wei, WEI_DIGITS).stripTrailingZeros().toPlainString() + " ETH";
    }
}
