package io.sluice.zkevm;

import static io.sluice.zkevm.StreamNumbers.text;

import io.sluice.zkevm.Marks.Mark;
import io.sluice.zkevm.StartOrder.Start;
import io.sluice.zkevm.StreamFault.Kind;
import org.jspecify.annotations.Nullable;

/** Whether batches begin and end where they can, and hold their blocks. */
final class BatchCheck {
    private final FaultSink sink;
    private final StreamNumbers numbers;
    private final Marks marks;
    private final StartOrder order;
    private final Habit bookmarks;

    /** The batch that is open; null when none is, or it is not known. */
    private @Nullable Long open;

    /** Whether the start of the open batch was seen; it needs no end otherwise. */
    private boolean whole;

    /** Whether no batch is open, for sure. */
    private boolean between;

    /** A batch that may have begun without a word: another block of it would show that. */
    private @Nullable Long perhaps;

    BatchCheck(FaultSink sink, StreamNumbers numbers, Marks marks) {
        this.sink = sink;
        this.numbers = numbers;
        this.marks = marks;
        this.bookmarks = new Habit(sink);
        this.order = new StartOrder(sink, marks, "batch ", Kind.BATCH_ORDER) {
            @Override
            boolean follows(long number) {
                return numbers.batchFollows(number);
            }

            @Override
            @Nullable
            Long next() {
                return numbers.nextBatch();
            }

            @Override
            String before() {
                return numbers.batchBefore();
            }
        };
    }

    /** Nothing comes before what is added now. */
    void begin() {
        between = true;
    }

    boolean isOpen() {
        return open != null;
    }

    void start(long entry, long number) {
        if (open != null && whole) {
            sink.fault(
                    Kind.MISSING_BATCH_END,
                    entry,
                    "batch " + text(number) + " starts before batch " + text(open) + " has ended");
        }
        marks.passOverBlock("the start of a batch");
        Start start = order.start(entry, number, marks.batch());
        if (marks.batch() != null || start.isSure()) {
            lookForBookmark(entry, number);
        }
        openBatch(start.number(), true);
        perhaps = start.also();
    }

    private void lookForBookmark(long entry, long number) {
        if (marks.batch() != null) {
            bookmarks.kept();
        } else if (!marks.isExcused()) {
            bookmarks.missed(() ->
                    new StreamFault(Kind.MISSING_BOOKMARK, entry, "there is no bookmark before batch " + text(number)));
        }
    }

    private void openBatch(long number, boolean startSeen) {
        open = number;
        whole = startSeen;
        between = false;
        perhaps = null;
        numbers.batch(number);
    }

    void end(long entry, long number) {
        Mark mark = marks.batch();
        if (between) {
            if (mark != null && mark.value() == number) {
                // The batch is announced, and only its start is missing.
                marks.clearBatch();
            }
            sink.fault(Kind.OUTSIDE_BATCH, entry, "the end of batch " + text(number) + " outside of a batch");
            if (numbers.batchFollows(number)) {
                numbers.batch(number);
            }
        } else if (open == null || open == number || isPerhaps(number)) {
            numbers.batch(number);
        } else {
            sink.fault(Kind.WRONG_BATCH_END, entry, "the end of batch " + text(number) + " in batch " + text(open));
            marks.passOver("the end of a batch");
            // It is meant for this batch, or does not belong here at all: both can go on.
            whole = false;
            return;
        }
        marks.passOver("the end of a batch");
        badEnd();
    }

    /** A block of this batch begins, behind a start of the batch. */
    void block(long entry, long number, long batch) {
        if (open != null && open == batch) {
            perhaps = null;
            marks.passOverBatch("a block");
            return;
        }
        Mark mark = marks.batch();
        boolean announced = mark != null && mark.value() == batch;
        if (announced) {
            // Only the batch's start is missing.
            marks.clearBatch();
        }
        marks.passOverBatch("a block");
        if (open != null && isPerhaps(batch)) {
            openBatch(batch, whole);
        } else if (open != null) {
            sink.fault(
                    Kind.WRONG_BATCH,
                    entry,
                    "block " + text(number) + " of batch " + text(batch) + " in batch " + text(open));
            if (announced) {
                openBatch(batch, false);
            } else {
                perhaps = batch;
            }
        } else {
            if (between && !isPerhaps(batch)) {
                sink.fault(
                        Kind.OUTSIDE_BATCH,
                        entry,
                        "block " + text(number) + " of batch " + text(batch) + " outside of a batch");
                if (!announced) {
                    marks.excuse();
                }
            }
            if (!between || announced || isPerhaps(batch) || numbers.batchFollows(batch)) {
                openBatch(batch, false);
            } else {
                perhaps = batch;
            }
        }
    }

    /** A block of this batch begins, in a fixed layout, where a batch begins with its first block. */
    void blockOfFixedLayout(long entry, long number, long batch) {
        Mark mark = marks.batch();
        if (open != null && open == batch) {
            perhaps = null;
            if (mark != null && mark.value() == batch) {
                marks.clearBatch();
            }
            marks.passOverBatch("a block of another batch");
            return;
        }
        if (!isPerhaps(batch) && !numbers.batchOfFixedLayoutFollows(batch)) {
            sink.fault(
                    Kind.BATCH_ORDER,
                    entry,
                    "block " + text(number) + " of batch " + text(batch) + " after " + numbers.batchBefore());
            perhaps = batch;
            return;
        }
        if (open != null || between) {
            lookForBookmark(entry, batch);
        }
        if (mark != null && mark.value() != batch) {
            marks.wrong(mark, "batch ", "block " + text(number) + " of batch " + text(batch));
        }
        openBatch(batch, false);
    }

    private boolean isPerhaps(long number) {
        return perhaps != null && perhaps == number;
    }

    void update(long number) {
        Mark mark = marks.batch();
        if (mark != null && mark.value() == number) {
            marks.clearBatch();
        }
        marks.passOver("an update of the exit root");
        numbers.update(number);
    }

    /** A batch begins, and its bytes cannot be read. */
    void badStart() {
        Mark mark = marks.batch();
        forget();
        numbers.forgetBatch();
        if (mark != null) {
            numbers.batch(mark.value());
        }
    }

    /** A batch ends, and the bytes of that cannot be read. */
    void badEnd() {
        open = null;
        perhaps = null;
        between = true;
    }

    /** What comes next may belong to a batch that nobody has seen. */
    void forget() {
        open = null;
        perhaps = null;
        between = false;
        order.forget();
    }
}
