package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.StreamSourceException;
import io.sluice.storage.DataStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An input that is written in several runs is in the stream once. */
@Timeout(120)
class WriteResumeTest {
    /** 22 calls of a source: with an empty operation, a rollback, an update and a truncation. */
    private static final String INPUT = """
            {"op":"start"}
            {"op":"bookmark","bookmark":"01"}
            {"op":"entry","type":1,"data":"aa"}
            {"op":"commit"}
            {"op":"start"}
            {"op":"commit"}
            {"op":"start"}
            {"op":"entry","type":2,"data":"ee"}
            {"op":"rollback"}

            {"op":"start"}
            {"op":"entry","type":2,"data":"bb"}
            {"op":"update","entry":5,"type":2,"data":"bbbb"}
            {"op":"commit"}
            {"op":"start"}
            {"op":"entry","type":2,"data":"cc"}
            {"op":"commit"}
            {"op":"truncate","entry":6}
            {"op":"start"}
            {"op":"bookmark","bookmark":"02"}
            {"op":"entry","type":2,"data":"dd"}
            {"op":"commit"}
            """;

    private static final int CALLS = 21;

    @TempDir
    Path folder;

    private LocalSources sources;
    private Path state;

    @BeforeEach
    void prepare() {
        sources = withThreeEntries("stream.bin");
        state = folder.resolve("state");
    }

    /** The input goes behind what is there. */
    private LocalSources withThreeEntries(String name) {
        LocalSources made = new LocalSources(folder.resolve(name));
        try (DataStream stream = made.open()) {
            stream.startAtomicOp();
            for (int i = 0; i < 3; i++) {
                stream.addStreamEntry(9, new byte[i]);
            }
            stream.commitAtomicOp();
        }
        return made;
    }

