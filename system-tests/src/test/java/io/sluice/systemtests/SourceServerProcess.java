package io.sluice.systemtests;

import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A server with a source port in a process of its own, until it is killed. */
final class SourceServerProcess {
    private static final Duration LEASE = Duration.ofSeconds(2);

    private SourceServerProcess() {}

    /** Arguments: the stream file, the port or 0, whether to force each commit. Prints the port when it is ready. */
    public static void main(String[] args) throws Exception {
        ForcePolicy policy = Boolean.parseBoolean(args[2]) ? ForcePolicy.ALWAYS : ForcePolicy.NEVER;
        DataStream stream =
                DataStream.open(Path.of(args[0]), DataStreamOptions.defaults().withForcePolicy(policy));
        SourceServer server = SourceServer.start(
                SourceServerOptions.defaults()
                        .withPort(Integer.parseInt(args[1]))
                        .withLeaseTime(LEASE),
                Map.of(1L, stream));
        System.out.println(server.address().getPort());
        Thread.currentThread().join();
    }
}
