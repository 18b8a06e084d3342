package io.sluice.zkevm;

import static io.sluice.zkevm.StreamNumbers.text;

import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import io.sluice.zkevm.ZkevmException.BadSequence;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts entries together again that belong together, and finds out what cannot be.
 *
 * <p>A block ends with its end entry, or, since not all have one, with whatever cannot stand in a block. So a block
 * without an end is handed out one entry late. If that entry is wrong, the block is not handed out: nobody knows
 * whether it was whole.
 *
 * <p>Where the entries begin in the middle of a block, or go on after something was wrong, the rest of that block is
 * passed over.
 */
final class Assembly {
    private final Generation generation;
    private final AssemblySink sink;
    private final long maxBlockBytes;

    /** Takes what is wrong; null when the first such thing ends the assembly. */
    private final @Nullable Consumer<ZkevmException> faults;

    private final StreamNumbers numbers = new StreamNumbers();

    private @Nullable ZkevmException ended;
    private @Nullable Long lastEntry;

    /** Whether it is known that no block has begun before what was seen. */
    private boolean inStep;

    /** Whether all entries from 0 on were seen, and nothing was wrong. */
    private boolean fromBeginning;

    private @Nullable OpenBlock block;

    private @Nullable BatchStart batch;

    /** Whether it is known that no batch is open, which is not so before a start or an end was seen. */
    private boolean betweenBatches;

    private @Nullable ZkevmBookmark batchBookmark;
    private @Nullable ZkevmBookmark blockBookmark;

    /** The number of the entry that {@link #blockBookmark} is from. */
    private long blockBookmarkEntry;

    Assembly(Generation generation, AssemblySink sink, long maxBlockBytes, @Nullable Consumer<ZkevmException> faults) {
        this.generation = generation;
        this.sink = sink;
        this.maxBlockBytes = maxBlockBytes;
        this.faults = faults;
    }

    void add(Entry entry) {
        if (ended != null) {
            throw new IllegalStateException("An earlier entry was wrong, and nothing is taken any more.", ended);
        }
        if (entry.number() == 0) {
            inStep = true;
            fromBeginning = true;
        }
        try {
            step(entry);
        } catch (ZkevmException fault) {
            failed(fault);
            if (!(fault instanceof BadEntry)) {
                // It can be the first entry of something that is whole.
                stepAfterFault(entry);
            }
        }
        lastEntry = entry.number();
    }

    private void stepAfterFault(Entry entry) {
        try {
            step(entry);
        } catch (ZkevmException another) {
            // Its bytes, at which nobody looked before.
            failed(another);
        }
    }

    /** Throws it, or hands it over with nothing left open. */
    private void failed(ZkevmException fault) {
        forget();
        if (faults == null) {
            ended = fault;
            throw fault;
        }
        faults.accept(fault);
    }

    private void forget() {
        block = null;
        batch = null;
        betweenBatches = false;
        batchBookmark = null;
        blockBookmark = null;
        numbers.forget();
        inStep = false;
        fromBeginning = false;
        lastEntry = null;
        sink.broken();
    }

    /** What was added ends where an operation ends. */
    void flush() {
        try {
            closeBlock();
        } catch (ZkevmException fault) {
            failed(fault);
        }
    }

    private void step(Entry entry) {
        long number = entry.number();
        if (lastEntry != null && number != lastEntry + 1) {
            throw new BadSequence(number, "it comes after entry " + text(lastEntry));
        }
        ZkevmEntry typed = generation.decode(entry);
        if (typed instanceof ZkevmBookmark bookmark) {
            bookmark(number, bookmark);
        } else if (typed instanceof L2Block header) {
            startBlock(number, header);
        } else if (typed instanceof Transaction transaction) {
            transaction(number, transaction);
        } else if (typed instanceof L2BlockEnd end) {
            OpenBlock open = openBlock(number, "the end of block " + text(end.number()));
            if (open != null) {
                handOut(open.end(number, end.number()), open.bytes());
            }
        } else if (typed instanceof BatchStart start) {
            startBatch(number, start);
        } else if (typed instanceof BatchEnd end) {
            endBatch(number, end);
        } else if (typed instanceof UpdateGer update) {
            closeBlock();
            inStep = true;
            batchBookmark = null;
            numbers.update(update.batchNumber());
        } else if (typed instanceof FixedEntry fixed) {
            fixed(number, fixed);
        }
        // What is unknown stands wherever it likes.
    }

    private void bookmark(long entry, ZkevmBookmark bookmark) {
        if (bookmark.type().equals(BookmarkType.L2_BLOCK)) {
            numbers.checkBlock(entry, "the bookmark of block ", bookmark.value());
            closeBlock();
            blockBookmark = bookmark;
            blockBookmarkEntry = entry;
            inStep = true;
        } else if (bookmark.type().equals(BookmarkType.BATCH)) {
            closeBlock();
            batchBookmark = bookmark;
            inStep = true;
        }
    }

    private void startBatch(long entry, BatchStart start) {
        if (batch != null) {
            throw new BadSequence(
                    entry, "batch " + text(start.number()) + " starts before batch " + text(batch.number()) + " ended");
        }
        numbers.checkBatch(entry, start.number());
        checkBookmark(entry, "batch ", batchBookmark, start.number());
        closeBlock();
        batchBookmark = null;
        openBatch(start);
        sink.batchStarted(start);
    }

