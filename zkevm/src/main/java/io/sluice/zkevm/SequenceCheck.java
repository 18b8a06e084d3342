package io.sluice.zkevm;

/**
 * Whether entries can follow each other. {@link Assembly} knows the same rules, forgets everything when one is broken, and
 * believes what comes next. This class finds out what of it is wrong instead, so that one wrong entry is one fault; and
 * it wants what an assembly can do without.
 */
final class SequenceCheck {
    private final StreamNumbers numbers = new StreamNumbers();
    private final Marks marks;
    private final BlockCheck blocks;
    private final BatchCheck batches;

    SequenceCheck(FaultSink sink) {
        marks = new Marks(sink);
        blocks = new BlockCheck(sink, numbers, marks);
        batches = new BatchCheck(sink, numbers, marks);
    }

    /** Entry 0 comes next, which is in no batch. */
    void begin() {
        batches.begin();
    }

    boolean isBatchOpen() {
        return batches.isOpen();
    }

    /** The next entry, whose type is known. */
    void add(long entry, ZkevmEntry typed) {
        if (typed instanceof ZkevmBookmark bookmark) {
            if (bookmark.type().equals(BookmarkType.L2_BLOCK)) {
                marks.block(entry, bookmark.value());
            } else if (bookmark.type().equals(BookmarkType.BATCH)) {
                marks.batch(entry, bookmark.value());
            }
            return;
        }
        if (typed instanceof UnknownEntry) {
            return; // Wherever it likes, between a bookmark and what that names too.
        }
        if (typed instanceof L2Block header) {
            blocks.close(entry);
            batches.block(entry, header.number(), header.batchNumber());
            blocks.start(entry, header.number());
        } else if (typed instanceof Transaction transaction) {
            blocks.transaction(entry, transaction.l2BlockNumber());
        } else if (typed instanceof L2BlockEnd end) {
            blocks.end(entry, end.number());
        } else if (typed instanceof BatchStart start) {
            blocks.close(entry);
            batches.start(entry, start.number());
        } else if (typed instanceof BatchEnd end) {
            blocks.close(entry);
            batches.end(entry, end.number());
        } else if (typed instanceof UpdateGer update) {
            blocks.close(entry);
            batches.update(update.batchNumber());
        } else if (typed instanceof FixedEntry fixed) {
            fixed(entry, fixed);
        }
        marks.clear();
    }

    private void fixed(long entry, FixedEntry fixed) {
        if (fixed instanceof StartL2Block start) {
            blocks.close(entry);
            batches.blockOfFixedLayout(entry, start.l2BlockNumber(), start.batchNumber());
            blocks.start(entry, start.l2BlockNumber());
        } else if (fixed instanceof L2Tx) {
            blocks.transaction(entry);
        } else if (fixed instanceof EndL2Block end) {
            blocks.end(entry, end.l2BlockNumber());
        }
    }

    /** The next entry, of which only the type can be read. */
    void addBad(long entry, int type, Generation generation) {
        if (type == EntryTypes.BOOKMARK) {
            marks.forget();
            return;
        }
        if (generation == Generation.PROTOBUF) {
            badMessage(entry, type);
        } else if (type == EntryTypes.FIXED_START_L2_BLOCK) {
            // It may be the first of its batch, or not.
            blocks.badStart(entry);
            batches.forget();
            numbers.forgetBatch();
        } else if (type == EntryTypes.FIXED_END_L2_BLOCK) {
            blocks.badEnd();
        } else if (type == EntryTypes.FIXED_UPDATE_GER) {
            blocks.close(entry);
            numbers.forgetBatch();
        }
        marks.clear();
    }

    private void badMessage(long entry, int type) {
        switch (type) {
            case EntryTypes.BATCH_START -> {
                blocks.close(entry);
                batches.badStart();
            }
            case EntryTypes.BATCH_END -> {
                blocks.close(entry);
                batches.badEnd();
            }
            case EntryTypes.UPDATE_GER -> {
                blocks.close(entry);
                numbers.forgetBatch();
            }
            case EntryTypes.L2_BLOCK -> blocks.badStart(entry);
            case EntryTypes.L2_BLOCK_END -> blocks.badEnd();
            default -> {
                // A transaction changes nothing.
            }
        }
    }

    /** Entries may be missing here: what comes next is taken as it comes. */
    void forget() {
        numbers.forget();
        marks.forget();
        blocks.forget();
        batches.forget();
    }

    /** Nothing comes any more. */
    void end(long lastEntry) {
        marks.passOver("nothing");
        blocks.close(lastEntry);
    }
}
