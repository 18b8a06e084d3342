package io.sluice.cli;

import io.sluice.core.Bookmark;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BookmarkType;
import io.sluice.zkevm.Bookmarks;
import io.sluice.zkevm.EndL2Block;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.L2BlockEnd;
import io.sluice.zkevm.StartL2Block;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.ZkevmBookmark;
import io.sluice.zkevm.ZkevmEntry;
import org.jspecify.annotations.Nullable;

/** The two numbers that ascend in a zkEVM's stream, and what the entries say of them. */
enum Numbering {
    /** Blocks. */
    BLOCK {
        @Override
        @Nullable
        Long told(ZkevmEntry entry) {
            if (entry instanceof L2Block block) {
                return block.number();
            }
            if (entry instanceof Transaction transaction) {
                return transaction.l2BlockNumber();
            }
            if (entry instanceof L2BlockEnd end) {
                return end.number();
            }
            if (entry instanceof StartL2Block start) {
                return start.l2BlockNumber();
            }
            if (entry instanceof EndL2Block end) {
                return end.l2BlockNumber();
            }
            return named(entry, BookmarkType.L2_BLOCK);
        }

        @Override
        Bookmark bookmark(Generation generation, long number) {
            return Bookmarks.l2Block(generation, number);
        }
    },

    /** Batches. An update of the exit root names one too, but not always the one that it stands before. */
    BATCH {
        @Override
        @Nullable
        Long told(ZkevmEntry entry) {
            if (entry instanceof L2Block block) {
                return block.batchNumber();
            }
            if (entry instanceof BatchStart start) {
                return start.number();
            }
            if (entry instanceof BatchEnd end) {
                return end.number();
            }
            if (entry instanceof StartL2Block start) {
                return start.batchNumber();
            }
            return named(entry, BookmarkType.BATCH);
        }

        @Override
        Bookmark bookmark(Generation generation, long number) {
            return Bookmarks.batch(generation, number);
        }
    };

    /** Which one an entry belongs to or, of a bookmark, names; unsigned. Null when it does not say. */
    abstract @Nullable Long told(ZkevmEntry entry);

    /** The bookmark of one of them. */
    abstract Bookmark bookmark(Generation generation, long number);

    private static @Nullable Long named(ZkevmEntry entry, BookmarkType type) {
        return entry instanceof ZkevmBookmark bookmark && bookmark.type().equals(type) ? bookmark.value() : null;
    }
}
