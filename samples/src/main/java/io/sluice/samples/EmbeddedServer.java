package io.sluice.samples;

import io.sluice.core.Bookmark;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/** A sequencer that serves its own stream: the source and the server in one process. It commits two blocks a second. */
public final class EmbeddedServer {
    private static final int BLOCK = 1;
    private static final long PAUSE_MILLIS = 500;

    private EmbeddedServer() {}

    /** Takes the name of the stream file and a port, and if it should end by itself the number of blocks. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length < 2 || args.length > 3) {
            throw new IllegalArgumentException("Usage: EmbeddedServer FILE PORT [BLOCKS]");
        }
        OptionalLong blocks = args.length == 3 ? OptionalLong.of(Long.parseLong(args[2])) : OptionalLong.empty();
        run(Path.of(args[0]), Integer.parseInt(args[1]), blocks, System.out);
    }

    /** Serves, and commits so many blocks, or goes on for ever. */
    public static void run(Path file, int port, OptionalLong blocks, PrintStream out) throws InterruptedException {
        try (DataStream stream = DataStream.open(file);
                StreamServer server =
                        StreamServer.start(ServerOptions.defaults().withPort(port), Map.of(1L, stream.view()))) {
            out.println("ready " + server.address().getHostString() + ":"
                    + server.address().getPort());
            for (long n = 0; blocks.isEmpty() || n < blocks.getAsLong(); n++) {
                commitBlock(stream, n);
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static void commitBlock(DataStream stream, long n) {
        stream.startAtomicOp();
        stream.addStreamBookmark(Bookmark.of((byte) (n >> 8), (byte) n));
        stream.addStreamEntry(BLOCK, ("block " + n).getBytes(StandardCharsets.UTF_8));
        stream.commitAtomicOp();
    }

    /** How a source opens its stream when it knows what it wants. */
    static DataStream openWithOptions(Path file) {
        DataStreamOptions options = DataStreamOptions.defaults()
                .withSystemId(1101)
                .withStreamType(1)
                .withForcePolicy(ForcePolicy.interval(Duration.ofMillis(200)));
        return DataStream.open(file, options);
    }
}
