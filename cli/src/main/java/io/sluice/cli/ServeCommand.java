package io.sluice.cli;

import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.server.ServerOptions;
import io.sluice.server.SourceServer;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.storage.StreamView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves stream files. */
@Command(
        name = "serve",
        description = {
            "Serve a stream file, or several, to clients.",
            "",
            "Makes a file that is not there, never a folder. When it listens it prints one line: ready ADDRESS:PORT stream=TYPE entries=N (the last two again for each"
                    + " further stream; with --source-port source=ADDRESS:PORT behind them). Ctrl-C and SIGTERM end it in good"
                    + " order, with exit code 0, or 1 when the disk has failed a stream, which is served on until then."
        },
        footer = {
            "",
            "Examples:  sluice serve --file mainnet.bin",
            "           sluice serve --file mainnet.bin --bind 0.0.0.0 --force interval:200ms",
            "           sluice serve --stream 1=sequencer.bin --stream 2=other.bin --port 0",
            "           sluice serve --file mainnet.bin --source-port 6910"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class ServeCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Option(names = "--file", paramLabel = "FILE", description = "The stream file of stream type --stream-type.")
    private @Nullable Path file;

    @Option(
            names = "--stream",
            paramLabel = "TYPE=FILE",
            description = "A stream type and its file; once for each further stream.")
    private @Nullable List<String> streams;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "6900",
            converter = Arguments.Port.class,
            description = "The TCP port to listen on; 0 picks a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--stream-type",
            paramLabel = "N",
            defaultValue = "1",
            converter = Arguments.UnsignedNumber.class,
            description = "The stream type of --file (default: ${DEFAULT-VALUE}).")
    private long streamType;

    @Option(
            names = "--system-id",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "The system id, for instance the chain id, that new files get (default: 1) and that others"
                    + " must have (default: any).")
    private @Nullable Long systemId;

    @Option(
            names = "--stream-version",
            paramLabel = "N",
            converter = Arguments.StreamVersion.class,
            description = "The version of the content, 0 to 255, that new files get (default: 1) and that others must"
                    + " have (default: any).")
    private @Nullable Integer streamVersion;

    @Option(
            names = "--force",
            paramLabel = "WHEN",
            defaultValue = "always",
            converter = Arguments.Force.class,
            description = "When commits are forced to the disk: always (before each is acknowledged), interval:TIME"
                    + " (together, once in this time: a power cut takes no more than that; units ms, s, m, h), or never"
                    + " (default: ${DEFAULT-VALUE}).")
    private ForcePolicy force;

    @Mixin
    private final ClientsChoice clients = new ClientsChoice();

    @Mixin
    private final SourcePortChoice sourcePort = new SourcePortChoice();

    ServeCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        SortedMap<Long, Path> files = files();
        sourcePort.check();
        Map<Long, DataStream> open = new TreeMap<>(Long::compareUnsigned);
        console.stop().whenRequested(PATIENCE, () -> {});
        try {
            Map<Long, StreamView> views = new TreeMap<>(Long::compareUnsigned);
            files.forEach((type, path) -> {
                DataStream stream = DataStream.open(path, options(type));
                open.put(type, stream);
                views.put(type, stream.view());
            });
            ServerOptions options = clients.in(ServerOptions.defaults()).withPort(port);
            try (StreamServer server = StreamServer.start(options, views);
                    SourceServer sources = sourcePort.start(open)) {
                announce(server, views, sources);
                console.stop().await();
                log().info("Stopping");
            }
        } finally {
            open.values().forEach(DataStream::close);
        }
        log().info("Stopped");
        return exitCode(open.values());
    }

    /** Whoever runs it learns at the end, too, that a stream has taken nothing more. */
    private int exitCode(Collection<DataStream> closed) {
        int code = ExitCode.OK;
        for (DataStream stream : closed) {
            Optional<Stopped> failure = stream.failure();
            if (failure.isPresent()) {
                console.complain(String.valueOf(failure.get().getMessage()));
                code = ExitCode.FAILED;
            }
        }
        return code;
    }

    private SortedMap<Long, Path> files() {
        SortedMap<Long, Path> files = new TreeMap<>(Long::compareUnsigned);
        if (file != null) {
            files.put(streamType, file);
        }
        for (String stream : streams == null ? List.<String>of() : streams) {
            int sign = stream.indexOf('=');
            long type = streamTypeOf(stream, sign);
            if (files.put(type, Path.of(stream.substring(sign + 1))) != null) {
                throw CommandFailure.usage("Stream type " + Words.unsigned(type) + " has two files");
            }
        }
        if (files.isEmpty()) {
            throw CommandFailure.usage("Which file? Say --file FILE");
        }
        return files;
    }

    /** The type in {@code TYPE=FILE}; the whole range of u64. */
    private static long streamTypeOf(String stream, int sign) {
        try {
            if (sign > 0 && sign < stream.length() - 1 && Character.isDigit(stream.charAt(0))) {
                return Long.parseUnsignedLong(stream.substring(0, sign));
            }
        } catch (NumberFormatException e) {
            // Told below, as every other word that is none.
        }
        throw CommandFailure.usage("--stream wants TYPE=FILE, for instance 2=other.bin, not '" + stream + "'");
    }

    private DataStreamOptions options(long type) {
        DataStreamOptions options =
                DataStreamOptions.defaults().withStreamType(type).withForcePolicy(force);
        if (systemId != null) {
            options = options.withSystemId(systemId);
        }
        return streamVersion == null ? options : options.withVersion(streamVersion);
    }

    private void announce(StreamServer server, Map<Long, StreamView> views, @Nullable SourceServer sources) {
        StringBuilder line = new StringBuilder("ready ").append(Words.address(server.address()));
        views.forEach((type, view) -> line.append(" stream=")
                .append(Words.unsigned(type))
                .append(" entries=")
                .append(Words.unsigned(view.committed().entries())));
        if (sources != null) {
            line.append(" source=").append(Words.address(sources.address()));
        }
        console.announce(line.toString(), log());
    }

    /** Not a constant: the logging library takes its time to start, and a wrong option should be told at once. */
    private static Logger log() {
        return LoggerFactory.getLogger(ServeCommand.class);
    }
}
