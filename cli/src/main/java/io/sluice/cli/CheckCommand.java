package io.sluice.cli;

import io.sluice.client.FollowOptions;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.StreamCheck;
import io.sluice.zkevm.StreamSummary;
import io.sluice.zkevm.tx.SignedTransaction;
import io.sluice.zkevm.tx.TransactionException;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks what a zkEVM's stream says. */
@Command(
        name = "check",
        description = {
            "Check all entries of a zkEVM's stream.",
            "",
            "Reads it from its first entry to the end that it has now, and tells everything that cannot be: gaps and"
                    + " repeats, blocks and batches out of order or without their end, bookmarks that are missing or"
                    + " name something else, transactions outside of their block, and data that cannot be decoded. A"
                    + " line for each fault, then a summary. Exit code 0 when all is good, 1 when something is wrong."
        },
        footer = {"", "Examples:  sluice check localhost:6900", "           sluice check mainnet.bin --format json"})
final class CheckCommand extends Subcommand {
    @Mixin
    private final StreamChoice stream = new StreamChoice();

    @Mixin
    private final Format format = new Format();

    @Option(
            names = "--max-faults",
            paramLabel = "N",
            defaultValue = "1000",
            converter = Arguments.PositiveCount.class,
            description = "Tell so many faults, and only count the others (default: ${DEFAULT-VALUE}).")
    private int maxFaults;

    @Option(
            names = "--give-up-after",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Arguments.Time.class,
            description = "How long to try to connect to a server again before it fails (units ms, s, m, h); 0s never"
                    + " tries again (default: ${DEFAULT-VALUE}).")
    private Duration giveUpAfter = FollowOptions.defaults().giveUpAfter();

    CheckCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        long started = System.nanoTime();
        ProgressLine progress = new ProgressLine(console);
        FaultPrinter printer = new FaultPrinter(console.out(), format.isJson(), maxFaults, progress::clear);
        StreamCheck check = new StreamCheck(printer::print, CheckCommand::wrongWith);
        String name;
        try {
            if (stream.location() instanceof StreamLocation.Server server) {
                name = Words.address(server.address());
                new CheckedServer(console, progress, check).read(server.address(), stream.streamType(), giveUpAfter);
            } else {
                StreamLocation.File file = (StreamLocation.File) stream.location();
                name = file.path().toString();
                CheckedFile.read(file.path(), progress, check);
            }
        } finally {
            progress.clear();
        }
        StreamSummary summary = check.finish();
        printer.summarize(summary, Duration.ofNanos(System.nanoTime() - started));
        if (summary.isGood()) {
            return ExitCode.OK;
        }
        console.out().flush();
        console.complain(name + " has " + Words.count(summary.faultCount(), "fault", "faults") + ".");
        return ExitCode.FAILED;
    }

    /** What is wrong with a signed transaction. Who has signed it is not asked: that takes a while. */
    private static Optional<String> wrongWith(Bytes encoded) {
        try {
            SignedTransaction.check(encoded);
            return Optional.empty();
        } catch (TransactionException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
