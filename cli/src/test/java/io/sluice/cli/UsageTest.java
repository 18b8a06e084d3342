package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    private static final String[] COMMANDS = {
        "serve",
        "write",
        "import",
        "follow",
        "header",
        "entry",
        "bookmark",
        "range",
        "block",
        "batch",
        "info",
        "verify",
        "check",
        "repair",
        "reindex",
        "truncate",
        "snapshot",
        "demo"
    };

    @Test
    void tellsItsVersion() {
        Cli.Run run = Cli.run("--version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("sluice ").hasLineCount(1);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void theOverviewNamesEveryCommand() {
        Cli.Run run = Cli.run("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains(COMMANDS).contains("Exit codes");
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        for (String command : COMMANDS) {
            Cli.Run run = Cli.run(command, "--help");
            assertThat(run.exitCode()).as(command).isZero();
            assertThat(run.out()).contains("Usage: sluice " + command, "Example", "sluice " + command);
            assertThat(run.err()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "nonsense | There is no command 'nonsense'; see sluice --help",
                "--nonsense | There is no option '--nonsense'; see sluice --help",
                "header | Missing required parameter: 'HOST:PORT'; see sluice header --help",
                "header a:1 b | Unmatched argument at index 2: 'b'; see sluice header --help",
                "header localhost | 'localhost' has no port; HOST:PORT is wanted",
                "header [::1] | '[::1]' has no port",
                "header [::1:6900 | has no ']' before its port",
                "header ::1:6900 | an IPv6 address needs brackets, as in [::1]:6900",
                "header :6900 | ':6900' has no host",
                "header a:0 | a port is 1 to 65535, not '0'",
                "header a:65536 | a port is 1 to 65535, not '65536'",
                "header a:b | a port is 1 to 65535, not 'b'",
                "header a:1 --stream-type -1 | '-1' is not a whole number from 0 up",
                "header a:1 --format xml | expected one of [text, json]",
                "entry a:1 x | 'x' is not a whole number from 0 up",
                "entry a:1 18446744073709551616 | beyond 18446744073709551615",
                "bookmark a:1 0x | a bookmark has 1 to 16 bytes, not 0",
                "bookmark a:1 0102030405060708090a0b0c0d0e0f1011 | a bookmark has 1 to 16 bytes, not 17",
                "bookmark a:1 012 | '012' is not an even number of hex digits",
                "bookmark a:1 zz | 'zz' is not an even number of hex digits",
                "follow a:1 --from end | 'end' is not an entry number, and not 'latest'",
                "follow a:1 --until latest | 'latest' is not an entry number, and not 'end'",
                "follow a:1 --from 1 --bookmark 01 | --from and --bookmark exclude each other",
                "follow a:1 --from 9 --until 3 | --until 3 comes before --from 9",
                "follow a:1 --count --format raw | --count prints no entries",
                "follow a:1 --count --output x | --count prints no entries",
                "follow a:1 --force | --force is about --output",
                "follow a:1 --count --resume x | --count prints no entries: there is no place that --resume could keep",
                "follow a:1 --give-up-after never | 'never' is not a time, for instance 30s (units ms, s, m, h)",
                "follow a:1 --give-up-after 5 | '5' is not a time",
                "follow a:1 --give-up-after -1s | '-1s' is not a time",
                "follow a:1 --resume | Missing required parameter for option '--resume' (FILE)",
                "follow a:1 --decode --format raw | --decode shows blocks and no entries",
                "follow a:1 --decode --count | --decode shows blocks and no entries",
                "follow a:1 --decode --resume x | --decode shows blocks and no entries",
                "follow a.bin --resume x | --resume is for a server's stream, and a.bin is taken for a file",
                "follow a.bin --whole | --whole is for a server's stream",
                "follow ./a:1 --give-up-after 5m | --give-up-after is for a server's stream, and ./a:1 is",
                "block a:1 | Missing required parameter: 'N|latest'; see sluice block --help",
                "batch a:1 last | 'last' is not a whole number from 0 up, and not 'latest'",
                "block a:b 1 | a port is 1 to 65535, not 'b'",
                "batch a:1 1 --format raw | expected one of [text, json]",
                "repair | Missing required parameter: 'FILE'; see sluice repair --help",
                "repair a --stream-version 256 | a version is 0 to 255, not '256'",
                "repair a --system-id x | 'x' is not a whole number from 0 up",
                "reindex | Missing required parameter: 'FILE'; see sluice reindex --help",
                "snapshot a:1 | Missing required option: '--output=FILE'; see sluice snapshot --help",
                "snapshot --output b | Missing required parameter: 'HOST:PORT|FILE'",
                "snapshot a:b --output b | a port is 1 to 65535, not 'b'",
                "serve | Say --file FILE; see sluice serve --help",
                "serve --file a --port 65536 | a port is 0 to 65535, not '65536'",
                "serve --file a --bind nowhere.invalid | 'nowhere.invalid' is no address",
                "serve --file a --force often | none of always, never and interval:TIME, for instance interval:200ms",
                "serve --file a --force interval:0ms | an interval is at least 1ms",
                "serve --file a --force 200ms | none of always, never and interval:TIME",
                "serve --file a --on-misuse ignore | 'ignore' is neither close nor reply",
                "serve --file a --extensions maybe | 'maybe' is neither on nor off",
                "serve --file a --max-connections 0 | 1 to 999999999 is possible, not '0'",
                "serve --file a --stream-version 256 | a version is 0 to 255, not '256'",
                "serve --stream two=a | --stream wants TYPE=FILE",
                "serve --file a --stream 1=b | Stream type 1 has two files",
                "write localhost | 'localhost' has no port",
                "write a:1 b c | Unmatched argument at index 3: 'c'",
                "write a:1 --rate 0 | 1 to 999999999 is possible, not '0'",
                "write a:1 --retry 999ms | --retry is at least 1s, not 999 ms",
                "write a:1 --retry soon | 'soon' is not a time",
                "write a:1 --tls-ca x | --tls-ca, --tls-cert and --tls-key belong together",
                "write a:1 --tls-cert x --tls-key x | --tls-ca, --tls-cert and --tls-key belong together",
                "write a:1 --format raw | expected one of [text, json]",
                "serve --file a --source-port 65536 | a port is 0 to 65535, not '65536'",
                "truncate a:1 3 | say --yes",
                "truncate a 3 | say --yes",
                "truncate a | Missing required parameter: 'N'",
                "check | Missing required parameter: 'HOST:PORT|FILE'",
                "check a:0 | a port is 1 to 65535, not '0'",
                "check a b | Unmatched argument at index 2: 'b'",
                "check a --max-faults 0 | 1 to 999999999 is possible, not '0'",
                "check a --format raw | expected one of [text, json]",
                "check a:1 --give-up-after 5 | '5' is not a time",
                "demo --seconds 0 | 1 to 999999999 is possible",
            })
    void badUsageIsOneLineAndExitCodeTwo(String line, String message) {
        Cli.Run run = Cli.run((Object[]) line.split(" ", -1));
        assertThat(run.err()).startsWith("sluice: ").contains(message, "--help").hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void withoutACommandItSaysWhichThereAre() {
        Cli.Run run = Cli.run();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(COMMANDS).hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"header", "entry", "bookmark", "range", "follow", "block", "batch", "check"})
    void aServerThatIsNotThereIsOneLine(String command) {
        Object[] words = List.of("header", "follow", "check").contains(command)
                ? new Object[] {command, "localhost:1"}
                : command.equals("range")
                        ? new Object[] {command, "localhost:1", "01", "02"}
                        : new Object[] {command, "localhost:1", "01"};
        Cli.Run run = Cli.run(words);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("sluice: Cannot connect to localhost:1: ")
                .hasLineCount(1);
    }

    @Test
    void aReaderThatLeavesIsNoFailure() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(runInto(failing("Broken pipe"), err)).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aFullDiskIsAFailure() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(runInto(failing("No space left on device"), err)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines("sluice: Cannot write to standard output: No space left on device.");
    }

    private static int runInto(OutputStream out, OutputStream err) {
        return Main.run(
                Cli.args("--help"),
                new ByteArrayInputStream(new byte[0]),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
    }
}
