package io.sluice.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where a stream is: with a server, or in a file. */
sealed interface StreamLocation {
    /** A server's stream; the address is not resolved yet. */
    record Server(InetSocketAddress address) implements StreamLocation {}

    /** A stream file. */
    record File(Path path) implements StreamLocation {}
}
