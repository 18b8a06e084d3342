package io.sluice.cli;

import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.server.ServerOptions;
import io.sluice.server.relay.DivergencePolicy;
import io.sluice.server.relay.Relay;
import io.sluice.server.relay.RelayException;
import io.sluice.server.relay.RelayOptions;
import io.sluice.storage.ForcePolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Copies a stream from a server, and serves it. */
@Command(
        name = "relay",
        description = {
            "Copy a stream from a server, and serve the copy to clients.",
            "",
            "Serves only what the server has shown to be committed. Goes on by itself after whatever happens to the server,"
                    + " the network or the relay. When it listens it prints one line: ready ADDRESS:PORT stream=TYPE"
                    + " entries=N. Ctrl-C and SIGTERM end it in good order, with exit code 0. It ends with exit code 1 when"
                    + " somebody has to decide: the server has another stream, or another history and --on-divergence is halt.",
            "",
            "--server, --port, --file, --log, --writetimeout and --inactivitytimeout can also stand in a configuration file"
                    + " (Server = \"HOST:PORT\", ...) or in the environment (ZKEVM_STREAM_SERVER, ...). The command line comes"
                    + " before the environment, and that before the file."
        },
        footer = {
            "",
            "Examples:  sluice relay --server sequencer.example:6900",
            "           sluice relay --server a.example:6900,b.example:6900 --bind 0.0.0.0 --file datarelay.bin"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class RelayCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration NEVER = Duration.ofDays(365);
    private static final String DEFAULT_SERVER = "127.0.0.1:6900";
    private static final String DEFAULT_PORT = "7900";
    private static final String DEFAULT_FILE = "datarelay.bin";
    private static final String DEFAULT_LOG = "info";

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT[,HOST:PORT]",
            split = ",",
            converter = Arguments.ServerAddress.class,
            description =
                    "The server whose stream is copied. If there are several, one is followed, and another one when"
                            + " it is lost, silent or behind (default: " + DEFAULT_SERVER + ").")
    private @Nullable List<InetSocketAddress> servers;

    @Option(
            names = {"-c", "--cfg"},
            paramLabel = "FILE.toml",
            description = "A configuration file, with the settings named above.")
    private @Nullable Path configuration;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The stream file of the relay, made if it is not there (default: " + DEFAULT_FILE + ").")
    private @Nullable Path file;

    @Option(
            names = "--port",
            paramLabel = "N",
            converter = Arguments.Port.class,
            description = "The TCP port to listen on; 0 picks a free one (default: " + DEFAULT_PORT + ").")
    private @Nullable Integer port;

    @Option(
            names = "--log",
            paramLabel = "debug|info|warn|error",
            converter = Arguments.LogLevel.class,
            description = "How much is logged (default: " + DEFAULT_LOG + ").")
    private @Nullable String logLevel;

    @Option(
            names = "--writetimeout",
            paramLabel = "TIME",
            converter = Arguments.Timeout.class,
            description =
                    "A client that takes not a single byte for this time is closed: seconds, or with a unit (ms, s, m,"
                            + " h); 0 is never (default: 10m).")
    private @Nullable Duration writeTimeout;

    @Option(
            names = "--inactivitytimeout",
            paramLabel = "TIME",
            converter = Arguments.Timeout.class,
            description = "Is understood and has no effect: a client that waits on a quiet stream is never closed.")
    private @Nullable Duration inactivityTimeout;

    @Option(
            names = "--stream-type",
            paramLabel = "N",
            defaultValue = "1",
            converter = Arguments.UnsignedNumber.class,
            description = "Which of the server's streams; 1 is a sequencer's (default: ${DEFAULT-VALUE}).")
    private long streamType;

    @Option(
            names = "--on-divergence",
            paramLabel = "follow|halt",
            defaultValue = "follow",
            converter = OnDivergence.class,
            description =
                    "When the server's history is another one than the relay's: follow cuts the relay's file where"
                            + " they part and goes on, halt ends the relay and leaves its file (default: ${DEFAULT-VALUE}).")
    private DivergencePolicy onDivergence;

    @Option(
            names = "--force",
            paramLabel = "WHEN",
            defaultValue = "interval:1s",
            converter = Arguments.Force.class,
            description =
                    "When what is published is forced to the disk: always, interval:TIME or never. A relay receives"
                            + " again what a power cut takes (default: ${DEFAULT-VALUE}).")
    private ForcePolicy force;

    @Mixin
    private final ClientsChoice clients = new ClientsChoice();

    private final Map<String, String> environment;

    RelayCommand(Console console) {
        this(console, System.getenv());
    }

    /** In another environment. */
    RelayCommand(Console console, Map<String, String> environment) {
        super(console);
        this.environment = environment;
    }

    @Override
    public Integer call() {
        RelaySettings settings = RelaySettings.read(configuration, environment);
        List<InetSocketAddress> named = servers != null ? servers : settings.servers(DEFAULT_SERVER);
        Set<InetSocketAddress> upstreams = new LinkedHashSet<>(named);
        if (upstreams.size() < named.size()) {
            throw CommandFailure.usage((servers != null ? "--server" : "Server") + " names the same server twice");
        }
        RelayOptions options = options(upstreams, settings);
        Path stream = file != null ? file : settings.file(DEFAULT_FILE);
        LogSetup.level(logLevel != null ? logLevel : settings.logLevel(DEFAULT_LOG));
        Duration inactivity = inactivityTimeout != null ? inactivityTimeout : settings.inactivityTimeout();
        if (inactivity != null && !inactivity.isZero()) {
            log().info("The inactivity timeout has no effect: a client that waits on a quiet stream is never closed");
        }
        console.stop().whenRequested(PATIENCE, () -> {});
        Relay relay = Relay.start(stream, options);
        try (relay) {
            announce(relay);
            var unused = relay.whenHalted().thenRun(console.stop()::request);
            console.stop().await();
            RelayException why = relay.whenHalted().getNow(null);
            if (why != null) {
                throw why;
            }
            log().info("Stopping");
        }
        log().info("Stopped");
        Optional<Stopped> failure = relay.failure();
        if (failure.isPresent()) {
            // Whoever runs it learns at the end, too, that it has taken nothing more.
            throw failure.get();
        }
        return ExitCode.OK;
    }

    private RelayOptions options(Collection<InetSocketAddress> upstreams, RelaySettings settings) {
        ServerOptions served = ServerOptions.defaults();
        Duration stall = writeTimeout != null ? writeTimeout : settings.writeTimeout();
        if (stall != null) {
            served = served.withStallTimeout(stall.isZero() ? NEVER : stall);
        }
        return RelayOptions.to(upstreams.toArray(new InetSocketAddress[0]))
                .withStreamType(streamType)
                .withForcePolicy(force)
                .withOnDivergence(onDivergence)
                .withServer(clients.in(served).withPort(port != null ? port : settings.port(DEFAULT_PORT)));
    }

    private void announce(Relay relay) {
        String line = "ready " + Words.address(relay.address()) + " stream=" + Words.unsigned(streamType) + " entries="
                + Words.unsigned(relay.view().committed().entries());
        console.announce(line, log());
    }

    /** Not a constant: the logging library takes its time to start, and a wrong option should be told at once. */
    private static Logger log() {
        return LoggerFactory.getLogger(RelayCommand.class);
    }

    /** What becomes of a history that the server does not have any more. */
    static final class OnDivergence implements ITypeConverter<DivergencePolicy> {
        @Override
        public DivergencePolicy convert(String value) {
            return switch (value) {
                case "follow" -> DivergencePolicy.FOLLOW;
                case "halt" -> DivergencePolicy.HALT;
                default -> throw new TypeConversionException("'" + value + "' is neither follow nor halt");
            };
        }
    }
}
