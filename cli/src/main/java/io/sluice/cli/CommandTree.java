package io.sluice.cli;

import io.sluice.client.ClientException;
import io.sluice.core.StreamSourceException;
import io.sluice.server.StreamServerException;
import io.sluice.server.relay.RelayException;
import io.sluice.storage.StorageException;
import io.sluice.zkevm.ZkevmException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Finds the command that is meant, runs it, and says in one line what went wrong. */
@Command(
        name = "sluice",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = CommandTree.Version.class,
        description = "Serve, write, follow and check data streams: numbered entries, committed in atomic operations.",
        footer = {
            "",
            "Numbers are unsigned decimal, bookmarks are hex digits (0x in front is allowed).",
            "Results go to standard output, everything else to standard error.",
            "Exit codes: 0 done, 1 failed or not found, 2 bad usage or bad input.",
            "",
            "Try it:   sluice demo",
            "More:     sluice COMMAND --help"
        })
final class CommandTree {
    /** How the parser calls an argument without a name, which means little to a user. */
    private static final Pattern POSITION = Pattern.compile("positional parameter at index \\S+ \\((.+?)\\)");

    private static final Map<String, Function<Console, Subcommand>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("serve", ServeCommand::new);
        COMMANDS.put("relay", RelayCommand::new);
        COMMANDS.put("write", WriteCommand::new);
        COMMANDS.put("import", ImportCommand::new);
        COMMANDS.put("follow", FollowCommand::new);
        COMMANDS.put("header", HeaderCommand::new);
        COMMANDS.put("entry", EntryCommand::new);
        COMMANDS.put("bookmark", BookmarkCommand::new);
        COMMANDS.put("range", RangeCommand::new);
        COMMANDS.put("block", BlockCommand::new);
        COMMANDS.put("batch", BatchCommand::new);
        COMMANDS.put("info", InfoCommand::new);
        COMMANDS.put("verify", VerifyCommand::new);
        COMMANDS.put("check", CheckCommand::new);
        COMMANDS.put("repair", RepairCommand::new);
        COMMANDS.put("reindex", ReindexCommand::new);
        COMMANDS.put("truncate", TruncateCommand::new);
        COMMANDS.put("snapshot", SnapshotCommand::new);
        COMMANDS.put("demo", DemoCommand::new);
    }

    private final Console console;

    private final Map<String, Function<Console, Subcommand>> commands;

    private CommandTree(Console console, Map<String, Function<Console, Subcommand>> commands) {
        this.console = console;
        this.commands = commands;
    }

    /** Runs a command; returns its exit code and throws nothing. */
    static int run(String[] args, Console console) {
        return run(args, console, COMMANDS);
    }

    /** Runs one of these commands. */
    static int run(String[] args, Console console, Map<String, Function<Console, Subcommand>> commands) {
        CommandTree tree = new CommandTree(console, commands);
        int exitCode;
        try {
            exitCode = tree.execute(args);
        } catch (Throwable t) {
            exitCode = tree.report(t);
        }
        try {
            console.out().flush();
        } catch (OutputException e) {
            return exitCode == ExitCode.OK ? tree.report(e) : exitCode;
        }
        return exitCode;
    }

    private int execute(String[] args) {
        if (args.length == 0) {
            throw CommandFailure.usage(
                    "Which command? There are " + String.join(", ", commands.keySet()) + "; see sluice --help");
        }
        StringWriter help = new StringWriter();
        CommandLine line = new CommandLine(this);
        if (commands.containsKey(args[0])) {
            add(line, args[0]);
        } else {
            // All of them are looked at for the overview only: reflection takes its time.
            commands.keySet().forEach(name -> add(line, name));
        }
        line.setOut(new PrintWriter(help));
        line.setParameterExceptionHandler((e, all) -> reportUsage(e));
        line.setExecutionExceptionHandler((e, command, result) -> report(e, command));
        int exitCode = line.execute(args);
        console.out().put(help.toString());
        return exitCode;
    }

    private void add(CommandLine line, String name) {
        Function<Console, Subcommand> command = commands.get(name);
        if (command != null) {
            line.addSubcommand(name, command.apply(console));
        }
    }

    private int reportUsage(ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String message = String.valueOf(e.getMessage());
        if (command.equals("sluice") && e instanceof UnmatchedArgumentException unmatched) {
            message = "There is no " + (unmatched.isUnknownOption() ? "option" : "command") + " '"
                    + unmatched.getUnmatched().get(0) + "'";
        }
        message = POSITION.matcher(message).replaceFirst("$1");
        console.complain(message + "; see " + command + " --help");
        return ExitCode.USAGE;
    }

    private int report(Exception failure, CommandLine command) {
        if (failure instanceof CommandFailure known && known.helpHelps()) {
            console.complain(
                    known.getMessage() + "; see " + command.getCommandSpec().qualifiedName() + " --help");
            return ExitCode.USAGE;
        }
        return report(failure);
    }

    private int report(Throwable failure) {
        if (failure instanceof OutputException output && output.readerLeft()) {
            return ExitCode.OK;
        }
        if (failure instanceof CommandFailure known) {
            console.complain(String.valueOf(known.getMessage()));
            return known.exitCode();
        }
        boolean understood = failure instanceof ClientException
                || failure instanceof StorageException
                || failure instanceof StreamSourceException
                || failure instanceof StreamServerException
                || failure instanceof RelayException
                || failure instanceof ZkevmException
                || failure instanceof OutputException;
        String name = failure.getClass().getSimpleName();
        String message = failure.getMessage();
        if (understood && message != null) {
            console.complain(message);
        } else {
            console.complain("Unexpected " + name + (message == null ? "" : ": " + message));
        }
        return ExitCode.FAILED;
    }

    /** Tells the version that the jar's manifest holds; classes that are run without their jar have none. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = CommandTree.class.getPackage().getImplementationVersion();
            return new String[] {"sluice " + (version == null ? "(not packaged)" : version)};
        }
    }
}
