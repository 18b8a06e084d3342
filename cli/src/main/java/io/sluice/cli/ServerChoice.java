package io.sluice.cli;

import io.sluice.client.StreamClient;
import java.net.InetSocketAddress;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which stream of which server a command talks to. */
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class ServerChoice {
    @Parameters(
            index = "0",
            paramLabel = "HOST:PORT",
            converter = Arguments.ServerAddress.class,
            description = "The server, for instance localhost:6900 or [::1]:6900.")
    private InetSocketAddress server;

    @Option(
            names = "--stream-type",
            paramLabel = "N",
            defaultValue = "1",
            converter = Arguments.UnsignedNumber.class,
            description = "Which of the server's streams; 1 is a sequencer's (default: ${DEFAULT-VALUE}).")
    private long streamType;

    StreamClient connect() {
        return new ServerStream(server, streamType).connect();
    }
}
