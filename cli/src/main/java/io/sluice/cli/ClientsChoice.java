package io.sluice.cli;

import io.sluice.server.MisusePolicy;
import io.sluice.server.ServerOptions;
import java.net.InetAddress;
import picocli.CommandLine.Option;

/** Which clients a server takes, and how it treats them. */
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class ClientsChoice {
    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            converter = Arguments.BindAddress.class,
            description = "The address to listen on; 0.0.0.0 or :: for all (default: ${DEFAULT-VALUE}).")
    private InetAddress bind;

    @Option(
            names = "--on-misuse",
            paramLabel = "close|reply",
            defaultValue = "close",
            converter = Arguments.Misuse.class,
            description =
                    "What follows a command out of place, such as a query while streaming: its error result and the"
                            + " end of the connection, or the result alone, as newer Go servers do (default:"
                            + " ${DEFAULT-VALUE}).")
    private MisusePolicy onMisuse;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "10000",
            converter = Arguments.PositiveCount.class,
            description = "At this limit the longest-idle connection that streams nothing is closed for a new one"
                    + " (default: ${DEFAULT-VALUE}).")
    private int maxConnections;

    @Option(
            names = "--extensions",
            paramLabel = "on|off",
            defaultValue = "on",
            converter = Arguments.OnOff.class,
            description = "Whether the commands are known that Sluice programs have among themselves; with off they are"
                    + " invalid, as with other servers (default: ${DEFAULT-VALUE}).")
    private Arguments.Switch extensions;

    /** The same options with what was chosen. */
    ServerOptions in(ServerOptions options) {
        return options.withBindAddress(bind)
                .withMaxConnections(maxConnections)
                .withMisusePolicy(onMisuse)
                .withExtensions(extensions == Arguments.Switch.ON);
    }
}
