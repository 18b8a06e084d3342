package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.storage.DataStream;
import io.sluice.testing.Operations;
import io.sluice.testing.TestData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lines mean, and which mean nothing. */
@Timeout(120)
class WriteInputTest {
    @TempDir
    Path folder;

    private LocalSources sources;

    @BeforeEach
    void prepare() {
        sources = new LocalSources(folder.resolve("stream.bin"));
    }

    @Test
    void eachWayToGiveDataAndEachOperation() {
        Cli.Run run = sources.run("""
                {"op":"start"}
                {"op":"entry","type":3,"data":"c0ffee"}

                {"dataBase64":"AQID","type":4294967294,"op":"entry"}
                {"op":"entry","type":0,"length":300,"seed":7}\r
                {"op":"bookmark","bookmark":"0x0a0b"}
                {"op":"update","entry":1,"type":4294967294,"data":""}
                {"op":"commit"}
                {"op":"start"}
                {"op":"entry","type":1,"data":"00"}
                {"op":"rollback"}
                {"op":"start"}
                {"op":"commit"}
                {"op":"start"}
                {"op":"entry","type":1,"data":"01"}
                {"op":"entry","type":1,"data":"02"}
                {"op":"commit"}
                {"op":"truncate","entry":5}""");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(sources.entries())
                .containsExactly(
                        new Entry(0, 3, HexFormat.of().parseHex("c0ffee")),
                        new Entry(1, -2, new byte[0]),
                        new Entry(2, 0, Operations.data(7, 300)),
                        new Entry(3, EntryFormat.TYPE_BOOKMARK, new byte[] {10, 11}),
                        new Entry(4, 1, new byte[] {1}));
        assertThat(run.out())
                .startsWith("3 operations (1 more rolled back), 6 entries, 1 bookmark, 412 bytes in ")
                .endsWith("; the stream has 5 entries\n")
                .hasLineCount(1);
    }

