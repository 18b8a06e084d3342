package io.sluice.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which stream a command reads that takes a server's as well as a file's. */
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class StreamChoice {
    @Parameters(
            index = "0",
            paramLabel = "HOST:PORT|FILE",
            converter = Arguments.Location.class,
            description =
                    "A server, for instance localhost:6900 or [::1]:6900, or a stream file, which may be one that is"
                            + " being served. A file whose name has a colon needs a folder: ./a:b.")
    private StreamLocation location;

    @Option(
            names = "--stream-type",
            paramLabel = "N",
            defaultValue = "1",
            converter = Arguments.UnsignedNumber.class,
            description = "Which of a server's streams; 1 is a sequencer's (default: ${DEFAULT-VALUE}).")
    private long streamType;

    StreamLocation location() {
        return location;
    }

    /** Of a server's stream; a file has one only. */
    long streamType() {
        return streamType;
    }
}
