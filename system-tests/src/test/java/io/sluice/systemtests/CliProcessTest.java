package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamSourceException;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import io.sluice.storage.DataStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process: signals, exit codes and pipes. */
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class CliProcessTest {
    private static final int PATIENCE_SECONDS = 60;

    /** What a shell tells of a process that Ctrl-C, or SIGTERM, ended. */
    private static final int ENDED_BY_INT = 130;

    private static final int ENDED_BY_TERM = 143;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private Path file;

    @BeforeEach
    void write() {
        file = folder.resolve("stream.bin");
        try (DataStream stream = DataStream.open(file)) {
            stream.startAtomicOp();
            stream.addStreamBookmark(Bookmark.of((byte) 1));
            for (int i = 1; i < 20_000; i++) {
                stream.addStreamEntry(2, new byte[200]);
            }
            stream.commitAtomicOp();
        }
    }

    @AfterEach
    void endWhatWasStarted() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aServerThatIsTerminatedStopsCleanlyWithExitCodeZero() throws Exception {
        for (String signal : new String[] {"TERM", "INT"}) {
            Process server = start("serve", "--file", file.toString(), "--port", "0");
            assertThat(server.inputReader().readLine()).matches("ready 127\\.0\\.0\\.1:\\d+ stream=1 entries=20000");
            signal(server, signal);
            assertThat(exitCode(server)).as(signal).isZero();
            assertThat(server.inputReader().readLine()).isNull();
            assertThat(errors(server)).contains("Stopped").doesNotContain("Exception", "\tat ");
        }
    }

    @Test
    void aServerWhoseDiskFailsServesWhatItHasAndEndsWithExitCodeOne() throws Exception {
        // The file must not grow: that is no want of room, which would fail the operation alone.
        List<String> limited =
                new ArrayList<>(List.of("sh", "-c", "ulimit -f " + Files.size(file) / 512 + "; exec \"$@\"", "sh"));
        limited.addAll(command("serve", "--file", file.toString(), "--port", "0", "--source-port", "0"));
        Process server = new ProcessBuilder(limited).start();
        started.add(server);
        String ready = server.inputReader().readLine();
        assertThat(ready).matches("ready 127\\.0\\.0\\.1:\\d+ stream=1 entries=20000 source=127\\.0\\.0\\.1:\\d+");
        long acknowledged = 20_000;
        try (RemoteStreamSource source = RemoteStreamSource.connect(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(),
                        Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1))),
                SourceOptions.defaults())) {
            while (true) {
                source.startAtomicOp();
                source.addStreamEntry(2, new byte[1_000_000]);
                acknowledged = source.commitAtomicOp().totalEntries();
            }
        } catch (StreamSourceException.Stopped e) {
            assertThat(e).hasMessageContainingAll("takes nothing more", "File too large");
        }
        assertThat(acknowledged).isBetween(20_050L, 20_110L);

        String address = ready.split(" ", -1)[1];
        Process header = start("header", address);
        assertThat(new String(header.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains(String.valueOf(acknowledged));
        Process follow = start("follow", address, "--from", String.valueOf(acknowledged - 1), "--format", "json");
        assertThat(follow.inputReader().readLine()).startsWith("{\"number\":" + (acknowledged - 1) + ",");

        signal(server, "TERM");
        assertThat(exitCode(server)).isEqualTo(1);
        assertThat(errors(server).lines().reduce((before, last) -> last))
                .hasValueSatisfying(last -> assertThat(last).startsWith("sluice: The stream takes nothing more"));
        assertThat(exitCode(start("verify", file.toString()))).isZero();
    }

    @Test
    void aServerThatCannotListenEndsWithExitCodeOne() throws Exception {
        String address = serve();
        Process second = start(
                "serve",
                "--file",
                folder.resolve("other.bin").toString(),
                "--port",
                address.substring(address.lastIndexOf(':') + 1));
        assertThat(exitCode(second)).isEqualTo(1);
        assertThat(errors(second)).startsWith("sluice: Cannot listen on").hasLineCount(1);
    }

    @Test
    void aFileIsServedByOneProcessOnly() throws Exception {
        serve();
        Process second = start("serve", "--file", file.toString(), "--port", "0");
        assertThat(exitCode(second)).isEqualTo(1);
        assertThat(errors(second))
                .startsWith("sluice: ")
                .contains("is being written already")
                .hasLineCount(1);
        Process info = start("info", file.toString());
        String text = info.inputReader().lines().toList().toString();
        assertThat(text).contains("entries       20000");
        assertThat(exitCode(info)).isZero();
    }

    @Test
    void aClientThatIsInterruptedHasWrittenAllThatItReceived() throws Exception {
        String server = serve();
        Map<String, Integer> exitCodes = Map.of("INT", ENDED_BY_INT, "TERM", ENDED_BY_TERM);
        for (String signal : exitCodes.keySet()) {
            Process follow = start("follow", server, "--format", "json");
            BufferedReader lines = follow.inputReader();
            for (int i = 0; i < 20_000; i++) {
                assertThat(lines.readLine()).startsWith("{\"number\":" + i + ",");
            }
            signal(follow, signal);
            assertThat(exitCode(follow)).isEqualTo(exitCodes.get(signal));
            assertThat(errors(follow)).isEmpty();
        }
    }

    @Test
    void aClientWhoseServerDiesEndsWithExitCodeOneWhenItIsNotToTryAgain() throws Exception {
        Process follow = start("follow", serve(), "--from", "19999", "--give-up-after", "0s");
        assertThat(follow.inputReader().readLine()).contains("19999");
        started.get(0).destroyForcibly();
        assertThat(exitCode(follow)).isEqualTo(1);
        assertThat(errors(follow)).startsWith("sluice: ").hasLineCount(1);
    }

    @Test
    void aReaderThatHasSeenEnoughEndsIt() throws Exception {
        String command = String.join("' '", command("follow", serve(), "--format", "json"));
        Process shell =
                new ProcessBuilder("sh", "-c", "{ '" + command + "'; echo \"exit $?\" >&2; } | head -n 2").start();
        started.add(shell);
        assertThat(shell.inputReader().lines().toList()).hasSize(2);
        assertThat(exitCode(shell)).isZero();
        assertThat(errors(shell)).isEqualToIgnoringNewLines("exit 0");
    }

    @Test
    void theDemoDeletesItsFolderWhenItIsInterrupted() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        List<String> command = command("demo", "--seconds", "1000");
        command.add(1, "-Djava.io.tmpdir=" + temporary);
        Process demo = new ProcessBuilder(command).start();
        started.add(demo);
        assertThat(demo.inputReader().readLine()).startsWith("A server on");
        signal(demo, "INT");
        assertThat(exitCode(demo)).isEqualTo(ENDED_BY_INT);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void theScriptWorksFromAnotherFolder() throws Exception {
        Path home = Path.of(System.getProperty("sluice.home", ".."));
        // Without the jar the script would start a build in the middle of this one.
        Assumptions.assumeTrue(Files.exists(home.resolve("cli/target/sluice.jar")), "the command is not packaged");
        Process version = new ProcessBuilder(
                        home.resolve("sluice").toAbsolutePath().toString(), "--version")
                .directory(folder.toFile())
                .start();
        started.add(version);
        assertThat(version.inputReader().lines().toList())
                .singleElement()
                .asString()
                .matches("sluice \\d.*");
        assertThat(exitCode(version)).isZero();
    }

    /** Starts a server; its HOST:PORT. */
    private String serve() throws IOException {
        Process server = start("serve", "--file", file.toString(), "--port", "0");
        return server.inputReader().readLine().split(" ", -1)[1];
    }

    private Process start(String... words) throws IOException {
        Process process = new ProcessBuilder(command(words)).start();
        started.add(process);
        return process;
    }

    private static List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main"));
        command.addAll(List.of(words));
        return command;
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static String errors(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
