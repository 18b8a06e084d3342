package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ServeCommandTest {
    @TempDir
    Path folder;

    @Test
    void saysWhenItIsReadyAndStopsCleanly() throws Exception {
        Path file = folder.resolve("new.bin");
        try (Background serve =
                new Background("serve", "--file", file, "--port", 0, "--system-id", 1101, "--stream-version", 3)) {
            String ready = serve.line();
            assertThat(ready).matches("ready 127\\.0\\.0\\.1:\\d+ stream=1 entries=0");
            String address = ready.split(" ", -1)[1];
            assertThat(Cli.run("header", address).lines())
                    .contains("version       3", "system id     1101", "entries       0");
            serve.stop();
            assertThat(serve.exitCode()).isZero();
            assertThat(serve.line()).isNull();
            assertThat(serve.err()).isEmpty();
            assertThat(Cli.run("header", address).exitCode()).isEqualTo(1);
        }
        // Nobody holds it any more.
        DataStream.open(file).close();
    }

    @Test
    void servesSeveralStreamsInOrderOfType() throws Exception {
        Path other = folder.resolve("other.bin");
        try (DataStream stream =
                DataStream.open(other, DataStreamOptions.defaults().withStreamType(10))) {
            stream.startAtomicOp();
            stream.addStreamEntry(1, new byte[1]);
            stream.commitAtomicOp();
        }
        try (Background serve = new Background(
                "serve",
                "--stream",
                "10=" + other,
                "--file",
                folder.resolve("one.bin"),
                "--stream",
                "2=" + folder.resolve("two.bin"),
                "--port",
                0)) {
            String ready = serve.line();
            assertThat(ready)
                    .matches("ready 127\\.0\\.0\\.1:\\d+ stream=1 entries=0 stream=2 entries=0 stream=10 entries=1");
            String address = ready.split(" ", -1)[1];
            assertThat(Cli.run("entry", address, 0, "--stream-type", 10).exitCode())
                    .isZero();
            assertThat(Cli.run("entry", address, 0, "--stream-type", 2).exitCode())
                    .isEqualTo(1);
        }
    }

    @Test
    void listensOnIpv6() throws Exception {
        try (ServerSocket probe = new ServerSocket()) {
            byte[] loopback = new byte[16];
            loopback[15] = 1;
            probe.bind(new InetSocketAddress(InetAddress.getByAddress(loopback), 0));
        } catch (java.io.IOException e) {
            Assumptions.abort("no IPv6 here");
        }
        try (Background serve =
                new Background("serve", "--file", folder.resolve("a.bin"), "--port", 0, "--bind", "::1")) {
            String address = serve.readyAddress();
            assertThat(address).matches("\\[::1]:\\d+");
            assertThat(Cli.run("header", address).exitCode()).isZero();
        }
    }

    @Test
    void takesEachForcePolicyAndEachAnswerToMisuse() throws Exception {
        for (String force : new String[] {"always", "never", "interval:200ms", "interval:1h"}) {
            try (Background serve = new Background(
                    "serve",
                    "--file",
                    folder.resolve("f.bin"),
                    "--port",
                    0,
                    "--force",
                    force,
                    "--on-misuse",
                    "reply")) {
                assertThat(serve.line()).as(force).startsWith("ready ");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"on, 0", "off, 9", "default, 0"})
    void theExtensionIsOnUnlessItIsSwitchedOff(String value, int code) throws Exception {
        Object[] words = {"serve", "--file", folder.resolve("x.bin"), "--port", 0, "--extensions", value};
        try (Background serve = new Background(value.equals("default") ? Arrays.copyOf(words, 5) : words)) {
            String address = serve.readyAddress();
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            try (Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port)) {
                ByteBuffer extend = ByteBuffer.allocate(16);
                new Command.Extend(1).putTo(extend);
                socket.getOutputStream().write(extend.array());
                ByteBuffer result = ByteBuffer.wrap(socket.getInputStream().readNBytes(11));
                assertThat(result.getInt(5)).isEqualTo(code);
            }
        }
    }

    @Test
    void aFileInUseIsOneLine() {
        Path file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(file)) {
            failsWith("is being written already", "serve", "--file", file, "--port", 0);
            assertThat(stream.getHeader().totalEntries()).isZero();
        }
    }

    @Test
    void aPortInUseIsOneLineAndLetsGoOfTheFile() throws Exception {
        Path file = folder.resolve("stream.bin");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            failsWith("Cannot listen on", "serve", "--file", file, "--port", taken.getLocalPort());
        }
        DataStream.open(file).close();
    }

    @Test
    void neverMakesAFolder() {
        Path missing = folder.resolve("missing");
        failsWith("there is no folder", "serve", "--file", missing.resolve("a.bin"), "--port", 0);
        assertThat(missing).doesNotExist();
    }

    @Test
    void aFileThatIsNoStreamIsOneLine() throws Exception {
        Path file = Files.writeString(folder.resolve("notes.txt"), "buy milk".repeat(100));
        failsWith("is no stream file", "serve", "--file", file, "--port", 0);
        assertThat(file).hasContent("buy milk".repeat(100));
    }

    @Test
    void anotherSystemIdIsOneLine() {
        Path file = folder.resolve("stream.bin");
        DataStream.open(file).close();
        failsWith("has system id 1, not 5", "serve", "--file", file, "--port", 0, "--system-id", 5);
    }

    private static void failsWith(String message, Object... words) {
        Cli.Run run = Cli.run(words);
        assertThat(run.err()).startsWith("sluice: ").contains(message).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
    }
}
