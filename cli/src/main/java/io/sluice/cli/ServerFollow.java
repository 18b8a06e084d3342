package io.sluice.cli;

import io.sluice.client.ClientException;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.ClientException.Refused;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.FollowProgress;
import io.sluice.client.StreamFollower;
import io.sluice.core.Result;
import io.sluice.zkevm.Generation;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Follows a server's stream for a user. */
final class ServerFollow {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What was written has to reach the disk before the place does. */
    private static final Duration PATIENCE_TO_STORE = Duration.ofSeconds(10);

    private final Console console;
    private final FollowChoice choice;
    private final ServerStream server;
    private final @Nullable Path output;
    private final @Nullable Path resume;

    ServerFollow(Console console, FollowChoice choice, ServerStream server) {
        this.console = console;
        this.choice = choice;
        this.server = server;
        this.output = choice.output();
        this.resume = choice.resume();
    }

    /**
     * What one run goes on from.
     *
     * @param from where the stream is wanted from
     * @param file where the place is kept; null when it is not
     * @param stored what the file held; null the first time
     * @param kept the output that belongs to that; null when there is none yet, or it is standard output
     */
    private record Run(
            FollowFrom from,
            @Nullable ResumeFile file,
            @Nullable StoredPlace stored,
            @Nullable KeptOutput kept) {}

    /** Follows to the end that is wanted; returns the exit code. */
    int run() {
        if (resume == null) {
            choice.requireNewOutput();
            return follow(new Run(choice.from(), null, null, null));
        }
        try (ResumeFile file = ResumeFile.open(resume)) {
            if (output != null && file.uses(output)) {
                throw CommandFailure.usage("--output and --resume need a file each");
            }
            StoredPlace stored = file.read(StoredPlace::parse, "remove it and the output");
            if (stored == null) {
                if (output != null) {
                    KeptOutput.requireNew(output, choice.overwrites());
                }
                return follow(new Run(choice.from(), file, null, null));
            }
            stored.requireSame(file, choice.format(), output, server.streamType());
            if (stored.output() == null || output == null) {
                return follow(new Run(stored.from(), file, stored, null));
            }
            try (KeptOutput kept = KeptOutput.reopen(output, stored.output(), file)) {
                return follow(new Run(stored.from(), file, stored, kept));
            }
        }
    }

    private int follow(Run run) {
        Generation generation = choice.isDecoding() ? generation() : null;
        boolean scrolls =
                console.terminals().out() && console.terminals().err() && output == null && !choice.isCounting();
        FollowNotices notices = new FollowNotices(console, !scrolls, Words.time(choice.giveUpAfter()));
        FollowOptions options = FollowOptions.defaults()
                .withGiveUpAfter(choice.giveUpAfter())
                .withWholeOperations(choice.wholeOperations())
                .withListener(notices);
        try (StreamFollower follower = server.follow(run.from(), options)) {
            console.stop().whenRequested(run.file() == null ? PATIENCE : PATIENCE_TO_STORE, follower::close);
            // Not before the server has agreed: a file that is to be overwritten should not be lost for nothing.
            if (output == null) {
                return write(follower, run, console.out(), null, notices, generation);
            }
            if (run.kept() != null) {
                return write(follower, run, run.kept().output(), run.kept(), notices, generation);
            }
            if (run.file() != null) {
                try (KeptOutput created = KeptOutput.create(output, choice.overwrites())) {
                    return write(follower, run, created.output(), created, notices, generation);
                }
            }
            try (Output target = OutputFile.open(output, choice.overwrites())) {
                return write(follower, run, target, null, notices, generation);
            }
        } catch (ClientException e) {
            if (console.stop().isRequested()) {
                return ExitCode.INTERRUPTED;
            }
            throw explained(e, run);
        } finally {
            notices.caughtUp();
        }
    }

    /** How a zkEVM's stream is to be read, which its first entries tell, wherever this begins. */
    private @Nullable Generation generation() {
        try (StreamEntries entries = new ServerEntries(server)) {
            return ZkevmStream.generation(entries);
        }
    }

    private int write(
            StreamFollower follower,
            Run run,
            Output target,
            @Nullable KeptOutput kept,
            FollowNotices notices,
            @Nullable Generation generation) {
        FollowProgress progress = follower.progress();
        long total = progress.nextNumber() + progress.behindBy();
        StoredPlace stored = run.stored();
        long start = stored == null ? progress.nextNumber() : stored.nextNumber(progress.nextNumber());
        if (Long.compareUnsigned(start, total) > 0) {
            throw CommandFailure.failed("The stream has only " + Words.unsigned(total) + " entries, but those up to "
                    + Words.unsigned(start - 1) + " were received: it became shorter. " + advice());
        }
        PlaceKeeper keeper = new PlaceKeeper(run.file(), target, kept, choice.format(), follower, run.from());
        if (stored == null) {
            keeper.begin();
        }
        if (kept != null) {
            kept.begin();
        }
        EntryPlace stop = choice.stop(total);
        CountPrinter counter = new CountPrinter();
        EntryPrinter printer = choice.isCounting() ? counter : choice.printer(target, generation, console);
        AlreadyWritten already =
                stored == null ? AlreadyWritten.nothing() : new AlreadyWritten(stored.written(), stored.digest());
        boolean done = false;
        try {
            if (stop == null || Long.compareUnsigned(start, stop.number()) < 0) {
                String first = run.from() instanceof FollowFrom.FromBookmark
                        ? run.from().toString()
                        : "entry " + Words.unsigned(start);
                new Follower(follower, printer, target, keeper, already, notices).run(stop, first);
            }
            if (stop != null && stop.number() == total) {
                printer.endOperation();
            }
            done = true;
            return ExitCode.OK;
        } finally {
            // Whatever ended it: what was received is kept, and what was counted is told.
            if (choice.isCounting()) {
                counter.summarize(target, choice.isJson());
            }
            target.flush();
            end(keeper, done);
        }
    }

    /** Stores the last place. When that fails after something else did, that other failure is what the command ends with. */
    private void end(PlaceKeeper keeper, boolean done) {
        try {
            keeper.store();
        } catch (CommandFailure | OutputException e) {
            if (done || console.stop().isRequested()) {
                throw e;
            }
            console.complain(String.valueOf(e.getMessage()));
        }
    }

    private RuntimeException explained(ClientException e, Run run) {
        if (e instanceof PlaceLost) {
            return CommandFailure.failed(e.getMessage() + " " + advice());
        }
        if (!(e instanceof Refused refused)) {
            return e;
        }
        int code = refused.result().code();
        if (code == Result.BAD_FROM_ENTRY.code()) {
            return CommandFailure.failed(
                    run.from() instanceof FollowFrom.FromEntry start
                            ? "The stream ends before entry " + Words.unsigned(start.number())
                                    + "; --from latest begins at its end."
                            : "The stream ends before the place where this would go on. " + advice());
        }
        if (code == Result.BAD_FROM_BOOKMARK.code() && run.from() instanceof FollowFrom.FromBookmark start) {
            return CommandFailure.failed("Bookmark " + start.bookmark() + " is not in the stream.");
        }
        return e;
    }

    /** What can be done when the stream is not the one any more that was received. */
    private String advice() {
        String keeps = output == null ? "" : output + " keeps what was received. ";
        if (resume == null) {
            return keeps + "Follow it anew to receive it as it is now.";
        }
        return keeps + "To start anew, remove " + resume + (output == null ? "." : " and " + output + ".");
    }
}
