package io.sluice.zkevm;

import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.TooLarge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes whole batches of entries, as {@link BlockAssembler} makes blocks. A batch is handed out with its end; of the
 * fixed layouts, which have none, with the first block of the next batch. A batch whose start was not seen, or in
 * which something is wrong, is passed over.
 *
 * <p><b>Threading:</b> one thread at a time.
 *
 * <p><b>Failure:</b> as in {@link BlockAssembler}.
 */
public final class BatchAssembler {
    /** How much memory a batch may take unless told otherwise, about, in bytes: 256 MiB. */
    public static final long MAX_BATCH_BYTES = 256L << 20;

    private final Assembly assembly;
    private final Collector collector;

    private BatchAssembler(Generation generation, long maxBatchBytes, @Nullable Consumer<ZkevmException> faults) {
        this.collector = new Collector(maxBatchBytes);
        this.assembly =
                new Assembly(generation, collector, Math.min(maxBatchBytes, BlockAssembler.MAX_BLOCK_BYTES), faults);
    }

    /** One that ends with the first thing that is wrong. */
    public static BatchAssembler strict(Generation generation) {
        return new BatchAssembler(generation, MAX_BATCH_BYTES, null);
    }

    /**
     * One that goes on after what is wrong.
     *
     * @param faults takes what is wrong, while the entry is added
     */
    public static BatchAssembler goingOn(Generation generation, Consumer<ZkevmException> faults) {
        return new BatchAssembler(generation, MAX_BATCH_BYTES, faults);
    }

    /** For tests of the limit. */
    static BatchAssembler goingOn(Generation generation, long maxBatchBytes, Consumer<ZkevmException> faults) {
        return new BatchAssembler(generation, maxBatchBytes, faults);
    }

    /**
     * Adds the next entry.
     *
     * @return the batch that is known to be whole now
     * @throws ZkevmException when the entry is wrong, and nobody was named to take that
     */
    public Optional<WholeBatch> add(Entry entry) {
        assembly.add(entry);
        WholeBatch batch = collector.ready;
        collector.ready = null;
        return Optional.ofNullable(batch);
    }

    /**
     * Says that an operation ends with the entry that was added last, and shows the batch that is open, with its whole
     * blocks. It stays open.
     */
    public Optional<WholeBatch> flush() {
        assembly.flush();
        return collector.start == null
                ? Optional.empty()
                : Optional.of(new WholeBatch(collector.start, collector.blocks, null));
    }

    private static final class Collector implements AssemblySink {
        private final long maxBatchBytes;
        private final List<WholeBlock> blocks = new ArrayList<>();
        private long batchBytes;
        private @Nullable BatchStart start;
        private @Nullable WholeBatch ready;

        Collector(long maxBatchBytes) {
            this.maxBatchBytes = maxBatchBytes;
        }

        @Override
        public void block(WholeBlock block, long bytes) {
            if (start == null) {
                return;
            }
            batchBytes += bytes;
            if (batchBytes > maxBatchBytes) {
                throw new TooLarge(
                        block.lastEntry(),
                        "batch " + Long.toUnsignedString(start.number()) + " is larger than the " + maxBatchBytes
                                + " bytes that a batch may take");
            }
            blocks.add(block);
        }

        @Override
        public void batchStarted(BatchStart newStart) {
            broken();
            start = newStart;
        }

        @Override
        public void batchEnded(@Nullable BatchEnd end) {
            if (start != null) {
                ready = new WholeBatch(start, blocks, end);
            }
            broken();
        }

        @Override
        public void broken() {
            start = null;
            blocks.clear();
            batchBytes = 0;
        }
    }
}