    @Test
    void theSummaryForPrograms() {
        Cli.Run run = sources.run(
                "{\"op\":\"start\"}\n{\"op\":\"bookmark\",\"bookmark\":\"02\"}\n{\"op\":\"commit\"}",
                "-",
                "--format",
                "json");
        var summary = Cli.json(run.out());
        assertThat(summary.get("operations").asInt()).isEqualTo(1);
        assertThat(summary.get("rolledBack").asInt()).isZero();
        assertThat(summary.get("entries").asInt()).isEqualTo(1);
        assertThat(summary.get("bookmarks").asInt()).isEqualTo(1);
        assertThat(summary.get("bytes").asInt()).isEqualTo(18);
        assertThat(summary.get("totalEntries").asInt()).isEqualTo(1);
        assertThat(summary.has("operationsPerSecond")).isTrue();
        assertThat(summary.has("bytesPerSecond")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "nonsense | it is no JSON object",
                "[] | it is no JSON object",
                "{\"op\":\"start\" | it is no JSON object",
                "{\"op\":\"commit\"} {} | something follows the JSON object",
                "{} | \"op\" is missing",
                "{\"op\":\"begin\"} | there is no operation \"begin\"; there are start, entry,",
                "{\"op\":1} | \"op\" is no string",
                "{\"op\":\"commit\",\"op\":\"commit\"} | Duplicate",
                "{\"op\":\"commit\",\"when\":\"now\"} | there is no field \"when\"",
                "{\"op\":\"commit\",\"type\":1} | \"type\" has no meaning in \"commit\"",
                "{\"op\":\"entry\",\"data\":\"00\"} | \"type\" is missing",
                "{\"op\":\"entry\",\"type\":1} | the data is wanted as \"data\" in hex digits",
                "{\"op\":\"entry\",\"type\":1,\"length\":1} | the data is wanted as",
                "{\"op\":\"entry\",\"type\":1,\"data\":\"00\",\"dataBase64\":\"\"} | in one of these ways only",
                "{\"op\":\"entry\",\"type\":-1,\"data\":\"\"} | \"type\" is 0 to 4294967295, not -1",
                "{\"op\":\"entry\",\"type\":4294967296,\"data\":\"\"} | \"type\" is 0 to 4294967295",
                "{\"op\":\"entry\",\"type\":\"1\",\"data\":\"\"} | \"type\" is no whole number",
                "{\"op\":\"entry\",\"type\":1.5,\"data\":\"\"} | \"type\" is no whole number",
                "{\"op\":\"entry\",\"type\":99999999999999999999,\"data\":\"\"} | \"type\" is no whole number",
                "{\"op\":\"entry\",\"type\":176,\"data\":\"\"} | Entry type 0xb0 is that of bookmarks",
                "{\"op\":\"entry\",\"type\":4294967295,\"data\":\"\"} | Entry type 0xffffffff is reserved",
                "{\"op\":\"entry\",\"type\":1,\"data\":\"0\"} | \"data\" is not an even number of hex digits",
                "{\"op\":\"entry\",\"type\":1,\"data\":null} | \"data\" is no string",
                "{\"op\":\"entry\",\"type\":1,\"dataBase64\":\"?\"} | \"dataBase64\" is not Base64",
                "{\"op\":\"entry\",\"type\":1,\"length\":1048560,\"seed\":1} | \"length\" is 0 to 1048559",
                "{\"op\":\"entry\",\"type\":1,\"length\":1,\"seed\":2147483648} | \"seed\" is -2147483648 to",
                "{\"op\":\"bookmark\"} | \"bookmark\" is missing",
                "{\"op\":\"bookmark\",\"bookmark\":\"\"} | A bookmark has 1 to 16 bytes, not 0",
                "{\"op\":\"bookmark\",\"bookmark\":\"zz\"} | \"bookmark\" is not an even number of hex digits",
                "{\"op\":\"update\",\"entry\":9,\"type\":1,\"data\":\"\"} | There is no entry 9",
                "{\"op\":\"update\",\"entry\":0,\"type\":1,\"data\":\"\"} | Entry 0 is not in the open operation",
                "{\"op\":\"start\"} | the operation that line 4 began is open still",
                "{\"op\":\"truncate\",\"entry\":0} | the operation that line 4 began is open still",
            })
    void aBadLineIsNamedAndWhatWasCommittedBeforeItStays(String line, String message) {
        Cli.Run run = sources.run("""
                {"op":"start"}
                {"op":"entry","type":1,"data":"aa"}
                {"op":"commit"}
                {"op":"start"}
                {"op":"entry","type":1,"data":"bb"}
                """ + line + "\n{\"op\":\"commit\"}\n");
        assertThat(run.err())
                .startsWith("sluice: Line 6 of standard input: ")
                .contains(message)
                .hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).startsWith("1 operation, 1 entry, ");
        assertThat(sources.entries()).containsExactly(new Entry(0, 1, new byte[] {(byte) 0xaa}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"commit", "rollback", "entry\",\"type\":1,\"data\":\"", "bookmark\",\"bookmark\":\"01"})
    void nothingButAStartBeginsAnOperation(String op) {
        Cli.Run run = sources.run("{\"op\":\"" + op + "\"}");
        assertThat(run.err()).isEqualToIgnoringNewLines("sluice: Line 1 of standard input: no operation is open.");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void aTruncationBeyondTheEndIsABadLine() {
        Cli.Run run = sources.run("{\"op\":\"truncate\",\"entry\":1}");
        assertThat(run.err()).contains("Line 1 of standard input: There is no entry 1");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void anOperationThatTheInputLeavesOpenIsDropped() {
        Cli.Run run = sources.run("{\"op\":\"start\"}\n{\"op\":\"entry\",\"type\":1,\"data\":\"aa\"}\n");
        assertThat(run.err())
                .contains("The operation that line 1 of standard input began is neither committed nor rolled back");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(sources.entries()).isEmpty();
    }

    @Test
    void aLineThatIsFarTooLongIsRefused() {
        Cli.Run run = sources.run(" ".repeat(InputLines.MAX_LENGTH) + "\n" + " ".repeat(InputLines.MAX_LENGTH + 1));
        assertThat(run.err()).contains("Line 2 of standard input is longer than 4,194,304 bytes");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void theLongestEntryFitsInHexDigitsAndInBase64() {
        String hex = "ab".repeat(EntryFormat.MAX_DATA_LENGTH);
        Cli.Run run = sources.run(
                "{\"op\":\"start\"}\n{\"op\":\"entry\",\"type\":1,\"data\":\"" + hex + "\"}\n{\"op\":\"commit\"}");
        assertThat(run.err()).isEmpty();
        assertThat(sources.entries()).hasSize(1);
        Cli.Run tooLong = sources.run("{\"op\":\"start\"}\n{\"op\":\"entry\",\"type\":1,\"data\":\"" + hex + "ab\"}");
        assertThat(tooLong.err()).contains("An entry carries at most 1048559 bytes of data, not 1048560");
    }

    @Test
    void anInputThatCannotBeReadIsOneLine() {
        Cli.Run missing = sources.run("", folder.resolve("missing"));
        assertThat(missing.err())
                .startsWith("sluice: Cannot read ")
                .contains("no such file")
                .hasLineCount(1);
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(sources.connected).isEmpty();

        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the tape is torn");
            }

            @Override
            public int read(byte[] bytes, int start, int length) throws IOException {
                throw new IOException("the tape is torn");
            }
        };
        Cli.Run torn = sources.run(failing, new StopRequest());
        assertThat(torn.err()).isEqualToIgnoringNewLines("sluice: Cannot read standard input: the tape is torn.");
        assertThat(torn.exitCode()).isEqualTo(1);
    }

    @Test
    void anInputOfWhateverPiecesHasTheSameLines() throws Exception {
        byte[] input = "{\"op\":\"start\"}\n{\"op\":\"entry\",\"type\":1,\"data\":\"aa\"}\n{\"op\":\"commit\"}"
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        InputStream dripping = new ByteArrayInputStream(input) {
            @Override
            public synchronized int read(byte[] bytes, int start, int length) {
                return super.read(bytes, start, Math.min(length, 1));
            }
        };
        assertThat(sources.run(dripping, new StopRequest()).exitCode()).isZero();
        assertThat(sources.entries()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void theInputsOfTheTestDataMakeTheSameFile(String name) throws Exception {
        Path replayed = folder.resolve("replayed.bin");
        try (DataStream stream = new LocalSources(replayed).open()) {
            Operations.replay(name, stream);
        }
        Cli.Run run = sources.run("", TestData.path("vectors/" + name + ".ops.jsonl"));
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(Files.mismatch(folder.resolve("stream.bin"), replayed)).isEqualTo(-1);
        assertThat(sources.entries()).isEqualTo(List.copyOf(new LocalSources(replayed).entries()));
    }
}
