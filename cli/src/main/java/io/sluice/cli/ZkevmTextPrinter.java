package io.sluice.cli;

import io.sluice.cli.ZkevmStream.FoundBatch;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BatchType;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Debug;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.UpdateGer;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.tx.SignedTransaction;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** For people: a line for each start and end of a batch, two for a block, and one for each transaction. */
final class ZkevmTextPrinter implements ZkevmPrinter {
    /** 1 ether is 10^18 wei. */
    private static final int ETHER_DIGITS = 18;

    private static final int FULL_PRICE = 255;

    private final Output out;

    ZkevmTextPrinter(Output out) {
        this.out = out;
    }

    @Override
    public void batchStart(BatchStart start) {
        out.put("batch ").putUnsigned(start.number());
        if (!start.type().equals(BatchType.UNSPECIFIED)) {
            out.put("  ").put(start.type().toString().toLowerCase(Locale.ROOT));
        }
        out.put("  fork ").putUnsigned(start.forkId());
        out.put("  chain ").putUnsigned(start.chainId());
        debug(start.debug()).put('\n');
    }

    @Override
    public void block(WholeBlock block) {
        L2Block header = block.header();
        int count = block.transactions().size();
        out.put("block ").putUnsigned(header.number());
        out.put("  ").put(time(header.timestamp()));
        out.put("  batch ").putUnsigned(header.batchNumber());
        out.put("  ").put(Words.count(count, "transaction", "transactions"));
        if (header.blockGasLimit() != 0) {
            out.put("  gas limit ").putUnsigned(header.blockGasLimit());
        }
        bytes("  coinbase ", header.coinbase());
        debug(header.debug()).put('\n');
        if (!header.hash().isEmpty() || !header.stateRoot().isEmpty()) {
            out.put("  ");
            bytes("  hash ", header.hash());
            bytes("  state root ", header.stateRoot());
            out.put('\n');
        }
        block.transactions().forEach(entry -> transaction(DecodedTransaction.of(entry)));
    }

    private void transaction(DecodedTransaction transaction) {
        SignedTransaction signed = transaction.signed();
        if (signed == null) {
            out.put("    not understood: ").put(Words.oneLine(String.valueOf(transaction.error())));
            bytes("  bytes ", transaction.entry().encoded());
        } else {
            Bytes to = signed.to();
            bytes("    ", signed.hash());
            out.put("  type ").putUnsigned(signed.type());
            bytes("  ", transaction.sender());
            if (transaction.sender() == null) {
                out.put("  unknown sender");
            }
            out.put(" -> ");
            bytes("", to);
            if (to == null) {
                out.put("new contract");
            }
            out.put("  ").put(ether(signed.value())).put(" ether");
            out.put("  nonce ").putUnsigned(signed.nonce());
            out.put("  gas ").putUnsigned(signed.gasLimit());
            if (transaction.error() != null) {
                out.put("  ").put(Words.oneLine(transaction.error()));
            }
        }
        if (transaction.entry().effectiveGasPricePercentage() != FULL_PRICE) {
            out.put("  gas price ")
                    .putUnsigned(transaction.entry().effectiveGasPricePercentage() + 1)
                    .put("/256");
        }
        if (!transaction.entry().valid()) {
            out.put("  invalid");
        }
        debug(transaction.entry().debug()).put('\n');
    }

    @Override
    public void batchEnd(BatchEnd end) {
        out.put("batch ").putUnsigned(end.number()).put(" ends");
        bytes("  state root ", end.stateRoot());
        bytes("  local exit root ", end.localExitRoot());
        debug(end.debug()).put('\n');
    }

    @Override
    public void updateGer(UpdateGer update) {
        out.put("update of the exit root  batch ").putUnsigned(update.batchNumber());
        out.put("  ").put(time(update.timestamp()));
        bytes("  global exit root ", update.globalExitRoot());
        bytes("  state root ", update.stateRoot());
        bytes("  coinbase ", update.coinbase());
        out.put("  fork ").putUnsigned(update.forkId());
        debug(update.debug()).put('\n');
    }

    @Override
    public void batch(FoundBatch found) {
        batchStart(found.batch().start());
        found.batch().blocks().forEach(this::block);
        BatchEnd end = found.batch().end();
        if (end != null) {
            batchEnd(end);
        } else {
            out.put("batch ").putUnsigned(found.batch().start().number());
            out.line(found.open() ? " is open" : " has ended");
        }
    }

    /** Writes bytes behind a label, or nothing when there are none. */
    private void bytes(String label, @Nullable Bytes bytes) {
        if (bytes != null && !bytes.isEmpty()) {
            out.put(label).put("0x").putHex(ByteBuffer.wrap(bytes.toArray()), bytes.length());
        }
    }

    private Output debug(@Nullable Debug debug) {
        return debug == null ? out : out.put("  debug: ").put(Words.oneLine(debug.message()));
    }

    /** UTC, in the form of ISO 8601. */
    private static String time(long seconds) {
        return Long.compareUnsigned(seconds, Instant.MAX.getEpochSecond()) > 0
                ? Words.unsigned(seconds) + " s"
                : Instant.ofEpochSecond(seconds).toString();
    }

    /** All digits, and none for nothing. */
    private static String ether(BigInteger wei) {
        return wei.signum() == 0
                ? "0"
                : new BigDecimal(wei, ETHER_DIGITS).stripTrailingZeros().toPlainString();
    }
}
