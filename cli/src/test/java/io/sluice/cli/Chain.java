package io.sluice.cli;

import io.sluice.core.StreamSource;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BatchType;
import io.sluice.zkevm.Bookmarks;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.L2BlockEnd;
import io.sluice.zkevm.ProtobufEntry;
import io.sluice.zkevm.Transaction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes small streams of a zkEVM, of any generation. Each call is an operation, unless one is open. */
final class Chain {
    /** The signed transaction that EIP-155 gives as an example. */
    static final Bytes SIGNED = Bytes.fromHex("0xf86c098504a817c800825208943535353535353535353535353535353535"
            + "353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
            + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");

    static final String SIGNED_HASH = "0x33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788";
    static final String SIGNED_BY = "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f";

    private static final Bytes HASH = Bytes.fromHex("aa".repeat(32));
    private static final Bytes ROOT = Bytes.fromHex("bb".repeat(32));

    private final StreamSource stream;
    private final Generation generation;
    private final boolean bookmarks;

    Chain(StreamSource stream) {
        this(stream, Generation.PROTOBUF, true);
    }

    Chain(StreamSource stream, Generation generation, boolean bookmarks) {
        this.stream = stream;
        this.generation = generation;
        this.bookmarks = bookmarks;
    }

    /** An operation that holds whatever the writer writes. */
    Chain operation(Runnable writer) {
        stream.startAtomicOp();
        writer.run();
        stream.commitAtomicOp();
        return this;
    }

    Chain startBatch(long number) {
        return operation(() -> {
            if (bookmarks) {
                stream.addStreamBookmark(Bookmarks.batch(generation, number));
            }
            if (generation == Generation.PROTOBUF) {
                add(new BatchStart(number, BatchType.REGULAR, 9, 1440));
            } else if (!bookmarks) {
                stream.addStreamEntry(77, new byte[] {1});
            }
        });
    }

    Chain endBatch(long number) {
        return operation(() -> add(new BatchEnd(number, HASH, ROOT)));
    }

    Chain block(long batch, long number, int transactions) {
        return operation(() -> {
            start(batch, number);
            for (int i = 0; i < transactions; i++) {
                transaction(number, SIGNED);
            }
            end(number);
        });
    }

    Chain blockWithoutEnd(long batch, long number) {
        return operation(() -> {
            start(batch, number);
            transaction(number, SIGNED);
        });
    }

    /** Within an operation: the beginning of a block. */
    void start(long batch, long number) {
        if (bookmarks) {
            stream.addStreamBookmark(Bookmarks.l2Block(generation, number));
        }
        if (generation == Generation.PROTOBUF) {
            add(L2Block.builder(number, batch)
                    .timestamp(1_700_000_000 + number)
                    .hash(HASH)
                    .stateRoot(ROOT)
                    .blockGasLimit(30_000_000)
                    .build());
            return;
        }
        int length = generation == Generation.BIG_ENDIAN ? 122 : 78;
        ByteBuffer data = ByteBuffer.allocate(length).order(order());
        data.putLong(batch).putLong(number).putLong(1_700_000_000 + number);
        stream.addStreamEntry(1, data.array());
    }

    /** Within an operation: a transaction. */
    void transaction(long block, Bytes encoded) {
        if (generation == Generation.PROTOBUF) {
            add(new Transaction(block, encoded, 255, ROOT));
            return;
        }
        ByteBuffer data = ByteBuffer.allocate(38 + encoded.length()).order(order());
        data.put((byte) 255).put((byte) 1).put(ROOT.toArray()).putInt(encoded.length());
        data.put(encoded.toArray());
        stream.addStreamEntry(2, data.array());
    }

    /** Within an operation: the end of a block. */
    void end(long number) {
        if (generation == Generation.PROTOBUF) {
            add(new L2BlockEnd(number));
        } else {
            ByteBuffer data = ByteBuffer.allocate(72).order(order());
            data.putLong(number).put(HASH.toArray()).put(ROOT.toArray());
            stream.addStreamEntry(3, data.array());
        }
    }

    /** Within an operation: any entry. */
    void add(ProtobufEntry entry) {
        stream.addStreamEntry(entry.entryType(), entry.encode());
    }

    private ByteOrder order() {
        return generation == Generation.BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }
}
