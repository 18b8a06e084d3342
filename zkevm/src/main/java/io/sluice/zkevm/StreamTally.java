package io.sluice.zkevm;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Counts what a {@link StreamCheck} sees. */
final class StreamTally {
    private long entries;
    private long unknown;
    private long transactions;
    private long batchEnds;
    private final Range blocks = new Range();
    private final Range batches = new Range();
    private long firstTime;
    private long lastTime;

    /** How many there are of something that has numbers, and the first and the last number. */
    private static final class Range {
        private long count;
        private long first;
        private long last;

        void add(long number) {
            if (count == 0) {
                first = number;
            }
            count++;
            last = number;
        }

        OptionalLong first() {
            return some(first);
        }

        OptionalLong last() {
            return some(last);
        }

        OptionalLong some(long number) {
            return count == 0 ? OptionalLong.empty() : OptionalLong.of(number);
        }
    }

    void entry() {
        entries++;
    }

    void add(ZkevmEntry typed) {
        if (typed instanceof L2Block header) {
            block(header.number(), header.timestamp());
        } else if (typed instanceof Transaction || typed instanceof L2Tx) {
            transactions++;
        } else if (typed instanceof BatchStart start) {
            batches.add(start.number());
        } else if (typed instanceof BatchEnd) {
            batchEnds++;
        } else if (typed instanceof StartL2Block start) {
            if (batches.count == 0 || batches.last != start.batchNumber()) {
                batches.add(start.batchNumber());
            }
            block(start.l2BlockNumber(), start.timestamp());
        } else if (typed instanceof UnknownEntry) {
            unknown++;
        }
    }

    private void block(long number, long timestamp) {
        if (blocks.count == 0 || Long.compareUnsigned(timestamp, firstTime) < 0) {
            firstTime = timestamp;
        }
        if (blocks.count == 0 || Long.compareUnsigned(timestamp, lastTime) > 0) {
            lastTime = timestamp;
        }
        blocks.add(number);
    }

    StreamSummary summary(Optional<Generation> generation, boolean batchOpen, Map<StreamFault.Kind, Long> faults) {
        return new StreamSummary(
                generation,
                entries,
                unknown,
                blocks.count,
                blocks.first(),
                blocks.last(),
                blocks.some(firstTime),
                blocks.some(lastTime),
                batches.count,
                batchEnds,
                batches.first(),
                batches.last(),
                batchOpen,
                transactions,
                Collections.unmodifiableMap(new EnumMap<>(faults)));
    }
}
