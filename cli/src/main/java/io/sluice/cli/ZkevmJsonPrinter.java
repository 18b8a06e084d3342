package io.sluice.cli;

import io.sluice.cli.ZkevmStream.FoundBatch;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Debug;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.UpdateGer;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.tx.SignedTransaction;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For programs: an object a line, with all that the stream says; docs/zkevm.md has the members. Numbers of 64 bits are
 * numbers, those of 256 bits are decimal strings, bytes are hex digits behind {@code 0x}.
 */
final class ZkevmJsonPrinter implements ZkevmPrinter {
    private final Output out;

    ZkevmJsonPrinter(Output out) {
        this.out = out;
    }

    @Override
    public void batchStart(BatchStart start) {
        startObject(start);
        out.put('\n');
    }

    private void startObject(BatchStart start) {
        kind("batchStart");
        number("number", start.number());
        text("type", start.type().toString());
        number("forkId", start.forkId());
        number("chainId", start.chainId());
        debug(start.debug()).put('}');
    }

    @Override
    public void block(WholeBlock block) {
        blockObject(block);
        out.put('\n');
    }

    private void blockObject(WholeBlock block) {
        L2Block header = block.header();
        kind("block");
        number("number", header.number());
        number("batchNumber", header.batchNumber());
        number("timestamp", header.timestamp());
        number("deltaTimestamp", header.deltaTimestamp());
        number("minTimestamp", header.minTimestamp());
        bytes("hash", header.hash());
        bytes("stateRoot", header.stateRoot());
        bytes("globalExitRoot", header.globalExitRoot());
        bytes("coinbase", header.coinbase());
        number("blockGasLimit", header.blockGasLimit());
        bytes("blockInfoRoot", header.blockInfoRoot());
        decimal("baseFee", new BigInteger(1, header.baseFee().toArray()));
        bytes("l1BlockHash", header.l1BlockHash());
        number("l1InfoTreeIndex", header.l1InfoTreeIndex());
        debug(header.debug());
        number("firstEntry", block.firstEntry());
        number("lastEntry", block.lastEntry());
        name("transactions");
        String separator = "[";
        for (Transaction entry : block.transactions()) {
            out.put(separator);
            transaction(DecodedTransaction.of(entry));
            separator = ",";
        }
        out.put(block.transactions().isEmpty() ? "[]}" : "]}");
    }

    private void transaction(DecodedTransaction transaction) {
        Transaction entry = transaction.entry();
        out.put("{\"valid\":").put(Boolean.toString(entry.valid()));
        SignedTransaction signed = transaction.signed();
        if (signed != null) {
            signed(signed, transaction.sender());
        }
        if (transaction.error() != null) {
            text("error", transaction.error());
        }
        number("effectiveGasPricePercentage", entry.effectiveGasPricePercentage());
        bytes("imStateRoot", entry.imStateRoot());
        debug(entry.debug());
        bytes("encoded", entry.encoded());
        out.put('}');
    }

    private void signed(SignedTransaction signed, @Nullable Bytes sender) {
        bytes("hash", signed.hash());
        number("type", signed.type());
        decimal("chainId", signed.chainId());
        bytes("from", sender);
        bytes("to", signed.to());
        decimal("value", signed.value());
        number("nonce", signed.nonce());
        number("gas", signed.gasLimit());
        if (signed.type() <= 1) {
            decimal("gasPrice", signed.maxFeePerGas());
        } else {
            decimal("maxFeePerGas", signed.maxFeePerGas());
            decimal("maxPriorityFeePerGas", signed.maxPriorityFeePerGas());
        }
    }

    @Override
    public void batchEnd(BatchEnd end) {
        endObject(end);
        out.put('\n');
    }

    private void endObject(BatchEnd end) {
        kind("batchEnd");
        number("number", end.number());
        bytes("stateRoot", end.stateRoot());
        bytes("localExitRoot", end.localExitRoot());
        debug(end.debug()).put('}');
    }

    @Override
    public void updateGer(UpdateGer update) {
        kind("updateGer");
        number("batchNumber", update.batchNumber());
        number("timestamp", update.timestamp());
        bytes("globalExitRoot", update.globalExitRoot());
        bytes("stateRoot", update.stateRoot());
        bytes("coinbase", update.coinbase());
        number("forkId", update.forkId());
        number("chainId", update.chainId());
        debug(update.debug()).put("}\n");
    }

    @Override
    public void batch(FoundBatch found) {
        kind("batch");
        number("number", found.batch().start().number());
        name("open").put(Boolean.toString(found.open()));
        name("start");
        startObject(found.batch().start());
        name("blocks");
        List<WholeBlock> blocks = found.batch().blocks();
        String separator = "[";
        for (WholeBlock block : blocks) {
            out.put(separator);
            blockObject(block);
            separator = ",";
        }
        out.put(blocks.isEmpty() ? "[]" : "]");
        name("end");
        BatchEnd end = found.batch().end();
        if (end == null) {
            out.put("null");
        } else {
            endObject(end);
        }
        out.put("}\n");
    }

    private void kind(String kind) {
        out.put("{\"kind\":\"").put(kind).put('"');
    }

    private Output name(String name) {
        return out.put(",\"").put(name).put("\":");
    }

    private void number(String name, long number) {
        name(name).putUnsigned(number);
    }

    private void text(String name, String text) {
        name(name).put(Words.json(text));
    }

    private void decimal(String name, @Nullable BigInteger number) {
        name(name).put(number == null ? "null" : "\"" + number + "\"");
    }

    private void bytes(String name, @Nullable Bytes bytes) {
        if (bytes == null) {
            name(name).put("null");
        } else {
            name(name)
                    .put("\"0x")
                    .putHex(ByteBuffer.wrap(bytes.toArray()), bytes.length())
                    .put('"');
        }
    }

    private Output debug(@Nullable Debug debug) {
        if (debug != null) {
            text("debug", debug.message());
        }
        return out;
    }
}
