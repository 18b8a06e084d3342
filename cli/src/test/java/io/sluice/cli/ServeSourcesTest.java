package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.storage.DataStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The source port of sluice serve. */
@Timeout(60)
class ServeSourcesTest {
    private static final String ONE = """
            {"op":"start"}
            {"op":"entry","type":1,"data":"aa"}
            {"op":"commit"}
            """;

    @TempDir
    Path folder;

    private Background serve(Object... more) {
        Object[] words = new Object[5 + more.length];
        System.arraycopy(new Object[] {"serve", "--file", folder.resolve("a.bin"), "--port", 0}, 0, words, 0, 5);
        System.arraycopy(more, 0, words, 5, more.length);
        return new Background(words);
    }

    private static String source(String ready) {
        return ready.substring(ready.lastIndexOf("source=") + "source=".length());
    }

    @Test
    void theReadyLineEndsWithTheSourcePortAndEachStreamCanBeWritten() throws Exception {
        Path input = Files.writeString(folder.resolve("input"), ONE);
        try (Background serve =
                serve("--stream", "2=" + folder.resolve("b.bin"), "--source-port", 0, "--source-lease", "500ms")) {
            String ready = serve.line();
            assertThat(ready)
                    .matches(
                            "ready 127\\.0\\.0\\.1:\\d+ stream=1 entries=0 stream=2 entries=0 source=127\\.0\\.0\\.1:\\d+");
            assertThat(Cli.run("write", source(ready), input).exitCode()).isZero();
            assertThat(Cli.run("write", source(ready), input, "--stream-type", 2)
                            .exitCode())
                    .isZero();
            assertThat(Cli.run("header", ready.split(" ", -1)[1], "--stream-type", 2)
                            .lines())
                    .contains("entries       1");
            serve.stop();
            assertThat(serve.exitCode()).isZero();
        }
        DataStream.open(folder.resolve("a.bin")).close();
    }

    @Test
    void aTokenLetsOthersThanThisComputerIn() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "secret\n");
        Path input = Files.writeString(folder.resolve("input"), ONE);
        try (Background serve = serve("--source-port", 0, "--source-bind", "0.0.0.0", "--source-token-file", token)) {
            String ready = serve.line();
            String address = "127.0.0.1" + ready.substring(ready.lastIndexOf(':'));
            assertThat(Cli.run("write", address, input).exitCode()).isEqualTo(1);
            assertThat(Cli.run("write", address, input, "--token-file", token).exitCode())
                    .isZero();
        }
    }

    @Test
    void withTlsBothSidesShowWhoTheyAre() throws Exception {
        Certificates server = Certificates.make(folder, "server");
        Certificates source = Certificates.make(folder, "source");
        Certificates stranger = Certificates.make(folder, "stranger");
        Path input = Files.writeString(folder.resolve("input"), ONE);
        try (Background serve = serve(
                "--source-port",
                0,
                "--source-bind",
                "0.0.0.0",
                "--source-tls-cert",
                server.certificate(),
                "--source-tls-key",
                server.key(),
                "--source-tls-clients",
                source.certificate())) {
            String ready = serve.line();
            String address = "localhost" + ready.substring(ready.lastIndexOf(':'));
            assertThat(write(address, input, server, source, "30s").err()).isEmpty();
            assertThat(write(address, input, server, stranger, "1s").exitCode()).isEqualTo(1);
            assertThat(write(address, input, stranger, source, "1s").exitCode()).isEqualTo(1);
            assertThat(Cli.run("write", address, input, "--retry", "1s").exitCode())
                    .isEqualTo(1);
            assertThat(Cli.run("header", ready.split(" ", -1)[1]).lines()).contains("entries       1");
        }
    }

    private static Cli.Run write(String address, Path input, Certificates server, Certificates source, String retry) {
        return Cli.run(
                "write",
                address,
                input,
                "--retry",
                retry,
                "--tls-ca",
                server.certificate(),
                "--tls-cert",
                source.certificate(),
                "--tls-key",
                source.key());
    }

    @Test
    void tlsFilesOfASourceThatAreMissingAreOneLine() throws Exception {
        Path none = folder.resolve("none");
        Cli.Run run = Cli.run("write", "localhost:1", "--tls-ca", none, "--tls-cert", none, "--tls-key", none);
        assertThat(run.err())
                .startsWith("sluice: TLS cannot be set up")
                .contains("none")
                .hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void withoutTokenOrTlsOthersAreKeptOut() {
        usage("it wants --source-token-file, or TLS", "--source-port", 0, "--source-bind", "0.0.0.0");
        assertThat(folder.resolve("a.bin")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--source-bind=127.0.0.1",
                "--source-lease=1s",
                "--source-token-file=x",
                "--source-tls-cert=x",
                "--source-tls-key=x",
                "--source-tls-clients=x"
            })
    void theOthersWantTheSourcePort(String option) {
        usage(option.replaceFirst("=.*", "") + " is about the source port: say --source-port too", option);
    }

    @Test
    void theTlsFilesBelongTogether() {
        for (String option : new String[] {"--source-tls-cert", "--source-tls-key", "--source-tls-clients"}) {
            usage("belong together", "--source-port", 0, option, "x");
        }
    }

    @Test
    void aLeaseHasItsLimits() {
        usage("--source-lease is 100ms to 1h", "--source-port", 0, "--source-lease", "99ms");
        usage("--source-lease is 100ms to 1h", "--source-port", 0, "--source-lease", "2h");
    }

    private void usage(String message, Object... more) {
        try (Background serve = serve(more)) {
            assertThat(serve.exitCode()).isEqualTo(2);
            assertThat(serve.err()).startsWith("sluice: ").contains(message).hasLineCount(1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void filesThatAreMissingAreOneLineAndLetGoOfTheStream() throws Exception {
        failsWith("Cannot read the token in", "--source-port", 0, "--source-token-file", folder.resolve("none"));
        Path none = folder.resolve("none");
        failsWith(
                "none",
                "--source-port",
                0,
                "--source-tls-cert",
                none,
                "--source-tls-key",
                none,
                "--source-tls-clients",
                none);
        DataStream.open(folder.resolve("a.bin")).close();
    }

    @Test
    void aSourcePortInUseIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            failsWith("Cannot listen for sources on", "--source-port", taken.getLocalPort());
        }
    }

    private void failsWith(String message, Object... more) throws Exception {
        try (Background serve = serve(more)) {
            assertThat(serve.exitCode()).isEqualTo(1);
            assertThat(serve.err()).startsWith("sluice: ").contains(message).hasLineCount(1);
        }
    }
}
