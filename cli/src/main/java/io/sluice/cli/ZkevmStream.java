package io.sluice.cli;

import io.sluice.cli.NumberSearch.Told;
import io.sluice.zkevm.BatchAssembler;
import io.sluice.zkevm.BlockAssembler;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.WholeBatch;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.ZkevmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Single blocks and batches of a zkEVM's stream. Only their own entries are read, and some to find them.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} for what is not there, {@link ZkevmException} for what is wrong in the stream,
 * and what {@link StreamEntries} throws.
 */
final class ZkevmStream {
    /** The generation is told by the first entries, or by none. */
    static final long DETECTING_ENTRIES = 1000;

    private static final long FIRST_WINDOW = 64;
    private static final long WINDOW_GROWTH = 8;

    /** Some of the largest blocks that there can be. */
    private static final long MAX_WINDOW = 1 << 20;

    private final StreamEntries entries;
    private final Generation generation;
    private final Consumer<String> complaints;

    /** @param complaints told what is wrong and does not keep from showing what is asked for */
    ZkevmStream(StreamEntries entries, Consumer<String> complaints) {
        this.entries = entries;
        this.complaints = complaints;
        Generation told = generation(entries);
        if (told == null) {
            throw CommandFailure.failed(
                    entries.total() == 0
                            ? "The stream has no entries yet."
                            : "The stream has no block yet: its "
                                    + Words.count(entries.total(), "entry does", "entries do")
                                    + " not tell how it is to be read.");
        }
        this.generation = told;
    }

    /**
     * A batch that was found.
     *
     * @param batch with the blocks that are there
     * @param open whether more may follow
     */
    record FoundBatch(WholeBatch batch, boolean open) {}

    /**
     * Looks at the first entries.
     *
     * @return null when there are too few to tell
     * @throws CommandFailure when there are enough, and they tell nothing
     */
    static @Nullable Generation generation(StreamEntries entries) {
        long total = entries.total();
        long end = Math.min(total, DETECTING_ENTRIES);
        Generation told =
                entries.first(0, end, entry -> Generation.detect(List.of(entry)).orElse(null));
        if (told == null && end == DETECTING_ENTRIES) {
            throw notZkevm();
        }
        return told;
    }

    static CommandFailure notZkevm() {
        return CommandFailure.failed("This is not the stream of a zkEVM: none of its first entries is a block's.");
    }

    /** A block by its number; unsigned. */
    WholeBlock block(long number) {
        Long start = new NumberSearch(entries, generation, Numbering.BLOCK).find(number);
        WholeBlock block = start == null ? null : blockFrom(start, number);
        if (block == null) {
            throw notThere(Numbering.BLOCK, "block", number, total -> {
                WholeBlock latest = latestBlock(total);
                return latest == null ? null : latest.header().number();
            });
        }
        return block;
    }

    private @Nullable WholeBlock blockFrom(long start, long number) {
        BlockAssembler assembler = BlockAssembler.strict(generation);
        WholeBlock[] found = new WholeBlock[1];
        entries.walk(start, entries.total(), entry -> {
            found[0] = assembler.add(entry).orElse(null);
            return found[0] == null || Long.compareUnsigned(found[0].header().number(), number) < 0;
        });
        WholeBlock last = found[0] == null ? assembler.flush().orElse(null) : found[0];
        return last != null && last.header().number() == number ? last : null;
    }

    /** The last block that is whole. */
    WholeBlock latestBlock() {
        WholeBlock block = latestBlock(entries.total());
        if (block == null) {
            throw CommandFailure.failed("The stream has no whole block yet.");
        }
        return block;
    }

    private @Nullable WholeBlock latestBlock(long total) {
        return latest(total, from -> {
            List<ZkevmException> faults = new ArrayList<>();
            BlockAssembler assembler = BlockAssembler.goingOn(generation, faults::add);
            WholeBlock[] last = new WholeBlock[1];
            entries.walk(from, total, entry -> {
                assembler.add(entry).ifPresent(block -> last[0] = block);
                return true;
            });
            assembler.flush().ifPresent(block -> last[0] = block);
            WholeBlock block = last[0];
            if (block != null) {
                faults.stream()
                        .filter(fault -> fault.entryNumber() > block.lastEntry())
                        .forEach(fault -> complaints.accept(fault.getMessage()));
            }
            return block;
        });
    }

    /** Looks at the last entries, and at more of them until they show what is wanted. */
    private <T> @Nullable T latest(long total, LongFunction<@Nullable T> look) {
        for (long count = FIRST_WINDOW; ; count *= WINDOW_GROWTH) {
            long from = Math.max(0, total - count);
            T found = look.apply(from);
            if (found != null || from == 0) {
                return found;
            }
            if (count >= MAX_WINDOW) {
                throw CommandFailure.failed(
                        "The last " + Words.entries(count) + " have no whole block: sluice follow --decode --from "
                                + Words.unsigned(from) + " tells what is wrong with them.");
            }
        }
    }

    /** A batch by its number, unsigned; the one that is open has what there is of it. */
    FoundBatch batch(long number) {
        Long start = new NumberSearch(entries, generation, Numbering.BATCH).find(number);
        FoundBatch batch = start == null ? null : batchFrom(start, number);
        if (batch == null) {
            throw notThere(Numbering.BATCH, "batch", number, this::latestBatch);
        }
        return batch;
    }

    private @Nullable FoundBatch batchFrom(long start, long number) {
        BatchAssembler assembler = BatchAssembler.strict(generation);
        WholeBatch[] found = new WholeBatch[1];
        entries.walk(start, entries.total(), entry -> {
            found[0] = assembler.add(entry).orElse(null);
            return found[0] == null;
        });
        boolean open = found[0] == null;
        WholeBatch last = open ? assembler.flush().orElse(null) : found[0];
        return last != null && last.start().number() == number ? new FoundBatch(last, open) : null;
    }

    /** The batch that the last block, or the last start of a batch, belongs to. */
    FoundBatch latestBatch() {
        Long number = latestBatch(entries.total());
        if (number == null) {
            throw CommandFailure.failed("The stream has no batch yet.");
        }
        return batch(number);
    }

    private @Nullable Long latestBatch(long total) {
        NumberSearch search = new NumberSearch(entries, generation, Numbering.BATCH);
        return latest(total, from -> {
            Long[] last = new Long[1];
            entries.walk(from, total, entry -> {
                Told told = entry.isBookmark() ? null : search.told(entry);
                if (told != null) {
                    last[0] = told.number();
                }
                return true;
            });
            return last[0];
        });
    }

    private CommandFailure notThere(
            Numbering numbering, String noun, long number, LongFunction<@Nullable Long> latest) {
        long total = entries.total();
        Told first = new NumberSearch(entries, generation, numbering).firstTold(0, total);
        Long last = first == null ? null : latest.apply(total);
        if (first == null || last == null) {
            return CommandFailure.failed("The stream has no whole " + noun + " yet.");
        }
        boolean within = Long.compareUnsigned(first.number(), number) <= 0 && Long.compareUnsigned(number, last) <= 0;
        return CommandFailure.failed("The stream has no " + noun + " " + Words.unsigned(number)
                + (within ? ", although it has those around it" : "") + ": its first " + noun + " is "
                + Words.unsigned(first.number()) + ", its latest is " + Words.unsigned(last) + ".");
    }
}
