package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How far something long is, for whoever waits. */
class ProgressLineTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long nanos;

    private ProgressLine bar(boolean terminal) {
        Console console = Cli.console(
                Cli.input(""),
                OutputStream.nullOutputStream(),
                err,
                new Terminals(terminal, terminal, terminal),
                new StopRequest());
        return new ProgressLine(console, () -> nanos);
    }

    private String shown() {
        String text = err.toString(StandardCharsets.UTF_8);
        err.reset();
        return text;
    }

    @Test
    void aTerminalGetsABarThatIsTakenAway() {
        ProgressLine bar = bar(true);
        nanos += Duration.ofSeconds(1).toNanos();
        bar.show(50_000_000, 200_000_000);
        assertThat(shown())
                .startsWith("\r")
                .contains("[" + "#".repeat(7) + "-".repeat(23) + "] 25%, 50.0 MB of 200.0 MB, 50.0 MB/s");
        bar.show(60_000_000, 200_000_000);
        assertThat(shown()).as("too soon for another one").isEmpty();
        nanos += Duration.ofSeconds(1).toNanos();
        bar.show(200_000_000, 200_000_000);
        assertThat(shown()).contains("[" + "#".repeat(30) + "] 100%", "100.0 MB/s");
        bar.clear();
        assertThat(shown()).startsWith("\r").doesNotContain("#");
    }

    @Test
    void aLogGetsALineNowAndThen() {
        ProgressLine bar = bar(false);
        nanos += Duration.ofSeconds(2).toNanos();
        bar.show(1_000, 10_000);
        assertThat(shown()).isEmpty();
        nanos += Duration.ofSeconds(3).toNanos();
        bar.show(5_000, 10_000);
        assertThat(shown()).isEqualToNormalizingNewlines("50%, 5.0 kB of 10.0 kB, 1.0 kB/s\n");
        bar.clear();
        assertThat(shown()).isEmpty();
    }

    @Test
    void wordsStandOnOneLineThatCanComeAgain() {
        ProgressLine line = bar(true);
        nanos += Duration.ofSeconds(1).toNanos();
        line.show("7 entries");
        assertThat(shown()).isEqualTo("\r\033[K7 entries");
        line.clear();
        line.clear();
        assertThat(shown()).as("taken away once").isEqualTo("\r\033[K");
        nanos += Duration.ofSeconds(1).toNanos();
        line.show("8 entries");
        assertThat(shown()).endsWith("8 entries");
    }

    @Test
    void wordsAreALineOfALogNowAndThen() {
        ProgressLine line = bar(false);
        nanos += Duration.ofSeconds(4).toNanos();
        line.show("7 entries");
        nanos += Duration.ofSeconds(1).toNanos();
        line.show("8 entries");
        assertThat(shown()).isEqualToNormalizingNewlines("8 entries\n");
    }
}
