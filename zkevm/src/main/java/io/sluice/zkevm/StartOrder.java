package io.sluice.zkevm;

import static io.sluice.zkevm.StreamNumbers.text;

import io.sluice.zkevm.Marks.Mark;
import io.sluice.zkevm.StreamFault.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The numbers with which blocks, or batches, begin. Three things tell such a number: the start itself, the bookmark
 * before it, and the numbers that came before. Where one of them differs from the other two it is the one that is wrong.
 */
abstract class StartOrder {
    private final FaultSink sink;
    private final Marks marks;
    private final String what;
    private final Kind kind;

    /** The number that was due when another one came, instead of it or before it: it is still right, or the next one. */
    private @Nullable Long instead;

    /**
     * The number of what begins.
     *
     * @param number what it most likely is
     * @param also what it may be as well, where something is wrong; the same where nothing is
     */
    record Start(long number, long also) {
        /** Whether nothing is wrong. */
        boolean isSure() {
            return number == also;
        }

        boolean is(long named) {
            return named == number || named == also;
        }
    }

    /**
     * @param what begins, in words, with a space
     * @param kind of the fault of a number that does not follow
     */
    StartOrder(FaultSink sink, Marks marks, String what, Kind kind) {
        this.sink = sink;
        this.marks = marks;
        this.what = what;
        this.kind = kind;
    }

    /** Whether this number can come next. */
    abstract boolean follows(long number);

    /** The number that has to come next; null when any will do, or it is not known. */
    abstract @Nullable Long next();

    /** What came before, in words. */
    abstract String before();

    /**
     * Something begins with this number.
     *
     * @param mark the bookmark right before it; null when there is none
     */
    Start start(long entry, long number, @Nullable Mark mark) {
        Long due = instead;
        boolean follows = follows(number) || isNear(due, number);
        boolean marked = mark == null || mark.value() == number;
        instead = null;
        if (follows && marked) {
            return new Start(number, number);
        }
        boolean markFollows = mark != null && (follows(mark.value()) || isNear(due, mark.value()));
        if (mark != null && !marked && (follows || !markFollows)) {
            marks.wrong(mark, what, what + text(number));
        }
        if (follows) {
            return new Start(number, mark == null ? number : mark.value());
        }
        sink.fault(kind, entry, what + text(number) + " after " + before());
        if (mark != null && !marked && markFollows) {
            return new Start(mark.value(), number);
        }
        Long next = next();
        instead = next;
        return new Start(number, next == null ? number : next);
    }

    private static boolean isNear(@Nullable Long due, long number) {
        return due != null && (number == due || number == due + 1);
    }

    void forget() {
        instead = null;
    }
}
