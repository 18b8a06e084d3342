package io.sluice.zkevm;

import static io.sluice.zkevm.StreamNumbers.text;

import io.sluice.zkevm.Marks.Mark;
import io.sluice.zkevm.StartOrder.Start;
import io.sluice.zkevm.StreamFault.Kind;
import org.jspecify.annotations.Nullable;

/** Whether blocks begin and end where they can, and hold what is theirs. */
final class BlockCheck {
    private final FaultSink sink;
    private final StreamNumbers numbers;
    private final Marks marks;
    private final StartOrder order;
    private final Habit ends;
    private final Habit bookmarks;

    private @Nullable Open open;

    /** Whether a block may be open whose beginning was not seen. */
    private boolean passing;

    /**
     * A block that has begun.
     *
     * @param entry with which it begins
     * @param whole whether its beginning was seen, and is one; it needs no end otherwise
     */
    private record Open(Start start, long entry, boolean whole) {}

    BlockCheck(FaultSink sink, StreamNumbers numbers, Marks marks) {
        this.sink = sink;
        this.numbers = numbers;
        this.marks = marks;
        this.ends = new Habit(sink);
        this.bookmarks = new Habit(sink);
        this.order = new StartOrder(sink, marks, "block ", Kind.BLOCK_ORDER) {
            @Override
            boolean follows(long number) {
                return numbers.blockFollows(number);
            }

            @Override
            @Nullable
            Long next() {
                return numbers.nextBlock();
            }

            @Override
            String before() {
                return numbers.blockBefore();
            }
        };
    }

    /** A block begins; the caller has closed the one before, and looks at the batch. */
    void start(long entry, long number) {
        Mark mark = marks.block();
        Start start = order.start(entry, number, mark);
        boolean sure = start.isSure() && !marks.isExcused();
        if (mark != null) {
            bookmarks.kept();
        } else if (sure) {
            bookmarks.missed(() ->
                    new StreamFault(Kind.MISSING_BOOKMARK, entry, "there is no bookmark before block " + text(number)));
        }
        numbers.block(start.number());
        open = new Open(start, entry, mark != null || sure);
        passing = false;
    }

    /** Something begins or ends here that cannot stand in a block. */
    void close(long entry) {
        Open unended = open;
        if (unended != null && unended.whole() && unended.start().number() != 0) {
            ends.missed(() -> new StreamFault(
                    Kind.MISSING_BLOCK_END,
                    entry,
                    "block " + text(unended.start().number()) + ", which begins with entry " + text(unended.entry())
                            + ", has no end"));
        }
        open = null;
        passing = false;
    }

    void transaction(long entry, long number) {
        belongs(entry, number, "a transaction", "a transaction of block ", Kind.WRONG_BLOCK);
    }

    /** A transaction of a fixed layout, which does not name its block. */
    void transaction(long entry) {
        if (open == null && !passing) {
            sink.fault(Kind.OUTSIDE_BLOCK, entry, "a transaction outside of a block");
            Mark mark = marks.block();
            marks.clearBlock();
            marks.passOver("a transaction");
            if (mark != null) {
                imply(entry, mark.value());
            } else {
                passing = true;
            }
        }
        marks.passOver("a transaction");
    }

    void end(long entry, long number) {
        boolean ended = belongs(entry, number, "the end of a block", "the end of block ", Kind.WRONG_BLOCK_END);
        ends.kept();
        if (ended || open == null) {
            open = null;
            passing = false;
        } else {
            // It is meant for this block, or does not belong here at all: both can go on.
            open = new Open(open.start(), open.entry(), false);
        }
    }

    /**
     * Looks whether something is of the open block. If not, that is a fault, and its block is believed to be open.
     *
     * @return whether the block that is open now is its block
     */
    private boolean belongs(long entry, long number, String what, String of, Kind wrong) {
        Open current = open;
        if (current != null && current.start().is(number)) {
            if (number != current.start().number()) {
                // Two of three tell this number now.
                open = new Open(new Start(number, number), current.entry(), current.whole());
                numbers.block(number);
            }
            marks.passOver(what);
            return true;
        }
        Mark mark = marks.block();
        if (current != null && mark == null) {
            marks.passOver(what);
            sink.fault(
                    wrong,
                    entry,
                    of + text(number) + " in block " + text(current.start().number()));
            // If more of the other block follows, it has begun without a word.
            open = new Open(new Start(current.start().number(), number), current.entry(), current.whole());
            return false;
        }
        if (current == null && passing && mark == null) {
            marks.passOver(what);
            if (wrong == Kind.WRONG_BLOCK_END && numbers.blockFollows(number)) {
                numbers.block(number);
            }
            return true;
        }
        close(entry);
        if (mark != null && mark.value() == number) {
            // Its block is announced, and only the start is missing.
            marks.clearBlock();
        }
        marks.passOver(what);
        sink.fault(Kind.OUTSIDE_BLOCK, entry, of + text(number) + " outside of a block");
        imply(entry, number);
        return true;
    }

    private void imply(long entry, long number) {
        open = new Open(new Start(number, number), entry, false);
        if (numbers.blockFollows(number)) {
            numbers.block(number);
        }
    }

    /** A block begins, and its bytes cannot be read. */
    void badStart(long entry) {
        close(entry);
        passing = true;
        Mark mark = marks.block();
        Long next = mark == null ? numbers.nextBlock() : Long.valueOf(mark.value());
        if (next != null) {
            numbers.block(next);
        }
        order.forget();
    }

    /** A block ends, and the bytes of that cannot be read. */
    void badEnd() {
        ends.kept();
        open = null;
        passing = false;
    }

    /** What comes next may belong to a block that nobody has seen. */
    void forget() {
        open = null;
        passing = true;
        order.forget();
    }
}
