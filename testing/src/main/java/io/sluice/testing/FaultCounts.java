package io.sluice.testing;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each kind of fault has happened.
 *
 * <p><b>Threading:</b> safe for any threads; the map of counters never changes after construction.
 */
final class FaultCounts<F extends Enum<F>> {
    private final Map<F, LongAdder> counts;

    FaultCounts(Class<F> kinds) {
        counts = new EnumMap<>(kinds);
        for (F kind : kinds.getEnumConstants()) {
            counts.put(kind, new LongAdder());
        }
    }

    void add(F kind) {
        counter(kind).increment();
    }

    long of(F kind) {
        return counter(kind).sum();
    }

    /** Those that have happened at least once. */
    Map<F, Long> happened() {
        Map<F, Long> happened = new LinkedHashMap<>();
        counts.forEach((kind, count) -> {
            if (count.sum() > 0) {
                happened.put(kind, count.sum());
            }
        });
        return happened;
    }

    private LongAdder counter(F kind) {
        LongAdder counter = counts.get(kind);
        if (counter == null) {
            throw new AssertionError("There is no counter for " + kind + ".");
        }
        return counter;
    }
}
