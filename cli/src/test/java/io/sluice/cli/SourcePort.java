package io.sluice.cli;

import io.sluice.core.Entry;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.storage.DataStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A server's source port, and the stream of type 1 behind it. */
final class SourcePort implements AutoCloseable {
    final DataStream stream;
    final SourceServer server;

    SourcePort(Path file) {
        this(file, options -> options);
    }

    SourcePort(Path file, UnaryOperator<SourceServerOptions> options) {
        stream = DataStream.open(file);
        server = SourceServer.start(options.apply(SourceServerOptions.defaults()), Map.of(1L, stream));
    }

    String address() {
        return Words.address(server.address());
    }

    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < stream.getHeader().totalEntries(); i++) {
            entries.add(stream.getEntry(i));
        }
        return entries;
    }

    @Override
    public void close() {
        server.close();
        stream.close();
    }
}
