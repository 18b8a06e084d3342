package io.sluice.cli;

import io.sluice.core.Bookmark;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import java.nio.file.Path;
import java.util.Map;

/** A server on a free port, and the stream it serves. */
final class ServedStream implements AutoCloseable {
    static final String FIRST = "020000000000000000";
    static final String SECOND = "020000000000000001";

    final DataStream stream;
    final StreamServer server;

    ServedStream(Path file) {
        this(file, 0);
    }

    /** On a port that a server had before, for instance. */
    ServedStream(Path file, int port) {
        stream = DataStream.open(file);
        server = StreamServer.start(ServerOptions.defaults().withPort(port), Map.of(1L, stream.view()));
    }

    /** Six entries: two bookmarks, each with a block of type 2 and an end of type 6. */
    static ServedStream withTwoBlocks(Path file) {
        ServedStream served = new ServedStream(file);
        served.twoBlocks();
        return served;
    }

    /** What {@link #withTwoBlocks} begins with. */
    void twoBlocks() {
        block(FIRST, new byte[] {1, 2, 3});
        block(SECOND, new byte[100]);
    }

    void block(String bookmark, byte[] data) {
        stream.startAtomicOp();
        stream.addStreamBookmark(Bookmark.fromHex(bookmark));
        stream.addStreamEntry(2, data);
        stream.addStreamEntry(6, new byte[0]);
        stream.commitAtomicOp();
    }

    int port() {
        return server.address().getPort();
    }

    String address() {
        return Words.address(server.address());
    }

    @Override
    public void close() {
        server.close();
        stream.close();
    }
}
