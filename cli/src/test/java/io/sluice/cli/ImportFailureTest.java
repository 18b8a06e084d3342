package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.StreamSourceException.Unreachable;
import io.sluice.storage.DataStream;
import io.sluice.zkevm.WholeBatch;
import io.sluice.zkevm.WholeBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An import whose source fails at any call. */
@Timeout(120)
class ImportFailureTest {
    private static final Pattern SAID = Pattern.compile(
            "gone\\. (?:Nothing is|(\\d+) blocks? (?:is|are)) in(?:, of the first \\d+ lines?)?(?:; (\\d) blocks? more may be)?\\.");
    private static final int INPUT_BLOCKS = 5;

    /** More calls than an import of these blocks makes. */
    private static final int MOST_CALLS = 80;

    @TempDir
    Path folder;

    private Cli.Run run(LocalSources sources) {
        String[] args = Cli.args("import", "-", "--to", "localhost:1", "--blocks-per-batch", 2);
        return Cli.kept(
                Cli.input(BlockLines.text(BlockLines.sample(INPUT_BLOCKS))),
                Terminals.NONE,
                new StopRequest(),
                console -> CommandTree.run(args, console, Map.of("import", told -> new ImportCommand(told, sources))));
    }

    @Test
    void whatIsInIsWholeBlocksAndTheNextImportGoesOn() {
        LocalSources sources = new LocalSources(folder.resolve("chain.bin"));
        int before = 0;
        int failed = 0;
        for (int calls = 0; calls < MOST_CALLS; calls++) {
            sources.failingAfter(calls, new Unreachable("It is gone.", null));
            Cli.Run run = run(sources);
            int after = blocks(sources).size();
            if (run.exitCode() == ExitCode.OK) {
                assertThat(after - before).isEqualTo(INPUT_BLOCKS);
            } else {
                failed++;
                assertThat(run.exitCode()).isEqualTo(1);
                Matcher said = SAID.matcher(run.err());
                assertThat(said.find()).as(run.err()).isTrue();
                int certain = said.group(1) == null ? 0 : Integer.parseInt(said.group(1));
                int unknown = said.group(2) == null ? 0 : Integer.parseInt(said.group(2));
                assertThat(after - before).isBetween(certain, certain + unknown);
                assertThat(run.out()).startsWith(certain + (certain == 1 ? " block with " : " blocks with "));
            }
            before = after;
        }
        assertThat(failed).isBetween(20, MOST_CALLS - 1);
        sources.failingAfter(Integer.MAX_VALUE, new Unreachable("It is gone.", null));
        assertThat(run(sources).exitCode()).isZero();
        List<WholeBlock> blocks = blocks(sources);
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(blocks.get(i).header().number()).isEqualTo(i + 1);
            assertThat(blocks.get(i).ended()).isTrue();
        }
        List<WholeBatch> batches = batches(sources);
        assertThat(batches.stream().mapToInt(batch -> batch.blocks().size()).sum())
                .isEqualTo(blocks.size());
    }

    @Test
    void blocksThatAreNotAnsweredAreSaidToBeUncertain() {
        LocalSources sources = new LocalSources(folder.resolve("chain.bin"))
                .failingAfter(40, new Unreachable("It is gone.", null))
                .answering(false);
        Cli.Run run = run(sources);
        assertThat(run.err()).containsPattern("gone\\. Nothing is in; [2-5] blocks more may be\\.");
    }

    private static List<WholeBlock> blocks(LocalSources sources) {
        try (DataStream stream = sources.open()) {
            return BlockLines.blocks(stream.view());
        }
    }

    private static List<WholeBatch> batches(LocalSources sources) {
        try (DataStream stream = sources.open()) {
            return BlockLines.batches(stream.view());
        }
    }
}
