package io.sluice.samples;

import io.sluice.core.StreamSource;
import io.sluice.storage.DataStream;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BatchType;
import io.sluice.zkevm.BlockWriter;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.Transaction;
import java.nio.file.Path;
import java.util.List;

/** Writes a batch of two zkEVM blocks into a new stream file. */
public final class WriteBlocks {
    private static final long FORK_ID = 9;
    private static final long CHAIN_ID = 1;
    private static final Bytes STATE_ROOT = Bytes.of(new byte[32]);

    /** The signed transaction that EIP-155 gives as an example. */
    private static final Bytes SIGNED = Bytes.fromHex("0xf86c098504a817c800825208943535353535353535353535353535353535"
            + "353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
            + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");

    private WriteBlocks() {}

    /** Takes the name of the stream file, which must not be there. */
    public static void main(String[] args) {
        if (args.length != 1) {
            throw new IllegalArgumentException("Usage: WriteBlocks FILE");
        }
        run(Path.of(args[0]));
    }

    /** Makes the file and writes. */
    public static void run(Path file) {
        try (DataStream stream = DataStream.open(file)) {
            writeBatch(stream, 1, 1, List.of(SIGNED));
        }
    }

    /** Any {@link StreamSource} will do. */
    static void writeBatch(StreamSource stream, long batch, long number, List<Bytes> signed) {
        BlockWriter writer = new BlockWriter(stream);
        writer.startBatch(new BatchStart(batch, BatchType.REGULAR, FORK_ID, CHAIN_ID));
        L2Block block = L2Block.builder(number, batch)
                .timestamp(1_700_000_000)
                .stateRoot(STATE_ROOT)
                .build();
        List<Transaction> transactions = signed.stream()
                .map(encoded -> new Transaction(number, encoded, 255, STATE_ROOT))
                .toList();
        writer.writeBlock(block, transactions);
        writer.writeBlock(L2Block.builder(number + 1, batch).build(), List.of());
        writer.endBatch(new BatchEnd(batch, STATE_ROOT, STATE_ROOT));
    }

    /** Many blocks in one operation: opened and committed here, not by the writer. */
    static void load(StreamSource stream, BatchStart start, List<L2Block> blocks) {
        BlockWriter writer = new BlockWriter(stream);
        stream.startAtomicOp();
        writer.addBatchStart(start);
        for (L2Block block : blocks) {
            writer.addBlock(block, List.of());
        }
        stream.commitAtomicOp();
    }
}
