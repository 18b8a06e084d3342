package io.sluice.systemtests;

import io.sluice.core.StreamSource;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.StreamView;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stream source of either kind, and the stream that it writes. */
final class SourceRig implements AutoCloseable {
    /** Where the source is. */
    enum Kind {
        EMBEDDED,
        REMOTE
    }

    private final DataStream stream;
    private final @Nullable SourceServer server;
    private final StreamSource source;

    SourceRig(Kind kind, Path file, DataStreamOptions options) {
        stream = DataStream.open(file, options);
        if (kind == Kind.EMBEDDED) {
            server = null;
            source = stream;
        } else {
            server = SourceServer.start(SourceServerOptions.defaults(), Map.of(1L, stream));
            source = RemoteStreamSource.connect(server.address(), SourceOptions.defaults());
        }
    }

    StreamSource source() {
        return source;
    }

    StreamView view() {
        return stream.view();
    }

    @Override
    public void close() {
        source.close();
        if (server != null) {
            server.close();
        }
        stream.close();
    }
}