    private void openBatch(BatchStart start) {
        inStep = true;
        batch = start;
        betweenBatches = false;
        numbers.batch(start.number());
    }

    private void endBatch(long entry, BatchEnd end) {
        if (betweenBatches) {
            throw new BadSequence(entry, "the end of batch " + text(end.number()) + " outside of a batch");
        }
        if (batch != null && batch.number() != end.number()) {
            throw new BadSequence(
                    entry, "the end of batch " + text(end.number()) + " in batch " + text(batch.number()));
        }
        closeBlock();
        inStep = true;
        boolean whole = batch != null;
        batch = null;
        betweenBatches = true;
        numbers.batch(end.number());
        if (whole) {
            sink.batchEnded(end);
        }
    }

    private void startBlock(long entry, L2Block header) {
        if (betweenBatches) {
            throw new BadSequence(entry, "block " + text(header.number()) + " outside of a batch");
        }
        if (batch != null && batch.number() != header.batchNumber()) {
            throw new BadSequence(
                    entry,
                    "block " + text(header.number()) + " of batch " + text(header.batchNumber()) + " in batch "
                            + text(batch.number()));
        }
        checkBlock(entry, header.number());
        closeBlock();
        openBlock(entry, header);
    }

    private void checkBlock(long entry, long number) {
        numbers.checkBlock(entry, "block ", number);
        checkBookmark(entry, "block ", blockBookmark, number);
    }

    private void openBlock(long entry, L2Block header) {
        boolean rightBehind = blockBookmark != null && blockBookmarkEntry == entry - 1;
        long first = rightBehind ? blockBookmarkEntry : entry;
        block = new OpenBlock(header, batch, first, entry, maxBlockBytes);
        numbers.block(header.number());
        blockBookmark = null;
        inStep = true;
    }

    private static void checkBookmark(long entry, String what, @Nullable ZkevmBookmark bookmark, long number) {
        if (bookmark != null && bookmark.value() != number) {
            throw new BadSequence(
                    entry, what + text(number) + " behind the bookmark of " + what + text(bookmark.value()));
        }
    }

    private void transaction(long entry, Transaction transaction) {
        OpenBlock open = openBlock(entry, "a transaction of block " + text(transaction.l2BlockNumber()));
        if (open != null) {
            open.add(entry, transaction);
        }
    }

    /** The block that this belongs to; null when its beginning was not seen. */
    private @Nullable OpenBlock openBlock(long entry, String what) {
        if (block == null && inStep) {
            throw new BadSequence(entry, what + " outside of a block");
        }
        return block;
    }

    private void fixed(long entry, FixedEntry fixed) {
        if (fixed instanceof StartL2Block start) {
            startFixedBlock(entry, start);
        } else if (fixed instanceof L2Tx tx) {
            OpenBlock open = openBlock(entry, "a transaction");
            if (open != null) {
                open.add(
                        entry,
                        new Transaction(
                                open.number(),
                                0,
                                tx.valid(),
                                tx.encoded(),
                                tx.effectiveGasPricePercentage(),
                                tx.stateRoot(),
                                null));
            }
        } else if (fixed instanceof EndL2Block end) {
            OpenBlock open = openBlock(entry, "the end of block " + text(end.l2BlockNumber()));
            if (open != null) {
                handOut(open.end(entry, end), open.bytes());
            }
        }
    }

    /** Begins a batch too, if this block is the first of it. */
    private void startFixedBlock(long entry, StartL2Block start) {
        checkBlock(entry, start.l2BlockNumber());
        boolean sameBatch = batch != null && batch.number() == start.batchNumber();
        if (!sameBatch) {
            numbers.checkBatchOfFixedLayout(entry, start.batchNumber());
            checkBookmark(entry, "batch ", batchBookmark, start.batchNumber());
        }
        closeBlock();
        if (!sameBatch) {
            startFixedBatch(
                    new BatchStart(start.batchNumber(), BatchType.UNSPECIFIED, start.forkId(), start.chainId()));
        }
        batchBookmark = null;
        openBlock(
                entry,
                L2Block.builder(start.l2BlockNumber(), start.batchNumber())
                        .timestamp(start.timestamp())
                        .deltaTimestamp(start.deltaTimestamp())
                        .l1(start.l1BlockHash(), start.l1InfoTreeIndex())
                        .globalExitRoot(start.globalExitRoot())
                        .coinbase(start.coinbase())
                        .build());
    }

    private void startFixedBatch(BatchStart start) {
        // Where neither the batch before it nor its bookmark was seen, blocks of it may stand before this one.
        boolean firstBlock = batch != null || batchBookmark != null || fromBeginning;
        if (batch != null) {
            sink.batchEnded(null);
        }
        openBatch(start);
        if (firstBlock) {
            sink.batchStarted(start);
        }
    }

    private void closeBlock() {
        OpenBlock open = block;
        if (open != null) {
            handOut(open.endUnsaid(), open.bytes());
        }
    }

    private void handOut(WholeBlock whole, long bytes) {
        block = null;
        sink.block(whole, bytes);
    }
}
