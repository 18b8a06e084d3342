package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A relay takes the flags, the configuration and the environment of the relay program that operators know. */
@Timeout(60)
class RelaySettingsTest {
    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    Path folder;

    private Path write(String toml) {
        try {
            return Files.writeString(folder.resolve("relay.toml"), toml);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a relay that cannot work, in this environment, and gives what it complains of. */
    private static String complaint(Map<String, String> environment, String... words) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                InputStream.nullInputStream(),
                new Output(Channels.newChannel(new ByteArrayOutputStream()), "standard output"),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminals.NONE,
                new StopRequest());
        int exitCode = CommandTree.run(words, console, Map.of("relay", with -> new RelayCommand(with, environment)));
        assertThat(exitCode).isIn(ExitCode.FAILED, ExitCode.USAGE);
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFileOfTheKnownProgramIsUnderstood() {
        Path file = write("""
                # as it comes with that program
                Server = "127.0.0.1:6900"
                Port = 8000
                File = "testfile.bin"
                WriteTimeout = 2
                InactivityTimeout = "1m"
                log = "debug"
                """);
        RelaySettings settings = RelaySettings.read(file, NOTHING);
        assertThat(settings.servers("a:1")).containsExactly(InetSocketAddress.createUnresolved("127.0.0.1", 6900));
        assertThat(settings.port("7900")).isEqualTo(8000);
        assertThat(settings.file("x")).isEqualTo(Path.of("testfile.bin"));
        assertThat(settings.writeTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.inactivityTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.logLevel("info")).isEqualTo("debug");
    }

    @Test
    void theEnvironmentComesBeforeTheFileAndBothBeforeWhatIsUsual() {
        Path file = write("Port = 8000\nServer = \"a:1, b:2\"\n");
        RelaySettings settings =
                RelaySettings.read(file, Map.of("ZKEVM_STREAM_PORT", "9000", "ZKEVM_STREAM_SERVER", ""));
        assertThat(settings.port("7900")).isEqualTo(9000);
        assertThat(settings.servers("c:3"))
                .containsExactly(
                        InetSocketAddress.createUnresolved("a", 1), InetSocketAddress.createUnresolved("b", 2));
        assertThat(settings.file("usual.bin")).isEqualTo(Path.of("usual.bin"));
        assertThat(settings.writeTimeout()).isNull();
    }

    /** Each server is one that nobody listens at: the complaint names the one that was asked. */
    @Test
    void theCommandLineComesFirst() {
        String file = write("Server = \"127.0.0.1:1\"\nFile = \"" + folder.resolve("relay.bin") + "\"\n")
                .toString();
        Map<String, String> environment = Map.of("ZKEVM_STREAM_SERVER", "127.0.0.1:2");
        assertThat(complaint(NOTHING, "relay", "-c", file)).contains("127.0.0.1:1:");
        assertThat(complaint(environment, "relay", "--cfg", file)).contains("127.0.0.1:2:");
        assertThat(complaint(environment, "relay", "-c", file, "--server", "127.0.0.1:3"))
                .contains("127.0.0.1:3:");
        assertThat(folder.resolve("relay.bin")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "Port = 70000 | line 1, Port: a port is 0 to 65535, not '70000'",
                "Server = 'host' | line 1, Server: 'host' has no port",
                "WriteTimeout = 3000000000 | '3000000000' is not a time of up to 365 days: seconds,",
                "WriteTimeout = 'soon' | 'soon' is not a time",
                "Log = 'loud' | 'loud' is none of debug, info, warn and error",
                "Port = 1.5 | line 1, Port: text in quotes or a whole number is wanted",
                "Ports = 1 | line 1, Ports: there is no such setting; there are Server, Port, File,",
                "File = 'a' ; file = 'b' | line 2, file: it is there twice",
                "Port == 1 | line 1: Unexpected",
            })
    void whatMakesNoSenseIsRefusedWithItsPlace(String toml, String message) {
        String file = write(toml.replace(" ; ", "\n")).toString();
        assertThat(complaint(NOTHING, "relay", "-c", file))
                .startsWith("sluice: " + file)
                .contains(message);
    }

    @Test
    void aBadVariableIsNamed() {
        assertThat(complaint(Map.of("ZKEVM_STREAM_PORT", "many"), "relay"))
                .contains("environment variable ZKEVM_STREAM_PORT: a port is 0 to 65535, not 'many'");
        assertThat(complaint(NOTHING, "relay", "--port", "many")).contains("'--port'", "not 'many'");
        assertThat(complaint(NOTHING, "relay", "--log", "loud")).contains("'--log'", "'loud' is none of");
    }

    @Test
    void aFileThatIsNotThereIsTold() {
        String missing = folder.resolve("missing.toml").toString();
        assertThat(complaint(NOTHING, "relay", "-c", missing)).contains("There is no configuration file " + missing);
        assertThatThrownBy(() -> RelaySettings.read(folder, NOTHING)).hasMessageContaining("Cannot read");
    }
}
