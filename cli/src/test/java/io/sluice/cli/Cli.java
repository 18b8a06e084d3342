package io.sluice.cli;

import io.sluice.testing.TestData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs commands in this process, and keeps what they say. */
final class Cli {
    private Cli() {}

    /** How a command ended, and what it wrote. */
    record Run(int exitCode, byte[] bytes, String err) {
        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        List<String> lines() {
            return out().lines().toList();
        }
    }

    static Run run(Object... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Main.run(
                args(words),
                new ByteArrayInputStream(new byte[0]),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Run(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs as if on a terminal where somebody types that. */
    static Run answering(String typed, Object... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new Output(Channels.newChannel(out), "standard output"),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new Terminals(true, true, true),
                new StopRequest());
        int exitCode = CommandTree.run(args(words), console);
        return new Run(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    static String[] args(Object... words) {
        return List.of(words).stream().map(Object::toString).toArray(String[]::new);
    }

    static com.fasterxml.jackson.databind.JsonNode json(String line) {
        return TestData.parse(line);
    }
}
