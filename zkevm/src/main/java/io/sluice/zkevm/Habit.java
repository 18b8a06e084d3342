package io.sluice.zkevm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Something that some streams have at every place where it can be, and others nowhere: the ends of blocks, say. Where
 * it is missing is a fault in a stream that has it otherwise.
 *
 * <p>What was missing before it was seen for the first time is kept, if it is little. If it is much, the stream is an
 * older one that has got the habit on the way, and only what is missing from then on is a fault.
 */
final class Habit {
    /** So often it can be missing before it was seen, and be a fault. */
    static final int MAX_EARLY = 16;

    private final FaultSink sink;
    private final List<StreamFault> early = new ArrayList<>();
    private boolean seen;
    private boolean old;

    Habit(FaultSink sink) {
        this.sink = sink;
    }

    /** It is there. */
    void kept() {
        if (!seen) {
            seen = true;
            early.forEach(sink::fault);
            early.clear();
        }
    }

    /** It is missing. */
    void missed(Supplier<StreamFault> fault) {
        if (seen) {
            sink.fault(fault.get());
        } else if (early.size() == MAX_EARLY) {
            old = true;
            early.clear();
        } else if (!old) {
            early.add(fault.get());
        }
    }
}
