package io.sluice.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;

/** The entry point of the {@code sluice} command. */
public final class Main {

    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        StopRequest stop = new StopRequest();
        Runtime.getRuntime().addShutdownHook(new Thread(stop::onShutdown, "sluice-stop"));
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        // Not System.out: it swallows write errors, and a closed pipe has to end a command.
        Output out = new Output(new FileOutputStream(FileDescriptor.out).getChannel(), "standard output");
        int exitCode = CommandTree.run(args, new Console(System.in, out, err, Terminals.detect(), stop));
        stop.commandEnded(exitCode);
        System.exit(exitCode);
    }

    /**
     * Runs a command within this process, without a terminal.
     *
     * @return the exit code: 0, 1 for a failure, 2 for bad usage
     */
    static int run(String[] args, InputStream in, OutputStream out, PrintStream err) {
        Output output = new Output(Channels.newChannel(out), "standard output");
        return CommandTree.run(args, new Console(in, output, err, Terminals.NONE, new StopRequest()));
    }
}
