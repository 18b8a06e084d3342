package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.StreamClient;
import io.sluice.core.StreamHeader;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A {@code sluice relay} with little memory, in a process of its own. */
final class RelayProcess {
    private static final Pattern FOLLOWS = Pattern.compile(" Follows \\S+ from entry (\\d+) on");
    private static final long COMPARED_BYTES = 1 << 30;

    private RelayProcess() {}

    /**
     * Starts one.
     *
     * @param wrapper a command in front, which runs what follows it
     * @param errors takes what it logs
     */
    static Process start(List<String> wrapper, String server, Path file, Path errors) throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.cli.Main",
                "relay",
                "--server",
                server,
                "--file",
                file.toString(),
                "--port",
                "0"));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
    }

    /** The port that it says it serves. */
    static int readyPort(Process process, Path errors) throws IOException {
        // Not closed: that would close the process's output.
        BufferedReader out = process.inputReader();
        @Nullable String ready = out.readLine();
        assertThat(ready).as(Files.readString(errors)).matches("ready 127\\.0\\.0\\.1:\\d+ stream=1 entries=\\d+");
        return Integer.parseInt(ready.split("[: ]", -1)[2]);
    }

    /** Where it has begun to follow, each time, as it has logged that. */
    static List<Long> begins(Path errors) throws IOException {
        return FOLLOWS.matcher(Files.readString(errors))
                .results()
                .map(found -> Long.valueOf(found.group(1)))
                .toList();
    }

    static StreamHeader header(int port) {
        try (StreamClient client =
                StreamClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return client.header();
        }
    }

    /** The first byte in which two files differ; -1 when there is none up to this length. */
    static long mismatch(Path one, Path other, long length) throws IOException {
        try (FileChannel a = FileChannel.open(one);
                FileChannel b = FileChannel.open(other)) {
            // A mapping has less than 2 GiB.
            for (long from = 0; from < length; from += COMPARED_BYTES) {
                long count = Math.min(COMPARED_BYTES, length - from);
                int different = a.map(FileChannel.MapMode.READ_ONLY, from, count)
                        .mismatch(b.map(FileChannel.MapMode.READ_ONLY, from, count));
                if (different >= 0) {
                    return from + different;
                }
            }
            return -1;
        }
    }
}
