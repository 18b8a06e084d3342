package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Entry;
import io.sluice.core.SourceMessage;
import io.sluice.server.SourceServerOptions;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import io.sluice.storage.DataStream;
import io.sluice.testing.Operations;
import io.sluice.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command and a real server. */
@Timeout(120)
class WriteOverTcpTest {
    private static final String ONE = """
            {"op":"start"}
            {"op":"entry","type":1,"data":"aa"}
            {"op":"commit"}
            """;

    @TempDir
    Path folder;

    private final StopRequest stop = new StopRequest();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(InputStream in, Object... words) {
        return CommandTree.run(Cli.args(words), Cli.console(in, out, err, Terminals.NONE, stop));
    }

    private int run(String input, Object... words) {
        return run(Cli.input(input), words);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "pages", "grow"})
    void theInputsOfTheTestDataMakeTheSameFile(String name) throws Exception {
        Path replayed = folder.resolve("replayed.bin");
        try (DataStream stream = DataStream.open(replayed)) {
            Operations.replay(name, stream);
        }
        Path file = folder.resolve("stream.bin");
        try (SourcePort port = new SourcePort(file)) {
            int exitCode = run("", "write", port.address(), TestData.path("vectors/" + name + ".ops.jsonl"));
            assertThat(err()).isEmpty();
            assertThat(exitCode).isZero();
        }
        assertThat(Files.mismatch(file, replayed)).isEqualTo(-1);
    }

    @Test
    void theTokenIsTakenFromAFileWithoutItsLineEnd() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "secret\r\n");
        try (SourcePort port = new SourcePort(
                folder.resolve("stream.bin"),
                options -> options.withToken("secret".getBytes(StandardCharsets.US_ASCII)))) {
            assertThat(run(ONE, "write", port.address())).isEqualTo(1);
            assertThat(err()).startsWith("sluice: ").hasLineCount(1);
            assertThat(run(ONE, "write", port.address(), "--token-file", token)).isZero();
            assertThat(port.entries()).containsExactly(new Entry(0, 1, new byte[] {(byte) 0xaa}));
        }
    }

    @Test
    void tokensThatAreNoneAreOneLine() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        Path longer = Files.writeString(folder.resolve("long"), "x".repeat(1025));
        assertThat(run(ONE, "write", "localhost:1", "--token-file", empty)).isEqualTo(1);
        assertThat(run(ONE, "write", "localhost:1", "--token-file", longer)).isEqualTo(1);
        assertThat(run(ONE, "write", "localhost:1", "--token-file", folder.resolve("none")))
                .isEqualTo(1);
        assertThat(err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("holds no token: it is empty"),
                        line -> assertThat(line).contains("has more than 1024 bytes"),
                        line -> assertThat(line).contains("Cannot read the token in", "no such file"));
    }

    @Test
    void anUnknownStreamTypeIsRefused() {
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"))) {
            assertThat(run(ONE, "write", port.address(), "--stream-type", 7)).isEqualTo(1);
            assertThat(err()).startsWith("sluice: ").hasLineCount(1);
            assertThat(port.entries()).isEmpty();
        }
    }

    @Test
    void anotherSourceIsNamedAndATakeoverEndsIt() throws Exception {
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"));
                RemoteStreamSource other =
                        RemoteStreamSource.connect(port.server.address(), SourceOptions.defaults())) {
            assertThat(run(ONE, "write", port.address())).isEqualTo(1);
            assertThat(err())
                    .contains("Another source has the lease of the stream: 127.0.0.1:", ", since ")
                    .contains("--takeover takes it away from there.")
                    .hasLineCount(1);
            assertThat(port.entries()).isEmpty();

            assertThat(run(ONE, "write", port.address(), "--takeover")).isZero();
            assertThat(port.entries()).hasSize(1);
            assertThat(other.grant().header().totalEntries()).isZero();
        }
    }

    @Test
    void theEndOfTheLeaseOfASourceThatIsGoneIsWaitedFor() throws Exception {
        try (SourcePort port =
                new SourcePort(folder.resolve("stream.bin"), options -> options.withLeaseTime(Duration.ofSeconds(4)))) {
            leaveWithTheLease(port.server.address());
            Await.until(() -> {
                err.reset();
                return run(ONE, "write", port.address(), "--retry", "1s") == 1
                        && err().contains("a longer --retry waits");
            });
            err.reset();
            assertThat(run(ONE, "write", port.address(), "--retry", "30s")).isZero();
            assertThat(err())
                    .contains("It is not connected, and loses the lease in ", " Waiting for that.")
                    .hasLineCount(1);
        }
    }

    @Test
    void aTakeoverByAnotherEndsItWithWhatIsCertainlyIn() throws Exception {
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"))) {
            PipedOutputStream typed = new PipedOutputStream();
            PipedInputStream in = new PipedInputStream(typed, 1 << 16);
            CompletableFuture<Integer> command = CompletableFuture.supplyAsync(() -> run(in, "write", port.address()));
            typed.write(ONE.getBytes(StandardCharsets.US_ASCII));
            typed.flush();
            Await.until(() -> port.stream.getHeader().totalEntries() == 1);
            try (RemoteStreamSource other =
                    RemoteStreamSource.takeOver(port.server.address(), SourceOptions.defaults())) {
                assertThat(other.getHeader().totalEntries()).isEqualTo(1);
                typed.write(ONE.getBytes(StandardCharsets.US_ASCII));
                typed.close();
                assertThat(command.get(30, TimeUnit.SECONDS)).isEqualTo(1);
            }
            assertThat(err())
                    .contains(" Of the input 1 operation is certainly in")
                    .hasLineCount(1);
            assertThat(port.entries()).hasSize(1);
        }
    }

    /** Greets as a source, and is gone without a word. */
    private static void leaveWithTheLease(InetSocketAddress server) throws IOException {
        SourceMessage greet =
                new SourceMessage.Greet(1, SourceMessage.VERSION, SourceMessage.Claim.NEW, 77, 88, 0, new byte[0]);
        ByteBuffer bytes = ByteBuffer.allocate(greet.length());
        greet.putTo(bytes);
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.getOutputStream().write(bytes.array());
            assertThat(socket.getInputStream().read()).isZero();
        }
    }

    @Test
    void aServerThatIsNotThereIsTriedForAWhile() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        long started = System.nanoTime();
        assertThat(run(ONE, "write", "localhost:" + port, "--retry", "1s")).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(err())
                .contains("No connection with the server: ", "Trying again for up to 1 s.", "Nothing was written.");

        err.reset();
        Path state = folder.resolve("state");
        try (SourcePort first = new SourcePort(folder.resolve("stream.bin"))) {
            assertThat(run(ONE, "write", first.address(), "--resume", state)).isZero();
        }
        assertThat(run(ONE, "write", "localhost:" + port, "--resume", state, "--retry", "1s"))
                .isEqualTo(1);
        assertThat(err()).contains("Nothing was written by this run. Of the input 1 operation is certainly in.");
    }

    @Test
    void goesOnWhenTheServerComesBack() throws Exception {
        Path file = folder.resolve("stream.bin");
        SourcePort first = new SourcePort(file);
        int portNumber = first.server.address().getPort();
        PipedOutputStream typed = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(typed, 1 << 16);
        String address = first.address();
        CompletableFuture<Integer> command = CompletableFuture.supplyAsync(() -> run(in, "write", address));
        typed.write(ONE.getBytes(StandardCharsets.US_ASCII));
        typed.flush();
        Await.until(() -> first.stream.getHeader().totalEntries() == 1);
        first.close();
        Await.until(() -> err().contains("No connection with the server"));
        typed.write(ONE.getBytes(StandardCharsets.US_ASCII));
        typed.flush();
        try (SourcePort second = new SourcePort(file, options -> options.withPort(portNumber))) {
            typed.write(ONE.getBytes(StandardCharsets.US_ASCII));
            typed.close();
            assertThat(command.get(60, TimeUnit.SECONDS)).isZero();
            assertThat(second.entries()).hasSize(3);
        }
        assertThat(err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("Trying again for up to 1 min."),
                        line -> assertThat(line).isEqualTo("sluice: Connected again."));
        assertThat(out()).startsWith("3 operations, 3 entries");
    }

    @Test
    void aServerThatStaysAwayEndsItWithWhatIsCertainlyIn() throws Exception {
        SourcePort port = new SourcePort(folder.resolve("stream.bin"));
        PipedOutputStream typed = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(typed, 1 << 16);
        String address = port.address();
        CompletableFuture<Integer> command =
                CompletableFuture.supplyAsync(() -> run(in, "write", address, "--retry", "2s"));
        typed.write(ONE.repeat(2).getBytes(StandardCharsets.US_ASCII));
        typed.flush();
        Await.until(() -> port.stream.getHeader().totalEntries() == 2);
        port.close();
        Await.until(() -> err().contains("No connection with the server"));
        long lost = System.nanoTime();
        typed.write(ONE.repeat(3).getBytes(StandardCharsets.US_ASCII));
        typed.flush();
        assertThat(command.get(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - lost)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(6));
        assertThat(err())
                .containsPattern(
                        "Of the input 2 operations are certainly in(, and [1-3] more may be)?\\. Only with --resume");
        assertThat(out()).startsWith("2 operations, 2 entries");
    }

    @Test
    void stopsAfterTheOperationAtHandAndSaysHowToGoOn() throws Exception {
        Path state = folder.resolve("state");
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"))) {
            PipedOutputStream typed = new PipedOutputStream();
            PipedInputStream in = new PipedInputStream(typed, 1 << 16);
            CompletableFuture<Integer> command =
                    CompletableFuture.supplyAsync(() -> run(in, "write", port.address(), "--resume", state));
            typed.write(ONE.getBytes(StandardCharsets.US_ASCII));
            typed.write("{\"op\":\"start\"}\n".getBytes(StandardCharsets.US_ASCII));
            typed.flush();
            Await.until(() -> port.stream.getHeader().totalEntries() == 1);
            stop.request();
            assertThat(command.get(30, TimeUnit.SECONDS)).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(err())
                    .isEqualToIgnoringNewLines(
                            "sluice: Stopped after line 3: 1 operation is certainly in. The same command goes on there.");
            assertThat(out()).startsWith("1 operation, 1 entry");
            Cli.Run second = writeAgain(ONE + ONE, port, state);
            assertThat(second.out()).startsWith("1 operation, 1 entry");
            assertThat(port.entries()).hasSize(2);
        }
    }

    private Cli.Run writeAgain(String input, SourcePort port, Path state) throws IOException {
        Path file = Files.writeString(folder.resolve("again"), input);
        return Cli.run("write", port.address(), file, "--resume", state);
    }

    @Test
    void aStateGoesOnOnlyWhereNobodyElseWrote() throws Exception {
        Path state = folder.resolve("state");
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"))) {
            assertThat(writeAgain(ONE, port, state).exitCode()).isZero();
            assertThat(writeAgain(ONE + ONE, port, state).exitCode()).isZero();
            assertThat(port.entries()).hasSize(2);
            assertThat(run(ONE, "write", port.address())).isZero();
            Cli.Run run = writeAgain(ONE + ONE + ONE, port, state);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("another source may have written to the stream since");
            assertThat(port.entries()).hasSize(3);
        }
    }

    @Test
    void aStateGoesOnAfterATruncationOfItsOwnInput() throws Exception {
        Path state = folder.resolve("state");
        String input = ONE + ONE + "{\"op\":\"truncate\",\"entry\":1}\n";
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"))) {
            assertThat(writeAgain(input, port, state).exitCode()).isZero();
            Cli.Run more = writeAgain(input + ONE, port, state);
            assertThat(more.err()).contains("Going on after line 7");
            assertThat(more.exitCode()).isZero();
            assertThat(port.entries()).hasSize(2);
        }
    }

    @Test
    void keepsToItsRate() {
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"))) {
            long started = System.nanoTime();
            assertThat(run(ONE.repeat(6), "write", port.address(), "--rate", 5)).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(port.entries()).hasSize(6);
        }
    }

    @Test
    void anOperationThatIsLargerThanTheMemoryOfTheSource() {
        String entry = "{\"op\":\"entry\",\"type\":1,\"length\":1000000,\"seed\":1}\n";
        try (SourcePort port = new SourcePort(folder.resolve("stream.bin"))) {
            assertThat(run("{\"op\":\"start\"}\n" + entry.repeat(100) + "{\"op\":\"commit\"}", "write", port.address()))
                    .isZero();
            assertThat(port.stream.getHeader().totalEntries()).isEqualTo(100);
        }
        assertThat(SourceServerOptions.defaults().token()).isNull();
    }
}
