package io.sluice.cli;

import io.sluice.storage.StreamView;
import io.sluice.zkevm.BatchAssembler;
import io.sluice.zkevm.BlockAssembler;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.WholeBatch;
import io.sluice.zkevm.WholeBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Lines for {@code sluice import}, and what a stream has of blocks. */
final class BlockLines {
    private BlockLines() {}

    /** Those of the sample, from line 0 on. */
    static List<String> sample(int count) {
        try {
            return Files.readAllLines(SampleBlocks.FILE).subList(0, count);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    /** The whole blocks; that nothing stands between them which is wrong. */
    static List<WholeBlock> blocks(StreamView stream) {
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        List<WholeBlock> blocks = new ArrayList<>();
        for (long i = 0; i < stream.committed().entries(); i++) {
            assembler.add(Objects.requireNonNull(stream.entry(i))).ifPresent(blocks::add);
        }
        return blocks;
    }

    /** The batches that are ended. */
    static List<WholeBatch> batches(StreamView stream) {
        BatchAssembler assembler = BatchAssembler.strict(Generation.PROTOBUF);
        List<WholeBatch> batches = new ArrayList<>();
        for (long i = 0; i < stream.committed().entries(); i++) {
            assembler.add(Objects.requireNonNull(stream.entry(i))).ifPresent(batches::add);
        }
        return batches;
    }
}
