package io.sluice.zkevm;

import io.sluice.zkevm.ZkevmException.BadSequence;
import io.sluice.zkevm.ZkevmException.TooLarge;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A block that has begun, and is not known to be whole. */
final class OpenBlock {
    /** What an entry costs beside its variable part, roughly, in bytes. */
    private static final int ENTRY_BYTES = 256;

    private final L2Block header;
    private final @Nullable BatchStart batch;
    private final long firstEntry;
    private final long maxBytes;
    private final List<Transaction> transactions = new ArrayList<>();
    private long lastEntry;
    private long bytes = ENTRY_BYTES;

    OpenBlock(L2Block header, @Nullable BatchStart batch, long firstEntry, long entry, long maxBytes) {
        this.header = header;
        this.batch = batch;
        this.firstEntry = firstEntry;
        this.lastEntry = entry;
        this.maxBytes = maxBytes;
    }

    long number() {
        return header.number();
    }

    /** About how much memory it takes. */
    long bytes() {
        return bytes;
    }

    void add(long entry, Transaction transaction) {
        if (transaction.l2BlockNumber() != number()) {
            throw new BadSequence(
                    entry,
                    "a transaction of block " + Long.toUnsignedString(transaction.l2BlockNumber()) + " in block "
                            + Long.toUnsignedString(number()));
        }
        bytes += ENTRY_BYTES + transaction.encoded().length();
        if (bytes > maxBytes) {
            throw new TooLarge(
                    entry,
                    "block " + Long.toUnsignedString(number()) + " is larger than the " + maxBytes
                            + " bytes that a block may take");
        }
        transactions.add(transaction);
        lastEntry = entry;
    }

    /** It ends with this entry, if that names it. */
    WholeBlock end(long entry, long number) {
        checkEnd(entry, number);
        return new WholeBlock(header, transactions, batch, true, firstEntry, entry);
    }

    /** It ends with this entry of a fixed layout, which tells its hash and state root too. */
    WholeBlock end(long entry, EndL2Block end) {
        checkEnd(entry, end.l2BlockNumber());
        L2Block whole = L2Block.builder(header.number(), header.batchNumber())
                .timestamp(header.timestamp())
                .deltaTimestamp(header.deltaTimestamp())
                .l1(header.l1BlockHash(), header.l1InfoTreeIndex())
                .globalExitRoot(header.globalExitRoot())
                .coinbase(header.coinbase())
                .hash(end.l2BlockHash())
                .stateRoot(end.stateRoot())
                .build();
        return new WholeBlock(whole, transactions, batch, true, firstEntry, entry);
    }

    private void checkEnd(long entry, long number) {
        if (number != number()) {
            throw new BadSequence(
                    entry,
                    "the end of block " + Long.toUnsignedString(number) + " in block "
                            + Long.toUnsignedString(number()));
        }
    }

    /** It has ended without a word. */
    WholeBlock endUnsaid() {
        return new WholeBlock(header, transactions, batch, false, firstEntry, lastEntry);
    }
}
