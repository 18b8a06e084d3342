package io.sluice.zkevm;

import io.sluice.core.Entry;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes whole blocks of entries, which are added one after the other. The entries may begin anywhere; the rest of a
 * block whose beginning was not seen is passed over. What may be missing in a stream, and what is an error, is told in
 * docs/zkevm.md.
 *
 * <p><b>Threading:</b> one thread at a time.
 *
 * <p><b>Failure:</b> {@link ZkevmException}, with the number of the entry. Either the first one is thrown and ends the
 * assembly, or each is handed to a consumer: then the block that was open is dropped, and the next one that begins is
 * handed out again.
 */
public final class BlockAssembler {
    /** How much memory a block may take unless told otherwise, about, in bytes: 64 MiB. */
    public static final long MAX_BLOCK_BYTES = 64L << 20;

    private final Assembly assembly;
    private @Nullable WholeBlock ready;

    private BlockAssembler(Generation generation, long maxBlockBytes, @Nullable Consumer<ZkevmException> faults) {
        this.assembly = new Assembly(generation, (block, bytes) -> ready = block, maxBlockBytes, faults);
    }

    /** One that ends with the first thing that is wrong. */
    public static BlockAssembler strict(Generation generation) {
        return new BlockAssembler(generation, MAX_BLOCK_BYTES, null);
    }

    /**
     * One that goes on after what is wrong.
     *
     * @param faults takes what is wrong, while the entry is added
     */
    public static BlockAssembler goingOn(Generation generation, Consumer<ZkevmException> faults) {
        return new BlockAssembler(generation, MAX_BLOCK_BYTES, faults);
    }

    /** For tests of the limit. */
    static BlockAssembler strict(Generation generation, long maxBlockBytes) {
        return new BlockAssembler(generation, maxBlockBytes, null);
    }

    /**
     * Adds the next entry.
     *
     * @return the block that is known to be whole now: the one that this entry ends, or the one before it
     * @throws ZkevmException when the entry is wrong, and nobody was named to take that
     */
    public Optional<WholeBlock> add(Entry entry) {
        assembly.add(entry);
        return take();
    }

    /**
     * Says that an operation ends with the entry that was added last, so that the block which has no end is whole.
     *
     * @return that block
     */
    public Optional<WholeBlock> flush() {
        assembly.flush();
        return take();
    }

    private Optional<WholeBlock> take() {
        WholeBlock block = ready;
        ready = null;
        return Optional.ofNullable(block);
    }
}