    private List<Entry> expected() {
        LocalSources whole = withThreeEntries("whole.bin");
        Cli.Run run = whole.run(INPUT);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        List<Entry> entries = whole.entries();
        assertThat(entries).hasSize(8);
        return entries;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnAfterADeathAtAnyCall(boolean answering) throws Exception {
        List<Entry> expected = expected();
        for (int calls = 0; calls <= CALLS; calls++) {
            LocalSources dying = withThreeEntries("stream-" + calls + ".bin").answering(answering);
            Path own = folder.resolve("state-" + calls);
            // With unanswered commits the truncation would be waited for, for ever.
            boolean stuck = !answering && calls > 15;
            if (stuck) {
                continue;
            }
            Cli.Run died = dying.failingAfter(calls, new LocalSources.Killed()).run(INPUT, "--resume", own);
            if (calls < CALLS) {
                assertThat(died.err()).as("call " + calls).contains("Unexpected Killed");
            }
            dying.answering(true);
            Cli.Run second = dying.run(INPUT, "--resume", own);
            assertThat(second.err())
                    .as("call " + calls)
                    .contains("Going on after line ")
                    .hasLineCount(1);
            assertThat(second.exitCode()).isZero();
            assertThat(dying.entries()).as("call " + calls).isEqualTo(expected);
            assertThat(dying.connected.get(0).sourceId())
                    .isEqualTo(dying.connected.get(1).sourceId());
        }
    }

    @Test
    void diesAtEachCallInTurnAndArrivesAllTheSame() throws Exception {
        List<Entry> expected = expected();
        int runs = 0;
        Cli.Run run;
        do {
            run = sources.failingAfter(4 + runs, new LocalSources.Killed()).run(INPUT, "--resume", state);
            runs++;
        } while (run.exitCode() != 0 && runs < 50);
        assertThat(sources.entries()).isEqualTo(expected);
        assertThat(runs).isGreaterThan(3);
    }

    @Test
    void aFailureTellsWhatIsCertainlyInAndTheNextRunGoesOn() throws Exception {
        List<Entry> expected = expected();
        sources.failingAfter(12, new StreamSourceException.OutcomeUnknown("The server is gone.", null));
        Cli.Run run = sources.run(INPUT, "--resume", state);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("sluice: The server is gone. Of the input 2 operations are certainly in,"
                        + " and 1 more may be. The same command goes on there.");
        assertThat(run.out()).startsWith("2 operations (1 more rolled back), 2 entries,");

        Cli.Run second = sources.run(INPUT, "--resume", state);
        assertThat(second.err()).contains("Going on after line 14: 3 operations are in.");
        assertThat(second.out()).startsWith("2 operations, 3 entries");
        assertThat(sources.entries()).isEqualTo(expected);
    }

    @Test
    void withoutStateAFailureSaysThatNobodyCanGoOn() {
        sources.failingAfter(0, new StreamSourceException.Fenced("Another source has it."));
        Cli.Run run = sources.run(INPUT);
        assertThat(run.err())
                .contains("Another source has it. Of the input 0 operations are certainly in. Only with --resume");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void anInputThatIsAllInIsNotWrittenAgainAndWhatIsAppendedIs() {
        assertThat(sources.run(INPUT.strip(), "--resume", state).exitCode()).isZero();
        Cli.Run again = sources.run(INPUT, "--resume", state);
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).startsWith("0 operations, 0 entries");
        assertThat(sources.entries()).hasSize(8);

        String more = INPUT + "{\"op\":\"start\"}\n{\"op\":\"entry\",\"type\":1,\"data\":\"\"}\n{\"op\":\"commit\"}\n";
        assertThat(sources.run(more, "--resume", state).out()).startsWith("1 operation, 1 entry");
        assertThat(sources.entries()).hasSize(9);
    }

    @Test
    void anotherInputIsNoticed() throws Exception {
        sources.failingAfter(13, new StreamSourceException.OutcomeUnknown("The server is gone.", null));
        sources.run(INPUT, "--resume", state);
        assertRefused(INPUT.replace("\"01\"", "\"03\""), "its first 14 lines are not those that were written");
        assertRefused("{\"op\":\"start\"}\n", "it ends after line 1, and 14 lines were written");
    }

    @Test
    void anotherInputBehindTheStoredPlaceIsNoticed() throws Exception {
        sources.answering(false);
        die(13);
        sources.answering(true);
        assertRefused(INPUT.replace("bbbb", "cccc"), "entry 5 of the stream is another one");
        String longer =
                INPUT.replace("{\"op\":\"update\"", "{\"op\":\"entry\",\"type\":1,\"data\":\"\"}\n{\"op\":\"update\"");
        assertRefused(longer, "the stream ends with entry 5, in the middle of the operation of lines 11 to 15");
        assertRefused(INPUT.substring(0, INPUT.indexOf("\n\n")), "the input ends with entry 4");
        String earlier = INPUT.replace("\n\n", "\n{\"op\":\"truncate\",\"entry\":4}\n");
        assertRefused(earlier, "should not have entry 5 when line 10 truncates it");
    }

    /** Writes up to a call. */
    private void die(int calls) {
        assertThat(sources.failingAfter(calls, new LocalSources.Killed())
                        .run(INPUT, "--resume", state)
                        .exitCode())
                .isEqualTo(1);
        assertThat(sources.entries()).hasSize(3 + 3);
    }

    private void assertRefused(String input, String message) throws Exception {
        String before = Files.readString(state);
        List<Entry> entries = sources.entries();
        Cli.Run run = sources.run(input, "--resume", state);
        assertThat(run.err()).contains(message, "Nothing was written").hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(sources.entries()).isEqualTo(entries);
        assertThat(Files.readString(state)).isEqualTo(before);
    }

    @Test
    void anotherWriterIsNoticed() throws Exception {
        die(13);
        sources.writtenByAnother();
        assertRefused(INPUT, "another source may have written to the stream since");
    }

    @Test
    void anotherHistoryIsNoticed() throws Exception {
        die(13);
        try (DataStream stream = sources.open()) {
            stream.truncate(5);
        }
        assertRefused(INPUT, "the history of the stream was changed since");
    }

    @Test
    void theStateOfAnotherStreamTypeIsRefused() {
        die(13);
        Cli.Run run = sources.run(INPUT, "--resume", state, "--stream-type", 2);
        assertThat(run.err()).contains("is of stream type 1, not 2");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void aStateThatIsNoneIsLeftAlone() throws Exception {
        Files.writeString(state, "precious");
        Cli.Run run = sources.run(INPUT, "--resume", state);
        assertThat(run.err()).contains("holds no place to go on from: it is not what sluice write --resume stores");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(state).hasContent("precious");
    }

    @Test
    void twoRunsCannotHaveOneState() throws Exception {
        try (ResumeFile other = ResumeFile.open(state)) {
            Cli.Run run = sources.run(INPUT, "--resume", state);
            assertThat(run.err()).contains("is in use by another process");
            assertThat(other).isNotNull();
        }
        Cli.Run same = sources.run("", state, "--resume", state);
        assertThat(same.exitCode()).isNotZero();
    }

    @Test
    void theInputIsNoState() throws Exception {
        Path input = Files.writeString(folder.resolve("input"), INPUT);
        Cli.Run run = sources.run("", input, "--resume", input);
        assertThat(run.err()).contains("The input and --resume need a file each");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(input).hasContent(INPUT);
    }
}
