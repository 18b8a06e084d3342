package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BlockAssembler;
import io.sluice.zkevm.EndL2Block;
import io.sluice.zkevm.EntryTypes;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.L2BlockEnd;
import io.sluice.zkevm.L2Tx;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.UnknownEntry;
import io.sluice.zkevm.UpdateGer;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.ZkevmEntry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes blocks of entries, and prints each as soon as it is known to be whole; what stands between blocks is printed at
 * once. What is wrong is complained of, and it goes on with the next block.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} when the entries are none of a zkEVM's.
 */
final class DecodingPrinter implements EntryPrinter {
    /** So many bytes of entries are held at most, while nothing tells how they are to be read. */
    private static final long MAX_HELD_BYTES = EntryFormat.PAGE_LENGTH;

    private final ZkevmPrinter printer;
    private final Consumer<String> complaints;

    /** Entries that came before it was known how to read them; null when there are none, nor will be. */
    private @Nullable List<Entry> held = new ArrayList<>();

    private long heldBytes;

    private @Nullable Generation generation;
    private @Nullable BlockAssembler assembler;

    /** Whether it is known where the entries begin: in a block, or not. */
    private boolean placed;

    /** The batch of the last block of a fixed layout, where nothing else tells that a batch begins. */
    private @Nullable Long lastBatch;

    private boolean fromBeginning;

    /**
     * @param generation how the entries are to be read; null when the first ones have to tell
     * @param complaints told what is wrong
     */
    DecodingPrinter(ZkevmPrinter printer, @Nullable Generation generation, Consumer<String> complaints) {
        this.printer = printer;
        this.complaints = complaints;
        if (generation != null) {
            begin(generation);
        }
    }

    private void begin(Generation told) {
        generation = told;
        assembler = BlockAssembler.goingOn(told, fault -> complaints.accept(fault.getMessage()));
        List<Entry> waiting = held;
        held = null;
        if (waiting != null) {
            waiting.forEach(entry -> take(told, entry));
        }
    }

    @Override
    public void print(long number, int type, ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(data.position(), bytes);
        Entry entry = new Entry(number, type, bytes);
        if (generation == null) {
            hold(entry);
        } else {
            take(generation, entry);
        }
    }

    @Override
    public void print(EntryBatch batch, long count) {
        EntryPrinter.super.print(batch, count);
        if (count >= batch.count() && batch.endsOperation()) {
            endOperation();
        }
    }

    /** A block without an end ends with its operation. */
    @Override
    public void endOperation() {
        if (assembler != null) {
            assembler.flush().ifPresent(this::show);
        }
    }

    private void hold(Entry entry) {
        List<Entry> waiting = held == null ? new ArrayList<>() : held;
        held = waiting;
        waiting.add(entry);
        heldBytes += EntryFormat.HEADER_LENGTH + entry.data().length;
        Generation told = Generation.detect(List.of(entry)).orElse(null);
        if (told != null) {
            begin(told);
        } else if (waiting.size() >= ZkevmStream.DETECTING_ENTRIES || heldBytes > MAX_HELD_BYTES) {
            throw ZkevmStream.notZkevm();
        }
    }

    private void take(Generation known, Entry entry) {
        if (assembler != null) {
            assembler.add(entry).ifPresent(this::show);
        }
        if (entry.number() == 0) {
            placed = true;
            fromBeginning = true;
        }
        if (!placed || standsBetweenBlocks(known, entry.type())) {
            look(known, entry);
        }
    }

    private static boolean standsBetweenBlocks(Generation known, int type) {
        if (known != Generation.PROTOBUF) {
            return type == EntryTypes.FIXED_UPDATE_GER;
        }
        return type == EntryTypes.BATCH_START || type == EntryTypes.BATCH_END || type == EntryTypes.UPDATE_GER;
    }

    private void look(Generation known, Entry entry) {
        try {
            ZkevmEntry typed = known.decode(entry);
            if (!placed && !(typed instanceof UnknownEntry)) {
                placed = true;
                place(entry.number(), typed);
            }
            if (typed instanceof BatchStart start) {
                printer.batchStart(start);
            } else if (typed instanceof BatchEnd end) {
                printer.batchEnd(end);
            } else if (typed instanceof UpdateGer update) {
                printer.updateGer(update);
            }
        } catch (BadEntry e) {
            // The assembler has found that out too, and told of it.
        }
    }

    /** Tells when the first entry is in the middle of a block. */
    private void place(long entry, ZkevmEntry first) {
        String block = null;
        if (first instanceof Transaction transaction) {
            block = "block " + Words.unsigned(transaction.l2BlockNumber());
        } else if (first instanceof L2BlockEnd end) {
            block = "block " + Words.unsigned(end.number());
        } else if (first instanceof EndL2Block end) {
            block = "block " + Words.unsigned(end.l2BlockNumber());
        } else if (first instanceof L2Tx) {
            block = "a block";
        }
        if (block != null) {
            complaints.accept("Entry " + Words.unsigned(entry) + " is in the middle of " + block
                    + ": the rest of that block is passed over.");
        }
    }

    private void show(WholeBlock block) {
        if (generation != Generation.PROTOBUF) {
            startFixedBatch(block);
        }
        printer.block(block);
    }

    /** In a fixed layout a batch begins with its first block. It is not known whether the first one that is seen is that. */
    private void startFixedBatch(WholeBlock block) {
        long number = block.header().batchNumber();
        boolean begins = lastBatch == null ? fromBeginning : lastBatch != number;
        BatchStart batch = block.batch();
        if (begins && batch != null) {
            printer.batchStart(batch);
        }
        lastBatch = number;
    }
}
