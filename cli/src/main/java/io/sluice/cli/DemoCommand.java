package io.sluice.cli;

import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.StreamSource;
import io.sluice.server.ServerOptions;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import io.sluice.storage.DataStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows all of it at work, in one process. */
@Command(
        name = "demo",
        description = {
            "Show a stream at work, and check it.",
            "",
            "In one process, and in a temporary folder that is deleted afterwards, a source commits blocks of a made-up zkEVM,"
                    + " each forced to the disk, a server streams them, and a client that follows over TCP checks that each"
                    + " entry comes once, in order, with the bytes that were committed, and makes blocks of them again.",
            "On a terminal each block is shown as it arrives, with its first transaction. At the end a burst, as fast as it goes. Exit code 1 if"
                    + " anything was lost, repeated or different."
        },
        footer = {"", "Examples:  sluice demo --seconds 5", "           sluice demo --remote"})
final class DemoCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long STREAM_TYPE = 1;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            converter = Arguments.PositiveCount.class,
            description = "How long blocks come at a steady pace, before the burst (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--remote",
            description =
                    "The source is one of another process in all but name: it writes over TCP, into the server's source"
                            + " port.")
    private boolean remote;

    DemoCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        LogSetup.quiet();
        console.stop().whenRequested(PATIENCE, () -> {});
        Path folder = null;
        try {
            folder = Files.createTempDirectory("sluice-demo");
            long seed = System.nanoTime();
            return run(folder.resolve("demo.bin"), seed, new EntryChecker(seed));
        } catch (IOException e) {
            throw CommandFailure.failed("Cannot make a temporary folder: " + Words.reason(e) + ".");
        } finally {
            if (folder != null) {
                delete(folder);
            }
        }
    }

    /** The source makes its blocks from the seed, and the checker knows what it makes of it. */
    int run(Path file, long seed, EntryChecker checker) {
        try (DataStream stream = DataStream.open(file);
                StreamServer server =
                        StreamServer.start(ServerOptions.defaults(), Map.of(STREAM_TYPE, stream.view()))) {
            if (!remote) {
                return run(stream, ", a source that", server.address(), seed, checker);
            }
            try (SourceServer sources =
                            SourceServer.start(SourceServerOptions.defaults(), Map.of(STREAM_TYPE, stream));
                    RemoteStreamSource source =
                            RemoteStreamSource.connect(sources.address(), SourceOptions.defaults())) {
                String where = ", a source that writes to " + Words.address(sources.address()) + " and";
                return run(source, where, server.address(), seed, checker);
            }
        }
    }

    private int run(StreamSource to, String who, InetSocketAddress server, long seed, EntryChecker checker) {
        try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(0), FollowOptions.defaults())) {
            console.out()
                    .line("A server on " + Words.address(server) + who + " commits "
                            + DemoSource.BLOCKS_PER_SECOND + " blocks a second for " + seconds
                            + " s, and a client that follows.")
                    .flush();
            DemoSource source = new DemoSource(to, seed, Duration.ofSeconds(seconds), console.stop());
            DemoReceiver receiver = receive(follower, source, checker);
            return report(source, receiver, checker);
        }
    }

    private DemoReceiver receive(StreamFollower follower, DemoSource source, EntryChecker checker) {
        try (DemoScreen screen = console.terminals().out() ? new DemoScreen(console.out()) : null) {
            DemoReceiver receiver = new DemoReceiver(follower, source, checker, screen);
            Thread thread = new Thread(source, "sluice-demo-source");
            thread.setDaemon(true);
            thread.start();
            try {
                receiver.run();
            } finally {
                source.end(thread);
            }
            return receiver;
        }
    }

    private int report(DemoSource source, DemoReceiver receiver, EntryChecker checker) {
        source.throwFailure();
        Output out = console.out();
        out.line("committed  " + source.steadyFigures());
        if (receiver.latencies().count() > 0) {
            out.line("latency    " + receiver.latencies().medianAndTail()
                    + ", from the call of commit to the client's receipt, after the first second");
            out.line("           " + source.forced().medianAndTail()
                    + ", of that, for commit itself, which forces the disk");
        }
        if (source.hasBurst()) {
            out.line("burst      " + source.burstFigures(receiver.lastReceivedAtNanos()));
        }
        out.line("received   " + Words.grouped(checker.received()) + " of " + Words.entries(source.committedEntries())
                + ": " + checker.verdict());
        out.line("decoded    " + receiver.decoded());
        if (!checker.isGood()) {
            throw CommandFailure.failed("The client did not receive what was committed: " + checker.verdict());
        }
        String problem = receiver.problem(source.committedBlocks());
        if (problem != null) {
            throw CommandFailure.failed("The client received other blocks than were committed. " + problem);
        }
        return console.stop().isRequested() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    private void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        } catch (IOException e) {
            console.complain("Cannot delete " + folder + ": " + Words.reason(e) + ".");
        }
    }
}
