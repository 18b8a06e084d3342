package io.sluice.cli;

import io.sluice.source.SourceOptions;
import java.net.InetSocketAddress;

/** How a command becomes the source of a stream behind a server; a test brings another way. */
@FunctionalInterface
interface SourceConnector {
    /**
     * Connects, and gets the lease.
     *
     * @param takeOver whether another source that has it is to lose it
     * @throws io.sluice.core.StreamSourceException when it cannot have it
     */
    SourceConnection connect(InetSocketAddress server, SourceOptions options, boolean takeOver);
}
