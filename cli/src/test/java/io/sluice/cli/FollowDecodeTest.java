package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.zkevm.Generation;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks in place of entries, as they come. */
@Timeout(60)
class FollowDecodeTest extends ServedFile {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBlockAppearsAsSoonAsItIsWhole(boolean remote) throws Exception {
        Chain chain = new Chain(served.stream).startBatch(1);
        try (Background follow = new Background("follow", stream(remote), "--decode", "--format", "json")) {
            assertThat(follow.line()).startsWith("{\"kind\":\"batchStart\",\"number\":1,");
            chain.block(1, 1, 1);
            assertThat(follow.line()).startsWith("{\"kind\":\"block\",\"number\":1,");
            // No end entry says so, and nothing follows: its operation is over.
            chain.blockWithoutEnd(1, 2);
            assertThat(follow.line())
                    .startsWith("{\"kind\":\"block\",\"number\":2,")
                    .contains(Chain.SIGNED_HASH);
            chain.endBatch(1);
            assertThat(follow.line()).startsWith("{\"kind\":\"batchEnd\",\"number\":1,");
            follow.stop();
            assertThat(follow.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(follow.err()).isEmpty();
        }
    }

    /** Nothing tells the generation at first: then what comes has to. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatIsStillEmpty(boolean remote) throws Exception {
        Chain chain = new Chain(served.stream, Generation.LITTLE_ENDIAN, true);
        try (Background follow = new Background("follow", stream(remote), "--decode", "--format", "json")) {
            follow.awaitIn(remote ? Follower.class : FileFollow.class);
            chain.startBatch(3).block(3, 8, 0);
            assertThat(follow.line()).startsWith("{\"kind\":\"batchStart\",\"number\":3,\"type\":\"UNSPECIFIED\"");
            assertThat(follow.line()).startsWith("{\"kind\":\"block\",\"number\":8,");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theMiddleOfABlockIsPassedOver(boolean remote) {
        new Chain(served.stream).startBatch(1).block(1, 1, 2).block(1, 2, 0);
        Cli.Run run = Cli.run("follow", stream(remote), "--decode", "--from", 4, "--until", "end");
        assertThat(run.err())
                .isEqualToIgnoringNewLines(
                        "sluice: Entry 4 is in the middle of block 1: the rest of that block is passed over.");
        assertThat(run.lines()).hasSize(2).first().asString().startsWith("block 2  ");
        assertThat(run.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theMiddleOfABlockOfAFixedLayout(boolean remote) {
        Chain chain = new Chain(served.stream, Generation.BIG_ENDIAN, true);
        chain.startBatch(1).block(1, 1, 2).block(1, 2, 0).startBatch(2).block(2, 3, 0);
        Cli.Run run = Cli.run("follow", stream(remote), "--decode", "--from", 3, "--until", "end");
        assertThat(run.err())
                .isEqualToIgnoringNewLines(
                        "sluice: Entry 3 is in the middle of a block: the rest of that block is passed over.");
        // Nobody knows whether block 2 is the first one of its batch.
        assertThat(run.lines()).filteredOn(line -> !line.startsWith(" ")).hasSize(3);
        assertThat(run.lines().get(0)).startsWith("block 2  ");
        assertThat(run.lines().get(2)).startsWith("batch 2  ");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsWrongIsToldAndItGoesOn(boolean remote) {
        Chain chain = new Chain(served.stream).startBatch(1).block(1, 1, 0);
        chain.operation(() -> served.stream.addStreamEntry(2, new byte[] {(byte) 0xff}));
        chain.block(1, 3, 0).endBatch(1);
        Cli.Run run = Cli.run("follow", stream(remote), "--decode", "--until", "end");
        assertThat(run.err()).startsWith("sluice: Entry 5: ").hasLineCount(1);
        assertThat(run.lines().stream().map(line -> line.split("  ", 2)[0]).filter(line -> !line.isEmpty()))
                .containsExactly("batch 1", "block 1", "block 3", "batch 1 ends");
        assertThat(run.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsWholeBeforeTheEndIsShown(boolean remote) {
        new Chain(served.stream).startBatch(1).block(1, 1, 0).block(1, 2, 1);
        Cli.Run run = Cli.run("follow", stream(remote), "--decode", "--until", 8);
        assertThat(run.lines()).hasSize(3).element(1).asString().startsWith("block 1  ");
        assertThat(run.err()).isEmpty();
        assertThat(Cli.run("follow", stream(remote), "--decode", "--until", 9).lines())
                .hasSize(6);
    }

    @Test
    void onlyWhatIsCommittedFromNowOn() throws Exception {
        Chain chain = new Chain(served.stream).startBatch(1).block(1, 1, 0);
        for (Object stream : new Object[] {served.address(), file}) {
            try (Background follow = new Background("follow", stream, "--decode", "--from", "latest")) {
                follow.awaitIn(stream.equals(file) ? FileFollow.class : Follower.class);
                long block = served.stream.getHeader().totalEntries() / 3 + 1;
                // A file's place is known once it has been looked at, and then it is waited for something new.
                follow.awaitIn(stream.equals(file) ? StopRequest.class : Follower.class);
                chain.block(1, block, 0);
                assertThat(follow.line()).startsWith("block " + block + "  ");
            }
        }
    }

    @Test
    void writesToAFile() throws Exception {
        new Chain(served.stream).startBatch(1).block(1, 1, 1);
        Path output = folder.resolve("blocks.json");
        Cli.Run run = Cli.run(
                "follow", served.address(), "--decode", "--until", "end", "--format", "json", "--output", output);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(Files.readAllLines(output)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherStreamIsNoZkevms(boolean remote) {
        served.stream.startAtomicOp();
        for (int i = 0; i < 1200; i++) {
            served.stream.addStreamEntry(99, new byte[] {1, 2});
        }
        served.stream.commitAtomicOp();
        Path output = folder.resolve("precious");
        Cli.Run run = Cli.run("follow", stream(remote), "--decode", "--output", output);
        assertThat(run.err()).contains("This is not the stream of a zkEVM").hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(output).doesNotExist();
    }
}
