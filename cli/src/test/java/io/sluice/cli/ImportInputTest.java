package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.zkevm.Bytes;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with an input or a command line, and what is said about it. */
@Timeout(120)
class ImportInputTest {
    @TempDir
    Path folder;

    private Cli.Run run(String input) {
        return Cli.reading(input, "import", "-", "--to", folder.resolve("chain.bin"));
    }

    private static String good() {
        return BlockLines.sample(1).get(0);
    }

    /** The good line with one thing replaced by another one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "^.*$ | 17 | it is no JSON object",
                "^.*$ | {\"a | it is no JSON object: ",
                "$ | {} | something follows the JSON object",
                "\"number\":1, | '' | \"number\" is missing",
                "\"timestamp\":\\d+, | '' | \"timestamp\" is missing",
                "\"hash\":\"\\w+\", | '' | \"hash\" is missing",
                "\"parentHash\":\"\\w+\", | '' | \"parentHash\" is missing",
                "\"coinbase\":\"\\w+\", | '' | \"coinbase\" is missing",
                "\"gasLimit\":\\d+, | '' | \"gasLimit\" is missing",
                ",\"txs\":.*$ | } | \"txs\" is missing",
                "\"number\":1, | \"number\":-1, | \"number\" is no whole number of 63 bits from 0 up",
                "\"number\":1, | \"number\":\"1\", | \"number\" is no whole number",
                "\"number\":1, | \"number\":1.5, | \"number\" is no whole number",
                "\"number\":1, | \"number\":9223372036854775808, | \"number\" is no whole number",
                "\"number\":1, | \"number\":1,\"number\":1, | Duplicate field 'number'",
                "\"hash\":\"0x.. | \"hash\":\"0x | \"hash\" has 32 bytes, not 31",
                "\"coinbase\":\"0x | \"coinbase\":\"0x00 | \"coinbase\" has 20 bytes, not 21",
                "\"stateRoot\":\"0x. | \"stateRoot\":\"0xg | \"stateRoot\" is not an even number of hex digits",
                "\"stateRoot\":\"\\w+\" | \"stateRoot\":7 | \"stateRoot\" is no string of hex digits",
                "\"txs\":.*$ | \"txs\":7} | \"txs\" is no array",
                "\"txs\":.*$ | \"txs\":[[]]} | \"txs\"[0] is no string of hex digits",
                "\"txs\":\\[ | \"txs\":[\"0x1\", | \"txs\"[0] is not an even number of hex digits",
                "\"txs\":\\[ | \"txs\":[\"\", | \"txs\"[0] is no signed transaction: A transaction has at least one byte",
                "\"\\]\\}$ | 00\"]} | \"txs\"[2] is no signed transaction: 1 bytes follow the transaction",
                "\"txs\":\\[\"0x01 | \"txs\":[\"0x05 | \"txs\"[0] is no signed transaction: "
            })
    void aLineThatIsWrongEndsItAndWhatIsInStays(String what, String by, String message) {
        String bad = good().replaceFirst(what, by.replace("$", "\\$"));
        assertThat(bad).isNotEqualTo(good());
        Cli.Run run = run(good() + "\n\n" + bad + "\n" + good() + "\n");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("sluice: Line 3 of standard input: ")
                .contains(message)
                .endsWith(" 1 block is in, of the first 1 line.\n")
                .hasLineCount(1);
        assertThat(run.out()).startsWith("1 block with 3 transactions in 1 batch in ");
        try (ReadOnlyStream stream = DataStream.openReadOnly(folder.resolve("chain.bin"))) {
            assertThat(BlockLines.blocks(stream.view())).hasSize(1);
            assertThat(BlockLines.batches(stream.view())).hasSize(1);
        }
    }

    @Test
    void whatIsNoBlockAtAllMakesNoFile() {
        Cli.Run run = run("no block\n");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Line 1 of standard input: it is no JSON object");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void otherFieldsArePassedOver() {
        String more = good().replaceFirst("\\{", "{\"extra\":{\"a\":[1,{\"txs\":\"\"}]},\"withdrawals\":[],");
        Cli.Run run = run(more);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    /** A transaction that is larger than an entry, and a string that is larger than any transaction. */
    @Test
    void transactionsThatNoEntryHoldsAreRefused() {
        String before = good().substring(0, good().indexOf("\"txs\":[") + 7);
        String longer = "00".repeat(BlockParser.MAX_TRANSACTION_LENGTH + 1);
        assertThat(run(before + "\"" + longer + "\"]}").err())
                .contains("\"txs\"[0] has 1048496 bytes, and 1048495 are the most that an entry can hold");
        assertThat(run(before + "\"" + longer + "00".repeat(100) + "\"]}").err())
                .contains("Line 1 of standard input: more is in it than a block can have");
    }

    @Test
    void aLineWithoutEndIsRefusedBeforeItTakesAllMemory() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                Arrays.fill(target, offset, offset + length, (byte) ' ');
                return length;
            }
        };
        InputStream good = Cli.input(good() + "\n");
        Cli.Run run = Cli.reading(
                new SequenceInputStream(good, endless),
                new StopRequest(),
                "import",
                "-",
                "--to",
                folder.resolve("chain.bin"));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("Line 2 of standard input is longer than 67,108,864 bytes, the most that is read. 1 block");
    }

    @Test
    void aBlockThatIsLargerThanReadersTakeIsRefused() {
        BlockCutter cutter = new BlockCutter(1_000_000);
        InputBlock large = new BlockParser()
                .parse(good().getBytes(StandardCharsets.US_ASCII), good().length())
                .with(Collections.nCopies(16, Bytes.of(new byte[1 << 20])));
        cutter.add(large);
        assertThat(cutter.next()).isNull();
        cutter.add(large);
        assertThat(cutter.next()).isNull();
        cutter.add(large);
        assertThatThrownBy(cutter::next)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("A block of 1,000,000 transactions would have more than 33,554,432 bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "import | Missing required",
                "import a | Missing required option: '--to=HOST:PORT|FILE'",
                "import a --to b:x | a port is 1 to 65535, not 'x'",
                "import a --to b --rate 0 | 1 to 999999999 is possible, not '0'",
                "import a --to b --txs-per-block 0 | 1 to 999999999 is possible, not '0'",
                "import a --to b --blocks-per-batch -1 | 1 to 999999999 is possible, not '-1'",
                "import a --to b --chain-id x | 'x' is not a whole number from 0 up",
                "import a --to b --takeover | --takeover is for HOST:PORT, and b is taken for a file",
                "import a --to b --retry 5s | --retry is for HOST:PORT, and b is taken for a file",
                "import a --to b:1 --system-id 1 | --system-id is for a FILE; a server has its own",
                "import a --to b:1 --stream-version 1 | --stream-version is for a FILE; a server has its own",
            })
    void badUsageIsRefused(String words, String message) {
        Cli.Run run = Cli.run((Object[]) words.split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message, "; see sluice import --help").hasLineCount(1);
    }
}
