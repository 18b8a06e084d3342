package io.sluice.cli;

import io.sluice.source.RemoteStreamSource;

/** Sources of a stream behind a server, over TCP. */
final class TcpSources {
    static final SourceConnector CONNECTOR = (server, options, takeOver) -> {
        RemoteStreamSource source =
                takeOver ? RemoteStreamSource.takeOver(server, options) : RemoteStreamSource.connect(server, options);
        return new SourceConnection(source, source.grant());
    };

    private TcpSources() {}
}
