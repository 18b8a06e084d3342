package io.sluice.cli;

/** Sources over TCP. */
final class TcpSources {
    static final SourceConnector CONNECTOR = (server, options, takeOver) -> {
        throw CommandFailure.failed("There are no sources over TCP yet.");
    };

    private TcpSources() {}
}
