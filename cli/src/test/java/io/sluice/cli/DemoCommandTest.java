package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DemoCommandTest {
    @Test
    void checksAllItReceives() {
        Cli.Run run = Cli.run("demo", "--seconds", 1);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("committed  20 operations, ", "1 more were rolled back", "burst ")
                .contains("each once, in order, with the bytes that were committed");
        assertThat(run.out())
                .containsPattern("decoded +[0-9,]+ whole blocks with [0-9,]+ transactions")
                .doesNotContain("block  ");
    }

    @Test
    void failsWhenTheClientReceivesAnythingElse(@TempDir Path folder) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = Cli.console(Cli.input(""), out, System.err, Terminals.NONE, new StopRequest());
        // A checker that expects the blocks of another seed: they have other times.
        assertThatThrownBy(() -> new DemoCommand(console).run(folder.resolve("demo.bin"), 1, new EntryChecker(2)))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(1))
                .hasMessageContaining("did not receive what was committed")
                .hasMessageContaining("different");
    }

    @Test
    void showsEachBlockOnATerminal() {
        Cli.Run run = Cli.answering("", "demo", "--seconds", 1);
        assertThat(run.exitCode()).isZero();
        String first = "block     1   batch    1    3 txs +[0-9.]+ ms"
                + "   0xf8e436f9…: 0xb3a663e2… -> 0x55fb6180…  2\\.1 ETH";
        assertThat(run.lines())
                .filteredOn(line -> line.startsWith("block "))
                .hasSize(20)
                .first()
                .asString()
                .matches(first);
    }

    @Test
    void tellsHowLongEntriesTook() {
        Cli.Run run = Cli.run("demo", "--seconds", 2);
        assertThat(run.out()).containsPattern("latency +median [0-9.]+ ms, p99 [0-9.]+ ms, from the call of commit");
    }

    @Test
    void theSourceCanWriteOverTcp() {
        Cli.Run run = Cli.run("demo", "--remote", "--seconds", 1);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsPattern(
                        "A server on 127.0.0.1:\\d+, a source that writes to 127.0.0.1:\\d+ and commits 20 blocks")
                .contains("committed  20 operations, ", "1 more were rolled back", "burst ")
                .contains("each once, in order, with the bytes that were committed");
    }

    @Test
    void canBeStopped() throws Exception {
        try (Background demo = new Background("demo", "--seconds", 1000)) {
            assertThat(demo.line()).startsWith("A server on 127.0.0.1:");
            demo.stop();
            assertThat(demo.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
        }
    }
}
