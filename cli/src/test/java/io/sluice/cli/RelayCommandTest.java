package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RelayCommandTest {
    @TempDir
    Path folder;

    @Test
    void servesWhatItsServerHas() throws Exception {
        Path file = folder.resolve("relay.bin");
        try (ServedStream served = ServedStream.withTwoBlocks(folder.resolve("source.bin"));
                Background relay = new Background("relay", "--server", served.address(), "--file", file, "--port", 0)) {
            String ready = relay.line();
            assertThat(ready).matches("ready 127\\.0\\.0\\.1:\\d+ stream=1 entries=\\d+");
            String address = ready.split(" ", -1)[1];
            // It begins where the relay will be, which the relay may not have reached yet.
            assertThat(Cli.run("follow", served.address(), "--until", 6).exitCode())
                    .isZero();
            try (Background follow = new Background("follow", address, "--count", "--until", 7)) {
                served.block("020000000000000002", new byte[5]);
                assertThat(follow.exitCode()).isZero();
            }
            assertThat(Cli.run("entry", address, 5).out())
                    .isEqualTo(Cli.run("entry", served.address(), 5).out());
            relay.stop();
            assertThat(relay.exitCode()).isZero();
            assertThat(relay.line()).isNull();
        }
        assertThat(Cli.run("verify", file).exitCode()).isZero();
    }

    @Test
    void anotherStreamEndsIt() throws Exception {
        Path file = folder.resolve("relay.bin");
        try (ServedStream served = ServedStream.withTwoBlocks(folder.resolve("source.bin"));
                ServedStream other = new ServedStream(folder.resolve("other.bin"))) {
            try (Background relay =
                    new Background("relay", "--server", served.address(), "--file", file, "--port", 0)) {
                assertThat(Cli.run("follow", relay.readyAddress(), "--count", "--until", 6)
                                .exitCode())
                        .isZero();
            }
            for (int i = 0; i < 3; i++) {
                other.block(ServedStream.SECOND, new byte[50]);
            }
            Cli.Run run = Cli.run("relay", "--server", other.address(), "--file", file, "--port", 0);
            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err()).contains("sluice: The upstream has another stream than the relay");
        }
    }

    @Test
    void saysWhatIsWrongWithItsOptions() {
        assertUsage("names the same server twice", "relay", "--server", "a:1,a:1");
        assertUsage("'a' has no port", "relay", "--server", "a");
        assertUsage("'stay' is neither follow nor halt", "relay", "--server", "a:1", "--on-divergence", "stay");
    }

    private static void assertUsage(String message, Object... words) {
        Cli.Run run = Cli.run(words);
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(message).contains("see sluice relay --help");
    }

    @Test
    void aServerThatIsNotThereIsToldAtOnceIfTheFileIsNew() {
        Path file = folder.resolve("relay.bin");
        Cli.Run run = Cli.run("relay", "--server", "127.0.0.1:1", "--file", file, "--port", 0);
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("A new file gets its header from the upstream")
                .contains("127.0.0.1:1");
        assertThat(Files.exists(file)).isFalse();
    }
}
