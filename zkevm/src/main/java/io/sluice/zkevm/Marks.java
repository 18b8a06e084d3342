package io.sluice.zkevm;

import static io.sluice.zkevm.StreamNumbers.text;

import io.sluice.zkevm.StreamFault.Kind;
import org.jspecify.annotations.Nullable;

/** The bookmarks right before an entry, which have to name what begins with it. */
final class Marks {
    private final FaultSink sink;
    private @Nullable Mark batch;
    private @Nullable Mark block;

    /** What stands right before may have been a bookmark, or was one that was reported. */
    private boolean excused;

    Marks(FaultSink sink) {
        this.sink = sink;
    }

    /**
     * One of them.
     *
     * @param entry that holds it
     * @param value the number that it names
     */
    record Mark(long entry, long value) {}

    void batch(long entry, long value) {
        passOver("another bookmark");
        batch = new Mark(entry, value);
    }

    /** The batch's bookmark can stand before it, in the fixed layouts, or when the start of the batch is missing. */
    void block(long entry, long value) {
        passOverBlock("another bookmark");
        block = new Mark(entry, value);
    }

    @Nullable
    Mark batch() {
        return batch;
    }

    @Nullable
    Mark block() {
        return block;
    }

    /** Whether a bookmark that is missing is no fault of its own. */
    boolean isExcused() {
        return excused;
    }

    /** What follows them was looked at. */
    void clear() {
        excused = false;
        batch = null;
        block = null;
    }

    void clearBatch() {
        batch = null;
    }

    void clearBlock() {
        block = null;
    }

    /** Something stands here that nobody knows. */
    void forget() {
        clear();
        excuse();
    }

    /** What follows is wrong already. */
    void excuse() {
        excused = true;
    }

    /** What follows is nothing that a bookmark names. */
    void passOver(String follower) {
        passOverBatch(follower);
        passOverBlock(follower);
    }

    void passOverBatch(String follower) {
        if (batch != null) {
            wrong(batch, "batch ", follower);
            batch = null;
            excused = true;
        }
    }

    void passOverBlock(String follower) {
        if (block != null) {
            wrong(block, "block ", follower);
            block = null;
            excused = true;
        }
    }

    void wrong(Mark mark, String what, String follower) {
        sink.fault(
                Kind.WRONG_BOOKMARK,
                mark.entry(),
                "the bookmark of " + what + text(mark.value()) + " is followed by " + follower);
    }
}
