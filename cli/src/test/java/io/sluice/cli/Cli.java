package io.sluice.cli;

import io.sluice.testing.TestData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;

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
        int exitCode = Main.run(args(words), input(""), out, new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Run(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs as if on a terminal where somebody types that. */
    static Run answering(String typed, Object... words) {
        return kept(
                input(typed),
                new Terminals(true, true, true),
                new StopRequest(),
                console -> CommandTree.run(args(words), console));
    }

    /** Runs with that on standard input. */
    static Run reading(String input, Object... words) {
        return reading(input(input), new StopRequest(), words);
    }

    /** Runs with that on standard input, to the end or until it is asked to stop. */
    static Run reading(InputStream in, StopRequest stop, Object... words) {
        return kept(in, Terminals.NONE, stop, console -> CommandTree.run(args(words), console));
    }

    /** Runs what a test wants done with a console. */
    static Run kept(InputStream in, Terminals terminals, StopRequest stop, ToIntFunction<Console> command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = command.applyAsInt(console(in, out, err, terminals, stop));
        return new Run(exitCode, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    static Console console(InputStream in, OutputStream out, OutputStream err, Terminals terminals, StopRequest stop) {
        return new Console(
                in,
                new Output(Channels.newChannel(out), "standard output"),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminals,
                stop);
    }

    /** That text to be read. */
    static InputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    static String[] args(Object... words) {
        return List.of(words).stream().map(Object::toString).toArray(String[]::new);
    }

    static com.fasterxml.jackson.databind.JsonNode json(String line) {
        return TestData.parse(line);
    }
}
