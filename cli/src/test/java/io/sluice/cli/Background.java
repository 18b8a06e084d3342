package io.sluice.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A command that runs while the test goes on, and can be asked to stop as Ctrl-C does. */
final class Background implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final StopRequest stop = new StopRequest();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final BufferedReader out;
    private final Thread thread;

    /** Wakes its reader with each write; a reader that nobody wakes looks once a second. */
    private static final class PromptPipe extends PipedOutputStream {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            super.write(bytes, offset, length);
            flush();
        }
    }

    Background(Object... words) {
        this(Cli.args(words), false);
    }

    /** A command that was asked to stop before it began, or not. */
    Background(String[] args, boolean stopped) {
        if (stopped) {
            stop.request();
        }
        PipedOutputStream pipe = new PromptPipe();
        try {
            out = new BufferedReader(
                    new InputStreamReader(new PipedInputStream(pipe, 1 << 20), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Console console = Cli.console(Cli.input(""), pipe, err, Terminals.NONE, stop);
        thread = new Thread(
                () -> {
                    try (pipe) {
                        exitCode.complete(CommandTree.run(args, console));
                    } catch (Throwable t) {
                        exitCode.completeExceptionally(t);
                    }
                },
                "command");
        thread.setDaemon(true);
        thread.start();
    }

    /** The next line of standard output; null at its end. */
    String line() throws IOException {
        return out.readLine();
    }

    /** The HOST:PORT of a server's first line. */
    String readyAddress() throws IOException {
        return line().split(" ", -1)[1];
    }

    /** Waits until the command is in a method of this class: there is nothing else to see of it. */
    void awaitIn(Class<?> type) throws TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (Arrays.stream(thread.getStackTrace())
                .noneMatch(frame -> frame.getClassName().equals(type.getName()))) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("the command never came to " + type.getSimpleName());
            }
            Thread.onSpinWait();
        }
    }

    void stop() {
        stop.request();
    }

    int exitCode() throws Exception {
        return exitCode.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        stop.request();
        exitCode();
    }
}
